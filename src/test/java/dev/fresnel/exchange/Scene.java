package dev.fresnel.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.LensScripts;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;

/**
 * Three upstreams on real sockets and the gateway before them: {@code smart} is what clients ask for, {@code teacher} writes
 * lenses, {@code cheap} does the work. Closing it checks that nothing is left running anywhere.
 */
final class Scene implements AutoCloseable {
    /** Several parts to make, so a rule fires; with a field and numbers that nobody knows. */
    static final String BIG_TASK =
            "{\"x_unknown\":[1e400,0.10,-0],\"model\":\"smart\",\"temperature\":0.70000000000000001,"
                    + "\"messages\":[{\"role\":\"user\",\"content\":\"Generate CRUD endpoints for 5 entities \\u00e9 é\"}]}";

    static final String SMALL_TALK =
            "{\"model\":\"smart\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi, how are you?\"}],\"seed\":1E2}";
    static final String DELEGATING = "mode: rules\narms: [direct, fast-worker]\nsmart: teacher";
    static final RelayLimits QUICK = new RelayLimits(Duration.ofMillis(20), Duration.ofMillis(400), 1 << 20);

    final Vertx vertx = Vertx.vertx();
    final FakeUpstream smart = FakeUpstream.start(vertx);
    final FakeUpstream cheap = FakeUpstream.start(vertx);
    final FakeUpstream teacher = FakeUpstream.start(vertx);
    final TestGateway gateway;

    private Scene(RelayLimits limits, String route, String budget, Lines lines) {
        smart.byDefault(Script.chat("from smart", Usage.of(20, 3000)));
        cheap.byDefault(Script.chat("from cheap", Usage.of(400, 3000)));
        teacher.byDefault(LensScripts.lens(LensScripts.LENS));
        gateway = TestGateway.start(yaml(lines, budget, route), limits);
    }

    /** Which upstreams can be reached. */
    enum Lines {
        UP,
        /** And none of its limits is short: for tests in which much happens at once. */
        PATIENT,
        TEACHER_REFUSES,
        CHEAP_REFUSES
    }

    static Scene with(String route) {
        return new Scene(RelayLimits.DEFAULT, route, "", Lines.UP);
    }

    static Scene with(String route, Lines lines) {
        return new Scene(RelayLimits.DEFAULT, route, "", lines);
    }

    static Scene with(RelayLimits limits, String route) {
        return new Scene(limits, route, "", Lines.UP);
    }

    static Scene withBudget(String dailyUsd, String route) {
        return new Scene(RelayLimits.DEFAULT, route, "budget: { daily: " + dailyUsd + " }", Lines.PATIENT);
    }

    String yaml(Lines lines, String budget, String route) {
        return """
                upstreams:
                  smart: { base-url: "%s", timeouts: { connect: 2s, first-byte: 5s, idle: 1s, total: 20s } }
                  cheap: { base-url: "%s", timeouts: { connect: 5s, %s } }
                  teacher: { base-url: "%s", timeouts: { connect: 2s, first-byte: 5s, idle: 5s } }
                models:
                  smart: { upstream: smart, tier: large, price: { input: 2.50, cached-input: 1.25, output: 10.00 } }
                  cheap: { upstream: cheap, tier: small, price: { input: 0.15, cached-input: 0.075, output: 0.60 } }
                  teacher: { upstream: teacher, tier: large, price: { input: 2.50, cached-input: 1.25, output: 10.00 } }
                  broken: { upstream: cheap, tier: small, price: { input: 0.15, cached-input: 0.075, output: 0.60 } }
                workers:
                  fast-worker: { model: cheap, lens: true }
                  fast-bare: { model: cheap, lens: false }
                  alone: { model: cheap, lens: false, fallback: [] }
                  chained: { model: broken, lens: true, fallback: [cheap] }
                tenants:
                  - id: acme
                    %s
                    routes:
                      - match: { model: "smart" }
                %s
                """.formatted(
                        smart.baseUri(),
                        lines == Lines.CHEAP_REFUSES ? nobody() : cheap.baseUri(),
                        lines == Lines.PATIENT
                                ? "first-byte: 20s, idle: 20s, total: 30s"
                                : "first-byte: 2s, idle: 1s, total: 3s",
                        lines == Lines.TEACHER_REFUSES ? nobody() : teacher.baseUri(),
                        budget,
                        route.indent(8).stripTrailing());
    }

    /** An address where nobody listens. */
    private URI nobody() {
        FakeUpstream closed = FakeUpstream.start(vertx);
        URI address = closed.baseUri();
        closed.close();
        return address;
    }

    static String streaming(String body) {
        return body.replace("\"messages\"", "\"stream\":true,\"messages\"");
    }

    static String header(HttpResponse<String> reply, String name) {
        return reply.headers().firstValue(name).orElse("(absent)");
    }

    /** How often an optimisation was given up for this reason, as {@code /metrics} tells. */
    double bypasses(String reason) {
        return gateway.admin("/metrics")
                .lines()
                .filter(line -> line.startsWith("fresnel_bypass_total{reason=\"" + reason + "\"}"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    /** A number of the one tenant in {@code /admin/status}. */
    String status(String key) {
        String json = gateway.admin("/admin/status");
        String after = json.substring(json.indexOf("\"" + key + "\":") + key.length() + 3);
        return after.split("[,}]", 2)[0];
    }

    /** Waits until no request runs, no upstream stream is open and no money is set aside. */
    void awaitQuiet() {
        Await.until(
                () -> "nothing left running: " + gateway.admin("/admin/status") + ", open streams "
                        + smart.openStreams() + "/" + cheap.openStreams() + "/" + teacher.openStreams(),
                () -> smart.openStreams() == 0
                        && cheap.openStreams() == 0
                        && teacher.openStreams() == 0
                        && status("running_requests").equals("0")
                        && Double.parseDouble(status("reserved_usd")) == 0);
    }

    @Override
    public void close() {
        try {
            awaitQuiet();
            assertThat(gateway.logged("internal_error")).isEmpty();
        } finally {
            gateway.close();
            smart.close();
            cheap.close();
            teacher.close();
            Await.result(vertx.close());
        }
    }
}

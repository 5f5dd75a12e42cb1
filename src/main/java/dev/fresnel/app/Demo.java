package dev.fresnel.app;

import dev.fresnel.config.ConfigLoader;
import dev.fresnel.config.GatewayConfig;
import dev.fresnel.demo.Pace;
import dev.fresnel.demo.PacedUpstream;
import dev.fresnel.demo.Voice;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Two stand-in upstreams and a gateway in front of them, all in this process, with an empty store of their own. */
final class Demo {
    static final String MODEL = "demo-smart";
    static final String CHEAP_MODEL = "demo-cheap";

    private final Gateway gateway;
    private final PacedUpstream smart;
    private final PacedUpstream cheap;
    private final Closing closing;

    private Demo(Gateway gateway, PacedUpstream smart, PacedUpstream cheap, Closing closing) {
        this.gateway = gateway;
        this.smart = smart;
        this.cheap = cheap;
        this.closing = closing;
    }

    /**
     * Where the demo runs and how fast.
     *
     * @param config {@code conf/demo.yaml}
     * @param dataPort 0: any free one
     * @param adminPort 0: any free one
     * @param speed of the stand-ins against real models; infinite: no waiting
     */
    record Setup(Path config, int dataPort, int adminPort, double speed) {}

    /** Blocks until everything listens. Fails with an {@link InputProblem} when it cannot; nothing stays open then. */
    static Demo start(Setup setup, Terminal terminal) {
        Closing closing = new Closing();
        Path store = TemporaryFolder.make("fresnel-demo");
        closing.later("demo store", () -> TemporaryFolder.remove(store));
        try {
            Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
            closing.later("stand-ins", vertx::close);
            PacedUpstream smart = upstream(vertx, Voice.SMART, Pace.SMART.times(setup.speed()), MODEL);
            PacedUpstream cheap = upstream(vertx, Voice.CHEAP, Pace.CHEAP.times(setup.speed()), CHEAP_MODEL);
            Map<String, String> env = new HashMap<>(terminal.env());
            env.put("DEMO_DATA_LISTEN", "127.0.0.1:" + setup.dataPort());
            env.put("DEMO_ADMIN_LISTEN", "127.0.0.1:" + setup.adminPort());
            env.put("DEMO_STORE", store.toString());
            env.put("DEMO_SMART_URL", smart.baseUrl().toString());
            env.put("DEMO_CHEAP_URL", cheap.baseUrl().toString());
            GatewayConfig config =
                    ConfigFileOption.orExplain(ConfigLoader.load(setup.config(), env), setup.config(), terminal);
            Gateway gateway = Waiting.startOf("the demo", Gateway.start(config, OutputStream.nullOutputStream()));
            closing.later("gateway", gateway::close);
            return new Demo(gateway, smart, cheap, closing);
        } catch (RuntimeException failed) {
            Waiting.startOf("the demo", closing.run());
            throw failed;
        }
    }

    /** Sends the three requests, one after the other. */
    DemoReport run() {
        try (DemoClient client = new DemoClient(dataPort(), gateway.adminPort(), MODEL, SystemTime.nanos())) {
            return new DemoReport(List.of(
                    client.send(DemoStep.FIRST), client.send(DemoStep.AGAIN), client.send(DemoStep.SMALL_TALK)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the demo was interrupted", e);
        }
    }

    int dataPort() {
        return gateway.dataPort();
    }

    int adminPort() {
        return gateway.adminPort();
    }

    /** Where the stand-in for {@link #MODEL} listens, for clients and other gateways. */
    URI smartUrl() {
        return smart.baseUrl();
    }

    /** Where the stand-in for {@link #CHEAP_MODEL} listens. */
    URI cheapUrl() {
        return cheap.baseUrl();
    }

    Future<Void> close() {
        return closing.run();
    }

    private static PacedUpstream upstream(Vertx vertx, Voice voice, Pace pace, String model) {
        return Waiting.startOf(
                "a stand-in upstream", PacedUpstream.start(vertx, voice, pace, List.of(model), SystemTime.clock(), 0));
    }
}

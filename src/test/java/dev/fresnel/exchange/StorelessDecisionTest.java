package dev.fresnel.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fresnel.budget.PriceTable;
import dev.fresnel.budget.SpendStore;
import dev.fresnel.chat.ChatRequestReader;
import dev.fresnel.config.GatewayConfig;
import dev.fresnel.pause.KillSwitch;
import dev.fresnel.pause.PauseStore;
import dev.fresnel.tenant.Pass;
import dev.fresnel.testing.Await;
import dev.fresnel.value.RequestId;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** H13: a decision is taken from memory. Every store fails at, and notes, the first thing it is asked. */
class StorelessDecisionTest {
    private static final URI NOBODY = URI.create("http://127.0.0.1:9/v1");

    private final Vertx vertx = Vertx.vertx();
    private final StorelessParts storeless = new StorelessParts(vertx);

    @AfterEach
    void stop() {
        Await.result(vertx.close());
    }

    @Test
    void asksNoStore_whateverTheModeDecides() {
        for (String route : List.of(
                "mode: adaptive\narms: [direct, fast-worker, fast-bare]",
                "mode: adaptive\narms: [direct, fast-worker]\nlens: { build: inline }",
                "mode: shadow-adaptive\narms: [direct, fast-bare]",
                "mode: rules\narms: [direct, fast-worker]")) {
            GatewayConfig config = StorelessParts.config(NOBODY, NOBODY, route);
            Parts parts = storeless.parts(config, storeless.tripwire(SpendStore.class), _ -> {});
            for (int i = 0; i < 100; i++) {
                Plan plan = decide(parts, config, i);
                assertThat(plan).isNotInstanceOf(Plan.Unreadable.class);
            }
        }

        assertThat(storeless.asked).isEmpty();
    }

    @Test
    void theTripwireWorks() {
        KillSwitch killSwitch =
                new KillSwitch(storeless.tripwire(PauseStore.class), List.of(), StorelessParts.CLOCK, _ -> {});

        assertThatThrownBy(killSwitch::refresh).hasMessage("no store may be asked");
        assertThat(storeless.asked).containsExactly("PauseStore.load");
    }

    private Plan decide(Parts parts, GatewayConfig config, int i) {
        byte[] body =
                ("{\"model\":\"smart\",\"messages\":[{\"role\":\"user\",\"content\":\"Generate CRUD endpoints for "
                                + (5 + i) + " entities\"}]}")
                        .getBytes(StandardCharsets.UTF_8);
        Arrival arrival = new Arrival(
                new RequestId("request-" + i),
                config.tenants().getFirst(),
                Optional.empty(),
                "/v1/chat/completions",
                MultiMap.caseInsensitiveMultiMap(),
                Optional.empty(),
                0,
                Pass.unlimited());
        Journal journal = new Journal(() -> 0, new PriceTable(Map.of()), 0);
        Deciding deciding = new Deciding(
                parts, arrival, () -> false, journal, new Bypass(parts, arrival, journal), new Purse(parts, arrival));
        return Await.result(deciding.decide(ChatRequestReader.read(body), Buffer.buffer(body)));
    }
}

package dev.fresnel.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.RecordedRequest;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The official Java SDK gets the same through the gateway as from the provider, except the model that answered. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JavaSdkTest {
    private final Vertx vertx = Vertx.vertx();
    private final FakeUpstream provider = FakeUpstream.start(vertx);
    private final TestGateway gateway = SdkGateway.start(provider);

    @BeforeAll
    void teach() {
        ScriptedProvider.teach(provider);
    }

    @AfterEach
    void nothingStaysOpen() {
        Await.until(() -> provider.openStreams() + " streams open at the provider", () -> provider.openStreams() == 0);
    }

    @AfterAll
    void stop() {
        gateway.close();
        provider.close();
        Await.result(vertx.close());
    }

    static Stream<Arguments> matrix() {
        return Stream.of(Lane.values()).flatMap(lane -> SdkCase.ALL.stream().map(row -> Arguments.of(row, lane)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("matrix")
    void resultsEqualThoseWithoutTheGateway(SdkCase row, Lane lane) {
        String directRun = row.name() + "/" + lane.key() + "/direct";
        String throughRun = row.name() + "/" + lane.key() + "/gateway";

        JsonNode direct = row.run(new SdkCall(provider.baseUri(), lane, row.scenario(), directRun, Map.of()));
        JsonNode through = row.run(new SdkCall(base(), lane, row.scenario(), throughRun, lane.headers()));

        assertThat(direct.has("exception") || direct.has("failure"))
                .as("two equal surprises prove nothing: %s", direct)
                .isEqualTo(row.fails());
        assertThat(Likeness.exceptModel(through)).isEqualTo(Likeness.exceptModel(direct));
        List<RecordedRequest> seen = ScriptedProvider.requestsOf(provider, throughRun);
        assertThat(Likeness.models(through))
                .isSubsetOf(seen.stream().map(RecordedRequest::model).toList());
        RecordedRequest wanted =
                ScriptedProvider.requestsOf(provider, directRun).getFirst();
        Likeness.assertSameRequest(lane, wanted, seen.getFirst());
        if (row.chat()) {
            assertThat(seen.getFirst().model()).isEqualTo(lane.answeredBy());
        } else {
            assertThat(seen.getFirst().model()).isEqualTo(wanted.model());
        }
    }

    private URI base() {
        return gateway.baseUrl();
    }
}

package dev.fresnel.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.JsonText;
import dev.fresnel.testing.Await;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PacedUpstreamTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(1_750_000_000));
    private static final String CRUD = "Generate CRUD endpoints for 3 entities: customer, product and order."
            + " Every endpoint must validate its input.";

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = HttpClient.newHttpClient();
    private PacedUpstream smart = started(Voice.SMART);
    private PacedUpstream cheap = started(Voice.CHEAP);

    private PacedUpstream started(Voice voice) {
        return Await.result(
                PacedUpstream.start(vertx, voice, Pace.UNPACED, List.of("demo-large", "demo-small"), CLOCK, 0));
    }

    @BeforeAll
    void listens() {
        assertThat(smart.port()).isPositive().isNotEqualTo(cheap.port());
    }

    @AfterAll
    void closes() {
        client.close();
        Await.result(vertx.close());
    }

    @Nested
    class Whole {
        @Test
        void answersAndBillsThePiecesItSent_whenNotStreamed() throws Exception {
            HttpResponse<String> reply = post(cheap, chat("", CRUD, ""));

            assertThat(reply.statusCode()).isEqualTo(200);
            String content = first(reply.body(), "\"content\":\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"");
            assertThat(content).contains("stand-in", "no guidance seen", "createCustomer", "listOrder");
            String text = unescaped(content);
            assertThat(number(reply.body(), "completion_tokens")).isEqualTo(Pieces.count(text));
            assertThat(number(reply.body(), "prompt_tokens"))
                    .isBetween((long) CRUD.length() / 6, (long) CRUD.length() / 3);
            assertThat(reply.body())
                    .contains("\"model\":\"demo-small\"", "\"created\":1750000000", "\"finish_reason\":\"stop\"");
        }

        @Test
        void cutsAtTheLimit_whenMaxTokensIsSmall() throws Exception {
            HttpResponse<String> reply = post(cheap, chat("", CRUD, ",\"max_completion_tokens\":7"));

            assertThat(number(reply.body(), "completion_tokens")).isEqualTo(7);
            assertThat(reply.body()).contains("\"finish_reason\":\"length\"");
        }

        @Test
        void givesEveryChoice_whenSeveralAreAsked() throws Exception {
            long one = number(post(cheap, chat("", CRUD, "")).body(), "completion_tokens");

            HttpResponse<String> reply = post(cheap, chat("", CRUD, ",\"n\":3"));

            assertThat(reply.body()).contains("\"index\":0", "\"index\":1", "\"index\":2");
            assertThat(number(reply.body(), "completion_tokens")).isEqualTo(3 * one);
        }

        @Test
        void answersShort_whenNothingIsToBeDone() throws Exception {
            HttpResponse<String> reply = post(smart, chat("", "Hi! How are you today?", ""));

            assertThat(reply.body()).contains("How are you today?");
            assertThat(number(reply.body(), "completion_tokens")).isLessThan(60);
        }

        @Test
        void answersInAnObject_whenJsonIsAsked() throws Exception {
            HttpResponse<String> reply =
                    post(cheap, chat("", "Hello there", ",\"response_format\":{\"type\":\"json_object\"}"));

            assertThat(unescaped(first(reply.body(), "\"content\":\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"")))
                    .startsWith("{\"stand_in\": true, \"answer\": \"");
        }
    }

    @Nested
    class Streamed {
        @Test
        void sendsRolePiecesReasonAndMarker_whenStreamed() throws Exception {
            HttpResponse<String> reply = post(cheap, chat("", CRUD, ",\"stream\":true"));

            assertThat(reply.headers().firstValue("content-type").orElse("")).startsWith("text/event-stream");
            assertThat(reply.body())
                    .startsWith("data: {")
                    .endsWith("\n\ndata: [DONE]\n\n")
                    .doesNotContain("\"usage\"");
            assertThat(reply.body()).contains("\"delta\":{\"role\":\"assistant\"", "\"finish_reason\":\"stop\"");
        }

        @Test
        void saysTheSame_asTheWholeAnswer() throws Exception {
            String whole = unescaped(first(
                    post(cheap, chat("", CRUD, "")).body(), "\"content\":\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\""));

            String events = post(cheap, chat("", CRUD, ",\"stream\":true")).body();

            List<String> pieces = Pattern.compile("\"delta\":\\{\"content\":\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"\\}")
                    .matcher(events)
                    .results()
                    .map((MatchResult delta) -> unescaped(delta.group(1)))
                    .toList();
            assertThat(String.join("", pieces)).isEqualTo(whole);
        }

        @Test
        void endsWithUsage_whenUsageIsAsked() throws Exception {
            long billed = number(post(cheap, chat("", CRUD, "")).body(), "completion_tokens");

            String events = post(cheap, chat("", CRUD, ",\"stream\":true,\"stream_options\":{\"include_usage\":true}"))
                    .body();

            assertThat(events).containsOnlyOnce("\"usage\"").contains("\"choices\":[],\"usage\":{");
            assertThat(number(events, "completion_tokens")).isEqualTo(billed);
        }

        @Test
        void saysTheSame_whenPaced() throws Exception {
            PacedUpstream paced = Await.result(PacedUpstream.start(
                    vertx, Voice.CHEAP, new Pace(Duration.ofMillis(3), 2_000), List.of(), CLOCK, 0));

            String slowly =
                    post(paced, chat("", "Say hello to me", ",\"stream\":true")).body();

            String atOnce =
                    post(cheap, chat("", "Say hello to me", ",\"stream\":true")).body();
            assertThat(slowly.replaceAll("standin-\\d+", "")).isEqualTo(atOnce.replaceAll("standin-\\d+", ""));
        }
    }

    @Nested
    class Lenses {
        @Test
        void writesOneLensPerTask_whenTasksDiffer() throws Exception {
            String first = lens("Generate CRUD endpoints for 3 entities: customer, product and order.");
            String again = lens("Generate CRUD endpoints for 3 entities: customer, product and order.");
            String other = lens("Summarise the chapters Growth, Decline and Collapse. Never quote more than one line.");

            assertThat(first)
                    .isEqualTo(again)
                    .contains("customer", "product", "order")
                    .doesNotContain("Collapse");
            assertThat(other).contains("Growth", "Collapse", "Never quote more than one line.");
        }

        @Test
        void holdsEveryField_asTheGatewayAsksFor() throws Exception {
            String lens = lens("Generate CRUD endpoints for 3 entities: customer, product and order.");

            assertThat(lens)
                    .startsWith("{\"task_scope\"")
                    .contains("\"constraints\"", "\"anti_patterns\"", "\"heuristics\"", "\"patterns\"", "\"examples\"");
        }

        private String lens(String task) throws Exception {
            String prompt =
                    "Write the notes for the task below.\n<data-0123456789abcdef>\n(none)\n</data-0123456789abcdef>\n"
                            + "<data-0123456789abcdef>\n" + task + "\n</data-0123456789abcdef>";
            HttpResponse<String> reply = post(
                    smart,
                    chat(
                            "You prepare working notes.",
                            prompt,
                            ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"schema\":{\"name\":\"no\"},\"name\":\"lens\"}}"));
            assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
            return unescaped(first(reply.body(), "\"content\":\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\""));
        }

        @Test
        void saysWhatGuidanceItSaw_whenTheSystemTextHoldsALens() throws Exception {
            String system =
                    "Be brief.\n\n<fresnel-lens id=\"00ff\">\nGuidance only.\nScope: CRUD\n\nHard constraints:\n"
                            + "- Validate \"all\" input.\n\nGuidelines:\n- Name things plainly.\n\nExamples:\n```\n- not a rule\n```\n</fresnel-lens>";

            HttpResponse<String> reply = post(cheap, chat(system, CRUD, ""));

            assertThat(unescaped(reply.body()))
                    .contains("following lens 00ff: 2 guidelines, first: \"Validate \"all\" input.\"")
                    .contains("Held for order, from the lens: Validate \"all\" input.")
                    .doesNotContain("no guidance seen");
        }
    }

    @Nested
    class Schemas {
        @Test
        void keepsToTheSchema_streamedOrNot() throws Exception {
            String schema =
                    "{\"type\":\"object\",\"properties\":{\"total\":{\"type\":\"integer\",\"minimum\":3}},\"required\":[\"total\"]}";

            String whole = post(cheap, chat("", "Give me an invoice", schema("invoice", schema)))
                    .body();
            String streamed = post(
                            cheap, chat("", "Give me an invoice", schema("invoice", schema) + ",\"stream\":true"))
                    .body();

            assertThat(whole).contains("\"content\":\"{\\\"total\\\":3}\"");
            assertThat(streamed).contains("total").endsWith("\n\ndata: [DONE]\n\n");
        }

        /** By the schema's name, and where the judge's model is said not to know schemas. */
        @Test
        void takesNoSide_whenItIsToJudge() throws Exception {
            String schema =
                    "{\"type\":\"object\",\"properties\":{\"score\":{\"type\":\"number\"}},\"required\":[\"score\"]}";
            String order = "You grade answers of an assistant. You get a REQUEST ...";

            assertThat(post(smart, chat(order, "REQUEST", schema("score", schema)))
                            .body())
                    .contains("\"content\":\"{\\\"score\\\": 5}\"");
            assertThat(post(cheap, chat(order, "REQUEST", "")).body()).contains("\"content\":\"{\\\"score\\\": 5}\"");
        }
    }

    @Nested
    class Refusals {
        @Test
        void refusesWithTheReason_whenTheBodyIsBroken() throws Exception {
            HttpResponse<String> reply = post(cheap, "{\"model\":");

            assertThat(reply.statusCode()).isEqualTo(400);
            assertThat(reply.body()).contains("not valid JSON", "\"type\":\"invalid_request_error\"", "\"param\":");
        }

        @Test
        void refusesASchemaItCannotFollow() throws Exception {
            HttpResponse<String> reply = post(
                    smart,
                    chat("", "Give me an invoice", schema("invoice", "{\"type\":\"string\",\"pattern\":\"R[0-9]\"}")));

            assertThat(reply.statusCode()).isEqualTo(400);
            assertThat(reply.body()).contains("\"param\":\"response_format\"", "real provider");
        }

        @Test
        void refusesOtherPathsAndMethods_whenAsked() throws Exception {
            assertThat(send(HttpRequest.newBuilder(at(cheap, "/embeddings")).build())
                            .statusCode())
                    .isEqualTo(404);
            assertThat(send(HttpRequest.newBuilder(at(cheap, "/chat/completions"))
                                    .build())
                            .statusCode())
                    .isEqualTo(405);
        }

        @Test
        void listsItsModels_whenAsked() throws Exception {
            HttpResponse<String> reply =
                    send(HttpRequest.newBuilder(at(smart, "/models")).build());

            assertThat(reply.body()).contains("\"id\":\"demo-large\"", "\"id\":\"demo-small\"", "\"object\":\"list\"");
        }
    }

    @Test
    void countsAnswers_refusalsNot() throws Exception {
        PacedUpstream counted = started(Voice.CHEAP);

        post(counted, chat("", "Hello there", ""));
        post(counted, "nonsense");

        assertThat(counted.answers()).isEqualTo(1);
    }

    private HttpResponse<String> post(PacedUpstream upstream, String body) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(at(upstream, "/chat/completions"))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static URI at(PacedUpstream upstream, String path) {
        return URI.create(upstream.baseUrl() + path);
    }

    private static String schema(String name, String schema) {
        return ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":" + JsonText.quote(name)
                + ",\"schema\":" + schema + "}}";
    }

    private static String chat(String system, String user, String more) {
        List<String> messages = new ArrayList<>();
        if (!system.isEmpty()) {
            messages.add("{\"role\":\"system\",\"content\":" + JsonText.quote(system) + "}");
        }
        messages.add("{\"role\":\"user\",\"content\":" + JsonText.quote(user) + "}");
        return "{\"model\":\"demo-small\",\"messages\":[" + String.join(",", messages) + "]" + more + "}";
    }

    private static long number(String json, String field) {
        return Long.parseLong(first(json, "\"" + field + "\":(\\d+)"));
    }

    private static String first(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .findFirst()
                .map(found -> found.group(1))
                .orElseThrow(() -> new AssertionError("no " + pattern + " in " + text));
    }

    private static String unescaped(String json) {
        return json.replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\");
    }
}

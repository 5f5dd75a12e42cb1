package dev.fresnel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.ChatJson;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the gateway takes for signs of good and bad answers, end to end, as the decision log tells. */
class SignalsTest {
    private static final String ADAPTIVE = "mode: adaptive\narms: [direct, fast-bare]";
    private static final String ESCALATING = ADAPTIVE + "\nescalation: true";
    private static final String SCHEMA =
            "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\",\"schema\":"
                    + "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}},\"required\":[\"a\"]}}}";
    private static final String TOOLS =
            "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"add\",\"parameters\":{\"type\":\"object\","
                    + "\"properties\":{\"a\":{\"type\":\"integer\"}},\"required\":[\"a\"]}}}]";
    private static final Usage USAGE = Usage.of(20, 300);

    private final Vertx vertx = Vertx.vertx();
    private final FakeUpstream smart = FakeUpstream.start(vertx);
    private final FakeUpstream cheap = FakeUpstream.start(vertx);

    @TempDir
    private Path directory;

    SignalsTest() {
        smart.byDefault(Script.chat("from smart", USAGE));
        cheap.byDefault(Script.chat("from cheap", USAGE));
    }

    @AfterEach
    void stop() {
        smart.close();
        cheap.close();
        Await.result(vertx.close());
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void anAnswerThatBreaksTheSchemaCountsAgainstItsArm(boolean stream) {
        cheap.byDefault(Script.chat("{\"a\":\"one\"}", USAGE));
        try (TestGateway gateway = start("")) {
            HttpResponse<String> reply = ask(gateway, "fast-bare", "\"stream\":" + stream + "," + SCHEMA, "List them");

            assertThat(reply.statusCode()).isEqualTo(200);
            assertThat(outcome(reply, "invalid")).contains("\"arm\":\"fast-bare\"", "\"y\":0.0,\"w\":1.0");
            assertThat(gateway.admin("/metrics"))
                    .contains(
                            "fresnel_learning_signals_total{signal=\"invalid\"} 1.0",
                            "fresnel_inspections_total{finding=\"breaks_schema\"} 1.0");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "add, '{\\\"a\\\":1}', clean, '\"y\":1.0,\"w\":0.15'",
        "add, '{\\\"a\\\":', invalid, '\"y\":0.0,\"w\":1.0'",
        "add, '{}', invalid, '\"y\":0.0,\"w\":1.0'",
        "subtract, '{}', invalid, '\"y\":0.0,\"w\":1.0'"
    })
    void aToolCallIsCheckedAgainstTheToolsOffered(String name, String arguments, String signal, String expected) {
        cheap.byDefault(Script.json(
                "{\"model\":\"cheap\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":null,"
                        + "\"tool_calls\":[{\"id\":\"1\",\"type\":\"function\",\"function\":{\"name\":\"" + name
                        + "\",\"arguments\":\"" + arguments + "\"}}]},\"finish_reason\":\"tool_calls\"}],\"usage\":"
                        + ChatJson.usage(USAGE) + "}"));
        try (TestGateway gateway = start("policy: { horizon: 100ms }\n")) {
            HttpResponse<String> reply = ask(gateway, "fast-bare", TOOLS, "Add one");

            assertThat(outcome(reply, signal)).contains(expected);
        }
    }

    @Test
    void anAnswerThatTheClientCutShortIsNotHeldAgainstItsArm() {
        cheap.byDefault(Script.json(
                "{\"model\":\"cheap\",\"choices\":[{\"index\":0,\"message\":{\"content\":\"{\\\"a\\\":\"},\"finish_reason\":"
                        + "\"length\"}],\"usage\":" + ChatJson.usage(USAGE) + "}"));
        try (TestGateway gateway = start("")) {
            HttpResponse<String> cut = ask(gateway, "fast-bare", "\"max_tokens\":300," + SCHEMA, "List them");
            HttpResponse<String> broken = ask(gateway, "fast-bare", "\"max_tokens\":4000," + SCHEMA, "List others");

            assertThat(outcome(cut, "client_limit")).contains("\"outcomes\":[]");
            assertThat(outcome(broken, "invalid")).contains("\"y\":0.0,\"w\":1.0");
            assertThat(lines(cut)).as("nothing more is heard of it").hasSize(1);
        }
    }

    /** A label can be given at once, whatever is still being looked at. */
    @Test
    void aLabelStandsInPlaceOfABrokenSchema() {
        cheap.byDefault(Script.chat("no JSON at all", USAGE));
        try (TestGateway gateway = start("")) {
            HttpResponse<String> reply = ask(gateway, "fast-bare", SCHEMA, "List them");
            HttpResponse<String> told = gateway.post(
                    "/v1/feedback",
                    "{\"request_id\":\"" + header(reply, "x-fresnel-request-id") + "\",\"succeeded\":true}");

            assertThat(told.body()).contains("\"status\":\"learned\"");
            assertThat(outcome(reply, "feedback")).contains("\"y\":1.0,\"w\":1.0");
        }
    }

    /** Each is what a conversation's second request does, and what it says about the first answer. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            fast-bare | Write a parser for the access log of nginx in Rust please   | reasked    | "y":0.0,"w":0.3
            direct    | Thank you very much, and now something else altogether      | escalated  | "y":0.0,"w":1.0
            fast-bare | Thank you very much, and now something else altogether      | clean      | "y":1.0,"w":0.15
            fast-bare | Write a parser for the access log of nginx in Java          | clean      | "y":1.0,"w":0.15
            """)
    void theNextQuestionSaysSomethingAboutTheAnswerBeforeIt(String arm, String text, String signal, String expected) {
        boolean clean = signal.equals("clean");
        try (TestGateway gateway = start(clean ? "policy: { horizon: 1s }\n" : "")) {
            String first = "Write a parser for the access log of nginx in Java";
            HttpResponse<String> reply = ask(gateway, "fast-bare", "", first);
            HttpResponse<String> next = gateway.chat(
                    turns(user(first), "{\"role\":\"assistant\",\"content\":\"from cheap\"}", user(text)),
                    "x-fresnel-arm",
                    arm);

            assertThat(header(next, "x-fresnel-decision")).isEqualTo(arm);
            assertThat(outcome(reply, signal)).contains(expected);
            assertThat(lines(reply)).allSatisfy(line -> assertThat(line).doesNotContain("parser", "nginx"));
        }
    }

    @Test
    void aClientThatAsksToBeLeftAloneAfterAnAnswerSpeaksAgainstIt() {
        try (TestGateway gateway = start("")) {
            HttpResponse<String> reply = ask(gateway, "fast-bare", "", "Tell me a story");
            var _ = gateway.chat(turns(user("Tell me a story")), "x-fresnel-mode", "off");

            assertThat(outcome(reply, "escalated")).contains("\"y\":0.0,\"w\":1.0");
        }
    }

    @Test
    void nobodyWhoWasAnsweredByTheRequestedModelEscalates() {
        try (TestGateway gateway = start("policy: { horizon: 1s }\n")) {
            HttpResponse<String> reply = ask(gateway, "direct", "", "Tell me a story");
            HttpResponse<String> again = ask(gateway, "fast-bare", "", "Tell me something");
            var _ = gateway.chat(turns(user("Tell me a story")), "x-fresnel-mode", "off");

            assertThat(outcome(again, "clean")).contains("\"w\":0.15");
            assertThat(lines(reply)).noneMatch(line -> line.contains("escalated"));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {\\"isError\\":true,\\"content\\":[]}        | tool_error | "y":0.0,"w":0.3
            Error: no such file                                  | clean      | "y":1.0,"w":0.15
            """)
    void aToolThatFailsSpeaksAgainstTheTurnThatCalledIt(String report, String signal, String expected) {
        try (TestGateway gateway = start(signal.equals("clean") ? "policy: { horizon: 1s }\n" : "")) {
            HttpResponse<String> reply = ask(gateway, "fast-bare", TOOLS, "Add one");
            var _ = gateway.chat(
                    turns(
                            user("Add one"),
                            "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"1\",\"type\":\"function\","
                                    + "\"function\":{\"name\":\"add\",\"arguments\":\"{\\\"a\\\":1}\"}}]}",
                            "{\"role\":\"tool\",\"tool_call_id\":\"1\",\"content\":\"" + report + "\"}"),
                    "x-fresnel-arm",
                    "fast-bare");

            assertThat(outcome(reply, signal)).contains(expected);
        }
    }

    /** The worker is told bad, and nobody takes the requested model's good answer for its own. */
    @Test
    void anEscalatedAnswerCountsAgainstTheWorker_andItsConversationStaysWithTheRequestedModel() {
        cheap.byDefault(Script.chat("no JSON at all", USAGE));
        smart.byDefault(Script.chat("{\"a\":1}", USAGE));
        try (TestGateway gateway = start(ESCALATING, "policy: { horizon: 100ms }\n")) {
            HttpResponse<String> reply = ask(gateway, "fast-bare", SCHEMA, "List them");
            HttpResponse<String> next = gateway.chat(
                    turns(user("List them"), "{\"role\":\"assistant\",\"content\":\"{}\"}", user("And now sort them")));

            assertThat(header(reply, "x-fresnel-reason")).isEqualTo("client_arm, answer_invalid, escalated");
            assertThat(outcome(reply, "escalated")).contains("\"arm\":\"fast-bare\"", "\"y\":0.0,\"w\":1.0");
            assertThat(header(next, "x-fresnel-decision")).isEqualTo("direct");
            assertThat(header(next, "x-fresnel-reason")).startsWith("inherited");
            gateway.awaitLogged("request_finished", header(next, "x-fresnel-request-id"));
            assertThat(lines(reply)).hasSize(1);
        }
    }

    /** Whatever the client says of it, another model wrote it. */
    @ParameterizedTest
    @CsvSource({"true, escalated", "false, another_arm_answered"})
    void feedbackIsNotCreditedToTheWorker_whenTheRequestedModelAnswered(boolean escalates, String why) {
        cheap.byDefault(escalates ? Script.chat("no JSON at all", USAGE) : Script.error(500));
        smart.byDefault(Script.chat("{\"a\":1}", USAGE));
        try (TestGateway gateway = start(escalates ? ESCALATING : ADAPTIVE, "")) {
            HttpResponse<String> reply = ask(gateway, "fast-bare", SCHEMA, "List them");
            var _ = outcome(reply, why);
            HttpResponse<String> feedback = gateway.post(
                    "/v1/feedback",
                    "{\"request_id\":\"" + header(reply, "x-fresnel-request-id") + "\",\"succeeded\":true}");

            assertThat(reply.body()).contains("{\\\"a\\\":1}");
            assertThat(feedback.body()).contains("\"status\":\"not_learning\"");
            assertThat(lines(reply)).hasSize(1);
        }
    }

    /** A retried or repaired answer is the one that the client got. */
    @Test
    void aRepairedAnswerCountsForTheWorker() {
        cheap.byDefault(Script.chat("```json\n{\"a\":1}\n```", USAGE));
        try (TestGateway gateway =
                start(ADAPTIVE + "\nescalation: { enabled: true, repair: true }", "policy: { horizon: 100ms }\n")) {
            HttpResponse<String> reply = ask(gateway, "fast-bare", SCHEMA, "List them");

            assertThat(outcome(reply, "clean")).contains("\"y\":1.0,\"w\":0.15");
            assertThat(lines(reply)).hasSize(1);
        }
    }

    /** What a good answer is worth decides, where the policy knows. */
    @Test
    void anAnswerIsNotEscalated_whereThatCostsMoreThanItIsWorth() {
        cheap.byDefault(Script.chat("no JSON at all", USAGE));
        try (TestGateway gateway = start(ESCALATING + "\nlearned: { success-usd: 0.0001 }", "policy: { guard: 1 }\n")) {
            List<HttpResponse<String>> replies = IntStream.range(0, 20)
                    .mapToObj(i -> gateway.chat("{\"model\":\"smart\"," + SCHEMA + ",\"messages\":["
                            + user("Make list number " + i) + "]}"))
                    .filter(reply -> header(reply, "x-fresnel-decision").equals("fast-bare"))
                    .toList();

            assertThat(replies).isNotEmpty().allSatisfy(reply -> {
                assertThat(header(reply, "x-fresnel-reason")).endsWith("answer_invalid, escalation_not_worth_it");
                assertThat(reply.body()).contains("no JSON at all");
                assertThat(outcome(reply, "invalid")).contains("\"y\":0.0,\"w\":1.0");
            });
        }
    }

    /** The worker's stream was given up for its second answer, which never came: what is worth it is no longer the question. */
    @Test
    void theRequestedModelIsAsked_whereNothingOfTheWorkersAnswerIsLeft() {
        cheap.reply(Script.chat("Sure! Here you are", USAGE));
        cheap.byDefault(Script.error(500));
        smart.byDefault(Script.chat("{\"a\":1}", USAGE));
        String route = ADAPTIVE + "\nlearned: { success-usd: 0.0001 }\nescalation: { enabled: true, retry: true }";
        try (TestGateway gateway = start(route, "policy: { guard: 1 }\n")) {
            Optional<HttpResponse<String>> delegated = IntStream.range(0, 20)
                    .mapToObj(i -> gateway.chat("{\"model\":\"smart\",\"stream\":true," + SCHEMA + ",\"messages\":["
                            + user("Make list number " + i) + "]}"))
                    .filter(reply -> header(reply, "x-fresnel-decision").equals("fast-bare"))
                    .findFirst();

            assertThat(delegated).hasValueSatisfying(reply -> {
                assertThat(reply.statusCode()).isEqualTo(200);
                assertThat(header(reply, "x-fresnel-reason")).endsWith("answer_invalid, retried, escalated");
                assertThat(header(reply, "x-fresnel-model")).isEqualTo("smart");
                assertThat(reply.body()).contains("[DONE]").doesNotContain("Sure");
            });
            assertThat(cheap.calls()).isEqualTo(2);
        }
    }

    /** What is configured to weigh nothing is not heard. */
    @Test
    void aSignThatIsSwitchedOffIsNotHeard() {
        cheap.byDefault(Script.chat("no JSON at all", USAGE));
        try (TestGateway gateway = start("policy: { horizon: 1s, signals: { invalid: 0 } }\n")) {
            HttpResponse<String> reply = ask(gateway, "fast-bare", SCHEMA, "List them");

            assertThat(outcome(reply, "clean")).contains("\"y\":1.0,\"w\":0.15");
            assertThat(lines(reply)).noneMatch(line -> line.contains("invalid"));
        }
    }

    @Test
    void aLabelsNameIsLogged_butNotWordsThatMayBeAUsers() {
        try (TestGateway gateway = start("")) {
            HttpResponse<String> named = ask(gateway, "fast-bare", "", "Tell me a story");
            HttpResponse<String> worded = ask(gateway, "fast-bare", "", "Tell me another");
            String label = "{\"request_id\":\"%s\",\"succeeded\":false,\"label\":\"%s\"}";
            var _ = gateway.post(
                    "/v1/feedback", label.formatted(header(named, "x-fresnel-request-id"), "tests_failed"));
            var _ = gateway.post(
                    "/v1/feedback", label.formatted(header(worded, "x-fresnel-request-id"), "Anna says it is bad"));

            assertThat(outcome(named, "feedback")).contains("\"label\":\"tests_failed\"");
            assertThat(outcome(worded, "feedback")).doesNotContain("label", "Anna");
        }
    }

    private static String user(String text) {
        return "{\"role\":\"user\",\"content\":\"" + text + "\"}";
    }

    private static String turns(String... messages) {
        return "{\"model\":\"smart\",\"messages\":[" + String.join(",", messages) + "]}";
    }

    private TestGateway start(String more) {
        return start(ADAPTIVE, more);
    }

    private TestGateway start(String route, String more) {
        String events = "events: { decision-log: \"" + log() + "\" }\n";
        return TestGateway.start(TestGateway.twoModels(smart.baseUri(), cheap.baseUri(), route) + events + more);
    }

    private Path log() {
        return directory.resolve("decisions.jsonl");
    }

    /** Asks the arm by name: what comes of it is learned all the same. */
    private static HttpResponse<String> ask(TestGateway gateway, String arm, String more, String text) {
        return gateway.chat(
                "{\"model\":\"smart\"," + (more.isEmpty() ? "" : more + ",")
                        + "\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}",
                "x-fresnel-arm",
                arm);
    }

    /** Waits for the line that tells of this signal as the last thing heard of the decision. */
    private String outcome(HttpResponse<String> reply, String why) {
        Await.until(() -> why + " in " + lines(reply), () -> line(reply, why).isPresent());
        return line(reply, why).orElseThrow();
    }

    private Optional<String> line(HttpResponse<String> reply, String why) {
        return lines(reply).stream()
                .filter(line -> line.contains("\"why\":\"" + why + "\""))
                .findFirst();
    }

    private List<String> lines(HttpResponse<String> reply) {
        try {
            return Files.readAllLines(log()).stream()
                    .filter(line -> line.contains("\"id\":\"" + header(reply, "x-fresnel-request-id") + "\""))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String header(HttpResponse<String> reply, String name) {
        return reply.headers().firstValue(name).orElse("(absent)");
    }
}

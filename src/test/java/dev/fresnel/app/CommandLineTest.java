package dev.fresnel.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
    private static final String CONFIG = """
            listen: { data: "127.0.0.1:0", admin: "127.0.0.1:0" }
            store: { embedded: ./data }
            upstreams:
              openai: { base-url: "https://provider.example/v1", api-key: "${KEY}" }
            models:
              big: { upstream: openai, tier: large, price: { input: 2.50, cached-input: 1.25, output: 10.00 } }
              small: { upstream: openai, tier: small, price: { input: 0.15, cached-input: 0.075, output: 0.60 } }
            workers:
              fast-worker: { model: small, lens: true }
            tenants:
              - id: acme
                keys: ["acme-key-0123456789"]
                routes:
                  - match: { model: "big*" }
                    mode: rules
                    arms: [direct, fast-worker]
              - id: beta
                keys: ["beta-key-0123456789"]
                routes: []
            """;
    private static final String CRUD =
            "{\"model\":\"big\",\"messages\":[{\"role\":\"user\",\"content\":\"Generate CRUD endpoints for 5 entities\"}]}";
    private static final String SMALL_TALK =
            "{\"model\":\"big\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi! How are you today?\"}]}";
    private static final String TOOL_LOOP = """
            {"model":"big","messages":[{"role":"user","content":"Generate CRUD endpoints for 5 entities"},
             {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"ls","arguments":"{}"}}]},
             {"role":"tool","tool_call_id":"c1","content":"%s"}]}
            """.formatted("a.ts ".repeat(600));
    private static final Map<String, String> ENV = Map.of("KEY", "sk-canary-5e1f0c9a");

    @TempDir
    private Path folder;

    private String config() throws IOException {
        return file("fresnel.yaml", CONFIG);
    }

    private String file(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.writeString(file, text);
        return file.toString();
    }

    private static Shell run(String... args) {
        return Shell.runWithInput("", ENV, args);
    }

    @Nested
    class Usage {
        @Test
        void namesEveryCommandAndExitCode_whenAskedForHelp() {
            Shell shell = run("--help");

            assertThat(shell.code()).isZero();
            assertThat(shell.out())
                    .contains(
                            "demo", "serve", "check", "explain", "seed", "export", "pause", "resume", "report",
                            "version")
                    .contains("70", "a bug in Fresnel", "FRESNEL_JAVA_OPTS");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "demo", "serve", "check", "explain", "seed", "export", "keys", "prices", "pause", "resume",
                    "report", "version"
                })
        void explainsItself_whenACommandIsAskedForHelp(String command) {
            Shell shell = run(command, "--help");

            assertThat(shell.code()).isZero();
            assertThat(shell.out()).startsWith("Usage: fresnel " + command);
        }

        @Test
        void saysWhatIsMissing_whenNoCommandIsNamed() {
            Shell shell = run();

            assertThat(shell.code()).isEqualTo(ExitCode.USAGE);
            assertThat(shell.err()).contains("name a command", "fresnel --help");
        }

        @Test
        void suggestsTheNearest_whenACommandIsMisspelt() {
            Shell shell = run("chek");

            assertThat(shell.code()).isEqualTo(ExitCode.USAGE);
            assertThat(shell.err()).contains("chek", "check");
        }

        @Test
        void namesTheOption_whenTheConfigIsNotGiven() {
            Shell shell = run("check");

            assertThat(shell.code()).isEqualTo(ExitCode.USAGE);
            assertThat(shell.err()).contains("--config", "fresnel check --help");
        }

        @Test
        void helpIsACommandToo_andEachCommandHasAWholeSentence() {
            Shell shell = run("help");

            assertThat(shell.code()).isZero();
            assertThat(shell.out()).isEqualTo(run("--help").out());
            assertThat(shell.out())
                    .containsPattern("demo +Shows what Fresnel does, without a key, and keeps serving\\.");
        }

        @ParameterizedTest
        @ValueSource(strings = {"version", "--version", "-V"})
        void printsVersionAndJava_whenAsked(String how) {
            Shell shell = run(how);

            assertThat(shell.code()).isZero();
            assertThat(shell.out()).startsWith("fresnel ").contains("Java ").doesNotContain("$");
        }
    }

    @Nested
    class Prices {
        @Test
        void makesATable_ofAPublicList() throws IOException {
            String list = """
                    [{"id":"openai","models":[{"id":"a","match":{"equals":"a"},"prices":{"input_mtok":1,"output_mtok":2}}]}]
                    """;

            Shell shell = run("prices", "generate", "--date", "2026-11-27", "--from", file("list.json", list));

            assertThat(shell.code()).as(shell.err()).isZero();
            assertThat(shell.out()).contains("date 2026-11-27", "price openai a 1 1 2");
        }

        @Test
        void saysWhatIsWrong() throws IOException {
            Shell none = run(
                    "prices",
                    "generate",
                    "--date",
                    "2026-11-27",
                    "--from",
                    folder.resolve("none").toString());
            Shell other = run("prices", "generate", "--date", "2026-11-27", "--from", file("other.json", "{}"));
            Shell undated = run("prices", "generate", "--date", "today", "--from", "x");

            assertThat(none.code()).isEqualTo(ExitCode.PROBLEM);
            assertThat(none.err()).contains("cannot be read");
            assertThat(other.code()).isEqualTo(ExitCode.PROBLEM);
            assertThat(other.err()).contains("gives no price table", "data.json of genai-prices");
            assertThat(undated.code()).isEqualTo(ExitCode.USAGE);
            assertThat(run("prices").code()).isEqualTo(ExitCode.USAGE);
        }
    }

    @Nested
    class Check {
        @Test
        void countsWhatItFound_whenTheFileIsGood() throws IOException {
            Shell shell = run("check", "--config", config());

            assertThat(shell.code()).as(shell.err()).isZero();
            assertThat(shell.out()).contains("good", "1 upstream", "2 models", "1 worker", "2 tenants");
        }

        @Test
        void showsWhatIsInForceAndNoSecret_whenVerbose() throws IOException {
            Shell shell = run("check", "--config", config(), "--verbose");

            assertThat(shell.out())
                    .contains("fast-worker", "big*", "2.50", "provider.example")
                    .containsPattern("tenants\\[0]\\.routes\\[0]\\.mode +rules")
                    .containsPattern("limits\\.max-body +32MiB");
            assertThat(shell.out() + shell.err()).doesNotContain("sk-canary", "acme-key");
        }

        @Test
        void tellsWhichPricesTheTableGave() throws IOException {
            String yaml = """
                    upstreams: { openai: { base-url: "https://api.openai.com/v1" } }
                    models: { gpt-4o-mini: { upstream: openai } }
                    tenants: [{ id: acme }]
                    """;

            Shell shell = run("check", "--config", file("prices.yaml", yaml));

            assertThat(shell.out())
                    .containsPattern(
                            "models\\.gpt-4o-mini: the shipped price of 20..-..-.., as openai bills: 0.15 USD input");
        }

        @Test
        void listsEveryMistakeWithItsLine_whenThereAreSeveral() throws IOException {
            String bad = CONFIG.replace("mode: rules", "mode: sometimes")
                    .replace("output: 10.00", "output: ten")
                    .replace("model: small", "model: smal");

            Shell shell = run("check", "--config", file("bad.yaml", bad));

            assertThat(shell.code()).isEqualTo(ExitCode.PROBLEM);
            assertThat(shell.err())
                    .contains("bad.yaml:6:", "bad.yaml:9:", "bad.yaml:15:")
                    .contains("models.big.price.output", "sometimes", "small")
                    .contains("3 problems")
                    .doesNotContain("Exception");
        }

        @Test
        void saysSo_whenTheFileDoesNotExist() {
            Shell shell = run("check", "--config", folder.resolve("none.yaml").toString());

            assertThat(shell.code()).isEqualTo(ExitCode.PROBLEM);
            assertThat(shell.err()).contains("none.yaml", "does not exist");
        }

        @Test
        void namesTheVariable_whenASecretIsNotSet() throws IOException {
            Shell shell = Shell.run("check", "--config", config());

            assertThat(shell.code()).isEqualTo(ExitCode.PROBLEM);
            assertThat(shell.err()).contains("KEY");
        }
    }

    @Nested
    class Explain {
        @Test
        void delegatesWithMoneyAndEveryRule_forTheRfcsTask() throws IOException {
            Shell shell = run("explain", "--config", config(), "--tenant", "acme", file("crud.json", CRUD));

            assertThat(shell.code()).as(shell.err()).isZero();
            assertThat(shell.out())
                    .contains("decision  fast-worker (small)")
                    .containsPattern("because   .*multi_part")
                    .contains("written by big while the request waits")
                    .containsPattern("output_above_threshold +fired")
                    .containsPattern("budget_low +off")
                    .containsPattern("\\* fast-worker +small +0\\.\\d+ +0\\.\\d+ +0\\.\\d+ +\\d+ tokens")
                    .containsPattern("  direct +big +0\\.\\d+");
        }

        @Test
        void goesDirect_forSmallTalk() throws IOException {
            Shell shell = run("explain", "--config", config(), "--tenant", "acme", file("hi.json", SMALL_TALK));

            assertThat(shell.out())
                    .contains("decision  direct (the requested model, byte for byte)", "because   no_rule_fired")
                    .containsPattern("multi_part +quiet");
        }

        @Test
        void goesDirect_insideAToolLoop() throws IOException {
            Shell shell = run("explain", "--config", config(), "--tenant", "acme", file("loop.json", TOOL_LOOP));

            assertThat(shell.out()).contains("decision  direct", "because   open_tool_loop");
            assertThat(shell.out())
                    .as("what the columns do not add up to")
                    .containsPattern("for fast-worker less 0\\.\\d+ USD");
        }

        @Test
        void says_thatTheLensIsThere_whenAssumed() throws IOException {
            Shell shell =
                    run("explain", "--config", config(), "--tenant", "acme", "--lens-cached", file("crud.json", CRUD));

            assertThat(shell.out()).contains("lens      is there already");
        }

        @Test
        void printsOneJsonObject_whenAsked() throws IOException {
            Shell shell = run("explain", "--config", config(), "--tenant", "acme", "--json", file("crud.json", CRUD));

            assertThat(shell.out().strip())
                    .startsWith("{\"decision\":{\"arm\":\"fast-worker\"")
                    .endsWith("}")
                    .doesNotContain("\n");
        }

        @Test
        void readsStandardInput_whenTheFileIsADash() throws IOException {
            Shell shell = Shell.runWithInput(SMALL_TALK, ENV, "explain", "-c", config(), "-t", "acme", "-");

            assertThat(shell.out()).contains("because   no_rule_fired");
        }

        @Test
        void obeysHeaders_whenGiven() throws IOException {
            Shell shell = run(
                    "explain",
                    "-c",
                    config(),
                    "-H",
                    "Authorization: Bearer acme-key-0123456789",
                    "-H",
                    "x-fresnel-mode: off",
                    file("crud.json", CRUD));

            assertThat(shell.out())
                    .contains("tenant acme", "mode off (header; route: rules)")
                    .contains("decision  direct", "client_bypass");
        }

        @Test
        void asksWhoseRequestItIs_whenSeveralTenantsHaveKeys() throws IOException {
            Shell shell = run("explain", "-c", config(), file("crud.json", CRUD));

            assertThat(shell.code()).isEqualTo(ExitCode.PROBLEM);
            assertThat(shell.err()).contains("--tenant", "acme, beta");
        }

        @Test
        void namesTheTenants_whenTheOneGivenIsUnknown() throws IOException {
            Shell shell = run("explain", "-c", config(), "-t", "acne", file("crud.json", CRUD));

            assertThat(shell.code()).isEqualTo(ExitCode.PROBLEM);
            assertThat(shell.err()).contains("acne", "acme, beta");
        }

        @Test
        void tellsTheOddsOfTheLearnedPolicy_andThatShadowDoesNotDrawFromThem() throws IOException {
            String crud = file("crud.json", CRUD);
            Shell shadow = run("explain", "-c", config(), "-t", "acme", "-H", "x-fresnel-mode: shadow-adaptive", crud);
            Shell adaptive = run("explain", "-c", config(), "-t", "acme", "-H", "x-fresnel-mode: adaptive", crud);

            assertThat(shadow.out())
                    .contains("because   shadow, ", "decision  direct (the requested model")
                    .containsPattern(
                            "odds +direct 0\\.\\d{3}, fast-worker 0\\.\\d{3} \\(nothing learned yet; told only");
            assertThat(adaptive.out()).containsPattern("odds +direct .* \\(nothing learned yet\\)");
        }

        @Test
        void namesHeaderAndValidValues_whenAHeaderSaysNothing() throws IOException {
            Shell shell = run(
                    "explain", "-c", config(), "-t", "acme", "-H", "x-fresnel-mode: maybe", file("crud.json", CRUD));

            assertThat(shell.code()).isEqualTo(ExitCode.PROBLEM);
            assertThat(shell.err()).contains("x-fresnel-mode", "maybe", "off, shadow, shadow-adaptive, rules");
        }

        @Test
        void showsHowToWriteAHeader_whenItHasNoColon() throws IOException {
            Shell shell = run("explain", "-c", config(), "-t", "acme", "-H", "nonsense", file("crud.json", CRUD));

            assertThat(shell.code()).isEqualTo(ExitCode.USAGE);
            assertThat(shell.err()).contains("'name: value'");
        }

        @ParameterizedTest
        @ValueSource(strings = {"{\"model\":", "[]", "{\"messages\":[]}", "{\"model\":7,\"messages\":[]}", ""})
        void saysWhatIsWrong_whenTheRequestIsBroken(String body) throws IOException {
            Shell shell = run("explain", "-c", config(), "-t", "acme", file("broken.json", body));

            assertThat(shell.code()).isEqualTo(ExitCode.PROBLEM);
            assertThat(shell.err()).contains("broken.json", "would refuse").doesNotContain("Exception", "\tat ");
        }

        @Test
        void saysSo_whenTheRequestDoesNotExist() throws IOException {
            Shell shell = run(
                    "explain",
                    "-c",
                    config(),
                    "-t",
                    "acme",
                    folder.resolve("none.json").toString());

            assertThat(shell.code()).isEqualTo(ExitCode.PROBLEM);
            assertThat(shell.err()).contains("none.json does not exist");
        }

        @Test
        void passesThrough_whatItCannotRead() throws IOException {
            Path foreign = folder.resolve("utf16.json");
            Files.writeString(foreign, CRUD, java.nio.charset.StandardCharsets.UTF_16LE);

            Shell shell = run("explain", "-c", config(), "-t", "acme", foreign.toString());

            assertThat(shell.code()).isZero();
            assertThat(shell.out()).contains("direct, to upstream openai", "unreadable");
        }
    }

    @Nested
    class Demonstration {
        @Test
        void showsALensBuiltAndUsedAndASaving_andEnds() {
            Shell shell = run("demo", "--exit", "--speed", "Infinity");

            assertThat(shell.code()).as(shell.err()).isZero();
            assertThat(shell.out())
                    .containsPattern("CRUD endpoints for 5 entities +fast-worker .* built ")
                    .containsPattern("the same again +fast-worker .* hit ")
                    .containsPattern("small talk +direct +no_rule_fired +none ")
                    .containsPattern(
                            "demo-smart at http://127\\.0\\.0\\.1:[0-9]+/v1, demo-cheap at http://127\\.0\\.0\\.1:[0-9]+/v1")
                    .contains("no real ones", "this saved");
            assertThat(shell.out().lines()).as("for a terminal").allMatch(line -> line.length() <= 160);
        }

        @Test
        void namesThePort_whenItIsTaken() throws IOException {
            try (var taken = new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
                Shell shell = run("demo", "--exit", "--speed", "Infinity", "--port", "" + taken.getLocalPort());

                assertThat(shell.code()).isEqualTo(ExitCode.PROBLEM);
                assertThat(shell.err())
                        .contains("cannot listen", "another process")
                        .doesNotContain("\tat ");
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"--port=70000", "--speed=0", "--speed=-1"})
        void refusesWhatCannotBe(String option) {
            Shell shell = run("demo", "--exit", option);

            assertThat(shell.code()).isEqualTo(ExitCode.USAGE);
            assertThat(shell.err()).contains("fresnel: --");
        }
    }

    @Nested
    class Serve {
        @Test
        void startsNothing_whenTheConfigHasMistakes() throws IOException {
            Shell shell = run("serve", "-c", file("bad.yaml", CONFIG.replace("tier: large", "tier: huge")));

            assertThat(shell.code()).isEqualTo(ExitCode.PROBLEM);
            assertThat(shell.err()).contains("bad.yaml:6:", "nothing was started");
        }

        @Test
        void namesThePort_whenItIsTaken() throws IOException {
            try (var taken = new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
                String busy = CONFIG.replace(
                                "data: \"127.0.0.1:0\"", "data: \"127.0.0.1:" + taken.getLocalPort() + "\"")
                        .replace("./data", folder.resolve("data").toString());

                Shell shell = run("serve", "-c", file("busy.yaml", busy));

                assertThat(shell.code()).isEqualTo(ExitCode.PROBLEM);
                assertThat(shell.err()).contains("the gateway cannot listen");
            }
        }
    }
}

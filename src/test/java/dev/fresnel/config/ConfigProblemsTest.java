package dev.fresnel.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.tenant.Caller;
import dev.fresnel.tenant.KeyRegister;
import dev.fresnel.tenant.TenantDirectory;
import dev.fresnel.upstream.Credential;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad input: every problem in one go, each with its line, its key and what to do. */
class ConfigProblemsTest {
    @Test
    void namesAMisspeltRequiredKeyOnce() {
        List<String> problems = Configs.problems("""
                upstreams: { openai: { base_url: "https://api.openai.com/v1" } }
                tenants: [{ id: acme }]
                """);

        assertThat(problems)
                .containsExactly("x.yaml:1:24 upstreams.openai.base_url: is not a key; did you mean \"base-url\"?");
    }

    @Test
    void saysWhatAPriceIs_whenItIsInQuotes() {
        assertThat(Configs.problems(Configs.MINIMAL
                        + "models: { m: { upstream: openai, price: { input: \"1\", cached-input: 1, output: 1 } } }\n"))
                .singleElement()
                .asString()
                .contains("must be an amount in USD, but is text in quotes");
    }

    @Test
    void warnsOfASecretInTheFile_andOfNoOther() {
        String yaml = """
                upstreams: { openai: { base-url: "https://api.openai.com/v1", api-key: "%s" } }
                tenants: [{ id: acme }]
                """;

        assertThat(Configs.warnings(yaml.formatted("sk-canary")))
                .singleElement()
                .asString()
                .contains("upstreams.openai.api-key: is a secret written into this file", "${NAME} or file:PATH")
                .doesNotContain("canary");
        assertThat(Configs.load(yaml.formatted("${KEY}"), java.util.Map.of("KEY", "sk-canary"))
                        .warnings())
                .isEmpty();
        assertThat(Configs.warnings(yaml.formatted("${KEY:-}"))).isEmpty();
    }

    @Test
    void credentialAndApiKeyAgree() {
        String yaml = """
                upstreams: { lab: { base-url: "https://lab.example/v1", credential: %s } }
                tenants: [{ id: acme, keys: ["a-key-of-acme"] }]
                """;

        assertThat(Configs.problems(yaml.formatted("api-key")))
                .singleElement()
                .asString()
                .contains("upstreams.lab.credential: is api-key, and there is no api-key");
        assertThat(Configs.problems(yaml.formatted("none, api-key: \"${KEY:-k}\"")))
                .singleElement()
                .asString()
                .contains("upstreams.lab.credential: keeps the api-key from being sent");
        assertThat(Configs.warnings(yaml.formatted("client"))).anyMatch(warning -> warning.contains("never passed on"));
        assertThat(Configs.warnings(yaml.formatted("none"))).noneMatch(warning -> warning.contains("never passed on"));
        assertThat(Configs.upstream(Configs.valid(yaml.formatted("none")), "lab")
                        .credential())
                .isEqualTo(new Credential.None());
    }

    /** What it is paid with must be known, and nobody judges best of himself. */
    @Test
    void saysWhatIsWrongWithAPriceTable() throws java.io.IOException {
        String yaml = """
                upstreams: { openai: { base-url: "https://api.openai.com/v1", api-key: "${KEY:-k}", provider: opnai } }
                models: { gpt-4o: { upstream: openai } }
                prices: { table: "%s" }
                tenants: [{ id: acme }]
                """;
        java.nio.file.Path file = java.nio.file.Files.createTempFile("prices", ".txt");
        java.nio.file.Files.writeString(file, "date 2026-11-27\nprice openai gpt-4o 1\n");
        try {
            assertThat(Configs.problems(yaml.formatted("shipped")))
                    .containsExactly(
                            "x.yaml:1:95 upstreams.openai.provider: names the provider \"opnai\", which the price"
                                    + " table does not know; did you mean \"openai\"?");
            assertThat(Configs.problems(yaml.formatted("nowhere.txt")))
                    .anyMatch(problem -> problem.contains("prices.table: names no file that can be read here"));
            assertThat(Configs.problems(yaml.formatted(file)))
                    .anyMatch(problem -> problem.contains("prices.table: names a file that is no price table: line 2"));
        } finally {
            java.nio.file.Files.delete(file);
        }
    }

    @Test
    void judgeNeedsAPrice_andShouldNotBeOneOfThoseItJudges() {
        String yaml = """
                upstreams: { openai: { base-url: "https://api.openai.com/v1" } }
                models:
                  gpt-4o: { upstream: openai, price: { input: 2.50, cached-input: 1.25, output: 10.00 } }
                  cheap: { upstream: openai, price: { input: 0.15, cached-input: 0.075, output: 0.60 } }
                  other: { upstream: openai, price: { input: 1, cached-input: 1, output: 1 } }
                  free: { upstream: openai }
                aliases: { mine: cheap }
                workers: { bare: { model: mine, lens: false } }
                tenants: [{ id: acme, routes: [{ match: { model: gpt-4o }, arms: [bare] }] }]
                policy: { judge: { model: %s } }
                """;

        assertThat(Configs.warnings(yaml.formatted("other"))).noneMatch(warning -> warning.contains("judge"));
        assertThat(Configs.warnings(yaml.formatted("cheap"))).anyMatch(warning -> warning.contains("prefer their own"));
        assertThat(Configs.warnings(yaml.formatted("gpt-4o")))
                .anyMatch(warning -> warning.contains("prefer their own"));
        assertThat(Configs.problems(yaml.formatted("free")))
                .anyMatch(problem -> problem.contains("has no price, so judging"));
        assertThat(Configs.problems(yaml.formatted("nobody")))
                .anyMatch(problem -> problem.contains("policy.judge.model"));
    }

    @Test
    void warnsOfARouteThatFitsNothing() {
        String yaml = """
                upstreams: { openai: { base-url: "https://api.openai.com/v1" } }
                models: { gpt-4o: { upstream: openai, price: { input: 2.50, cached-input: 1.25, output: 10.00 } } }
                workers: { fast: { model: gpt-4o } }
                tenants: [{ id: acme, routes: [{ match: { model: "%s" }, mode: rules, arms: [fast] }] }]
                """;

        assertThat(Configs.warnings(yaml.formatted("gpt4*")))
                .singleElement()
                .asString()
                .contains("match.model: fits no declared model or alias");
        assertThat(Configs.warnings(yaml.formatted("openai-smart")))
                .as("an alias")
                .isEmpty();
    }

    @Test
    void listsEveryProblemInOneGo_inTheOrderOfTheFile() {
        List<String> problems = Configs.problems("""
                listen: { data: "0.0.0.0:8080", admin: "0.0.0.0" }
                store: { redis: "http://host:6379/0" }
                upstreems: {}
                upstreams:
                  openai:
                    base-url: "https://user:hunter2@api.openai.com/v1"
                    api-key: "${OPENAI_API_KEY}"
                    timeouts: { conect: 5s, idle: 5 }
                models:
                  gpt-4o:
                    upstream: opnai
                    tier: huge
                    price: { input: -2.50, output: ten }
                aliases: { a: b, b: a, c: gpt-4p, gpt-4o: c }
                workers:
                  fast: { model: gpt4o, fallback: [gpt-4o, nobody] }
                tenants:
                  - id: acme
                    keys: []
                    mode: adoptive
                    routes:
                      - match: { model: 7 }
                        mode: rulez
                        arms: [direct, fats]
                        threshold-tokens: 5
                        rules: { threshold-tokens: -1, break-even: maybe }
                  - id: acme
                    keys: ["key-one-of-acme", "key-one-of-acme"]
                """);

        assertThat(problems)
                .containsExactly(
                        "x.yaml:1:40 listen.admin: must be host:port with a port from 0 to 65535, but is \"0.0.0.0\";"
                                + " write for example 127.0.0.1:8080 or [::1]:8080; port 0 takes any free one",
                        "x.yaml:2:17 store.redis: must be a redis://, redis+sentinel:// or redis+cluster:// URL without a"
                                + " query; write for example redis://redis.internal:6379/0",
                        "x.yaml:3:1 upstreems: is not a key; did you mean \"upstreams\"?",
                        "x.yaml:6:15 upstreams.openai.base-url: must not carry a user name or password; leave"
                                + " it out: a key beside it takes the credential",
                        "x.yaml:7:14 upstreams.openai.api-key: needs the environment variable OPENAI_API_KEY, which is"
                                + " not set; set it, keep the secret in a file and write file:PATH, or write"
                                + " ${OPENAI_API_KEY:-} to do without",
                        "x.yaml:8:17 upstreams.openai.timeouts.conect: is not a key; did you mean \"connect\"?",
                        "x.yaml:8:35 upstreams.openai.timeouts.idle: must be a duration with its unit (ms, s, m, h or"
                                + " d), but is \"5\"; write for example 500ms, 30s, 10m or 24h",
                        "x.yaml:11:15 models.gpt-4o.upstream: names the upstream \"opnai\", which is not declared; did"
                                + " you mean \"openai\"?",
                        "x.yaml:12:11 models.gpt-4o.tier: must be one of small, medium, large, unknown, but is"
                                + " \"huge\"",
                        "x.yaml:13:5 models.gpt-4o.price.cached-input: is required; add cached-input (USD per million"
                                + " input tokens read from the provider's prompt cache)",
                        "x.yaml:13:21 models.gpt-4o.price.input: must be at least 0, but is \"-2.50\"",
                        "x.yaml:13:36 models.gpt-4o.price.output: must be a number in plain digits, such as 0.15, but"
                                + " is \"ten\"",
                        "x.yaml:14:15 aliases.a: runs in a circle: a -> b -> a; let one of them name a declared model",
                        "x.yaml:14:27 aliases.c: names the model \"gpt-4p\", which is not declared; did you mean"
                                + " \"gpt-4o\"?",
                        "x.yaml:14:35 aliases.gpt-4o: has the name of a declared model and would hide it; rename the"
                                + " alias or the model",
                        "x.yaml:16:18 workers.fast.model: names the model \"gpt4o\", which is not declared; did you"
                                + " mean \"gpt-4o\"?",
                        "x.yaml:16:44 workers.fast.fallback[1]: names the model \"nobody\", which is not declared;"
                                + " models and aliases are: gpt-4o, openai-smart",
                        "x.yaml:19:11 tenants[0].keys: must hold a key: listen.data is reachable from other machines,"
                                + " and a tenant without keys is open; add keys, or write access: keys and issue some, or listen on 127.0.0.1",
                        "x.yaml:20:11 tenants[0].mode: must be one of off, shadow, shadow-adaptive, rules, adaptive, but is \"adoptive\"; did you mean \"adaptive\"?",
                        "x.yaml:23:15 tenants[0].routes[0].mode: must be one of off, shadow, shadow-adaptive, rules, adaptive, but is \"rulez\";"
                                + " did you mean \"rules\"?",
                        "x.yaml:24:24 tenants[0].routes[0].arms[1]: names the worker \"fats\", which is not declared;"
                                + " did you mean \"fast\"?",
                        "x.yaml:25:9 tenants[0].routes[0].threshold-tokens: is not a key; it belongs at"
                                + " defaults.rules.threshold-tokens or tenants[].rules.threshold-tokens or"
                                + " tenants[].routes[].rules.threshold-tokens; check the indentation",
                        "x.yaml:26:36 tenants[0].routes[0].rules.threshold-tokens: must be at least 0, but is \"-1\"",
                        "x.yaml:26:52 tenants[0].routes[0].rules.break-even: must be true or false, but is \"maybe\"",
                        "x.yaml:27:9 tenants[1].id: is the id of tenants[0] too; give every tenant its own id",
                        "x.yaml:28:31 tenants[1].keys[1]: is the same key as tenants[1].keys[0]; a key opens exactly"
                                + " one tenant");
    }

    @Nested
    class Secrets {
        @TempDir
        Path directory;

        @Test
        void areReadFromFilesAndTheEnvironment() throws IOException {
            Files.writeString(directory.resolve("key.txt"), "sk-from-file\n");
            String yaml = """
                    upstreams:
                      a: { base-url: "https://a.example/v1", api-key: "file:key.txt" }
                      b: { base-url: "https://b.example/v1", api-key: "${B_KEY}" }
                      c: { base-url: "${C_URL:-https://c.example/v1}", api-key: "${C_KEY:-}" }
                      d: { base-url: "https://d.example/v1", api-key: "${D_KEY:-file:%s/key.txt}" }
                    tenants: [ { id: acme } ]
                    """.formatted(directory);

            GatewayConfig config = Configs.valid(ConfigLoader.load(yaml, directory, Map.of("B_KEY", "sk-from-env")));

            assertThat(key(config, "a")).isEqualTo("sk-from-file");
            assertThat(key(config, "b")).isEqualTo("sk-from-env");
            assertThat(Configs.upstream(config, "c").baseUrl()).hasToString("https://c.example/v1");
            assertThat(Configs.upstream(config, "c").credential()).isEqualTo(new Credential.Client());
            assertThat(key(config, "d")).isEqualTo("sk-from-file");
        }

        private static String key(GatewayConfig config, String upstream) {
            return Configs.upstream(config, upstream).credential() instanceof Credential.ApiKey own
                    ? own.secret().reveal()
                    : "";
        }

        @Test
        void areNeverShown_whateverIsWrongWithThem() throws IOException {
            Files.writeString(directory.resolve("bad.txt"), "sk-canary-1 with spaces");
            String yaml = """
                    listen: { admin-token: "sk-canary-2 with spaces" }
                    upstreams:
                      a: { base-url: "http://sk-canary-3@a.example/v1", api-key: "file:bad.txt" }
                      b: { base-url: "${B}", api-key: "${B} x" }
                      c: { base-url: "https://c.example/v1?key=sk-canary-6" , api-key: [sk-canary-7] }
                      d: { base-url: "https://d.example/v1", api-key: "file:missing.txt" }
                    tenants:
                      - { id: one, keys: [sk-canary-8] }
                      - { id: two, keys: [sk-canary-8, "${E:-}", ""] }
                    limits: { max-connections: "${B}" }
                    """;

            ConfigResult result = ConfigLoader.load(yaml, directory, Map.of("B", "sk-canary-4"));

            assertThat(Configs.problems(result)).hasSize(12).noneMatch(line -> line.contains("sk-canary"));
            assertThat(Configs.problems(result))
                    .contains(
                            "x.yaml:6:51 upstreams.d.api-key: needs the file missing.txt, which does not exist;"
                                    + " create it or correct the path",
                            "x.yaml:10:28 limits.max-connections: must be a whole number in plain digits, but is the"
                                    + " value of ${B}");
            assertThat(result.toString()).doesNotContain("sk-canary");
        }

        @Test
        void areRefused_whenAReferenceIsOnlyPartOfTheValue() {
            assertThat(Configs.problems(Configs.load(
                            Configs.MINIMAL.replace("\" }", "\", api-key: \"Bearer ${KEY}\" }"), Map.of("KEY", "k"))))
                    .singleElement()
                    .asString()
                    .contains("must be a whole ${NAME}");
        }
    }

    @Nested
    class Doors {
        @ParameterizedTest
        @ValueSource(strings = {"0.0.0.0:8080", "192.168.1.5:8080", "[::]:8080", "gateway.internal:8080"})
        void openTenantIsRefused_whenOtherMachinesReachIt(String address) {
            assertThat(Configs.problems("listen: { data: \"" + address + "\" }\n" + Configs.MINIMAL))
                    .singleElement()
                    .asString()
                    .startsWith("x.yaml:5:5 tenants[0].keys: must hold a key");
        }

        @ParameterizedTest
        @ValueSource(strings = {"127.0.0.1:0", "localhost:8080", "[::1]:8080", "127.9.9.9:8080"})
        void openTenantIsAccepted_whenOnlyThisMachineReachesIt(String address) {
            assertThat(Configs.problems("listen: { data: \"" + address + "\" }\n" + Configs.MINIMAL))
                    .isEmpty();
        }

        @Test
        void secondOpenTenantIsRefused() {
            assertThat(Configs.problems(Configs.MINIMAL + "  - id: other\n"))
                    .singleElement()
                    .asString()
                    .contains("tenants[1].keys: must hold a key: tenants[0] has none either");
        }

        @Test
        void sameKeyInTwoTenantsIsRefused() {
            assertThat(Configs.problems("""
                            upstreams: { openai: { base-url: "https://api.openai.com/v1", api-key: k } }
                            tenants:
                              - { id: one, keys: [shared-key] }
                              - { id: two, keys: [own-key, shared-key] }
                            """))
                    .containsExactly("x.yaml:4:32 tenants[1].keys[1]: is the same key as tenants[0].keys[0]; a key"
                            + " opens exactly one tenant");
        }

        @Test
        void adminListenerNeedsAToken_whenOtherMachinesReachIt() {
            assertThat(Configs.problems("listen: { admin: \"0.0.0.0:9090\" }\n" + Configs.MINIMAL))
                    .singleElement()
                    .asString()
                    .contains("listen.admin: must be a loopback address", "set listen.admin-token");
            assertThat(Configs.problems("listen: { admin: \"0.0.0.0:9090\", admin-token: t }\n" + Configs.MINIMAL))
                    .isEmpty();
        }

        @ParameterizedTest
        @CsvSource({
            "127.0.0.1:8080, 127.0.0.1:8080, 1",
            "127.0.0.1:8080, 127.0.0.1:8081, 0",
            "127.0.0.1:0, 127.0.0.1:0, 0",
        })
        void listenersDoNotShareAnAddress(String data, String admin, int problems) {
            assertThat(Configs.problems(
                            "listen: { data: \"" + data + "\", admin: \"" + admin + "\" }\n" + Configs.MINIMAL))
                    .hasSize(problems);
        }

        @Test
        void listenersDoNotShareAPort_whenOneTakesEveryAddress() {
            assertThat(Configs.problems("""
                            listen: { data: "0.0.0.0:8080", admin: "127.0.0.1:8080" }
                            upstreams: { openai: { base-url: "https://api.openai.com/v1", api-key: k } }
                            tenants: [ { id: one, keys: [key-of-one] } ]
                            """))
                    .containsExactly("x.yaml:1:40 listen.admin: must not share a port with data; give it another port");
        }

        @ParameterizedTest
        @CsvSource({
            "127.0.0.1:8080, data",
            "0.0.0.0:9090, admin",
            "127.0.0.1:8081, ''",
            "10.0.0.5:8080, ''",
            "127.0.0.1:0, ''",
        })
        void probesShareNoPort(String probes, String taken) {
            List<String> problems = Configs.problems("listen: { probes: \"" + probes + "\" }\n" + Configs.MINIMAL);

            if (taken.isEmpty()) {
                assertThat(problems).isEmpty();
            } else {
                assertThat(problems)
                        .containsExactly("x.yaml:1:19 listen.probes: must not share a port with " + taken
                                + "; give it another port");
            }
        }

        @ParameterizedTest
        @CsvSource({
            "http://10.0.0.5/v1, '', 0",
            "'http://10.0.0.5/v1', ', api-key: k', 1",
            "'http://10.0.0.5/v1', ', api-key: k, allow-plain-http: true', 0",
            "'http://127.0.0.1:11434/v1', ', api-key: k', 0",
            "'https://api.example/v1', ', api-key: k', 0",
            "'http://169.254.169.254/v1', '', 1",
            "'http://[fe80::1]/v1', '', 1",
            "'http://[::ffff:169.254.169.254]/v1', '', 1",
            "'ftp://api.example/v1', '', 1",
            "'api.example/v1', '', 1",
            "'https:///v1', '', 1",
            "'https://api.example/v1?x=1', '', 1",
            "'https://api.example/v1#x', '', 1",
            "'https://api.example:99999/v1', '', 1",
            "'https://api example/v1', '', 1",
        })
        void baseUrlIsCheckedForWhereSecretsWouldGo(String url, String more, int problems) {
            assertThat(Configs.problems(
                            "upstreams: { a: { base-url: \"" + url + "\"" + more + " } }\ntenants: [ { id: acme } ]\n"))
                    .hasSize(problems);
        }

        @Test
        void baseUrlLosesItsTrailingSlash() {
            GatewayConfig config = Configs.valid(Configs.MINIMAL.replace("/v1\"", "/v1//\""));

            assertThat(Configs.upstream(config, "openai").baseUrl()).hasToString("https://api.openai.com/v1");
        }
    }

    @Nested
    class Names {
        @Test
        void builtInAliasIsDormant_untilItsModelIsDeclared() {
            assertThat(Configs.valid(Configs.MINIMAL).models().aliases()).isEmpty();
            assertThat(Configs.valid(withModels("{ gpt-4o: { upstream: openai } }"))
                            .models()
                            .aliases())
                    .hasToString("{openai-smart=gpt-4o}");
        }

        @Test
        void dormantAliasIsExplained_whenItIsReferenced() {
            assertThat(Configs.problems(Configs.MINIMAL + "workers: { fast: { model: ollama-cheap } }\n"))
                    .containsExactly("x.yaml:5:27 workers.fast.model: names the built-in alias \"ollama-cheap\" of the"
                            + " model \"llama3.2:3b\", which is not declared; declare it under models, or set"
                            + " aliases.ollama-cheap to a declared model");
        }

        @Test
        void builtInAliasIsOverridden_byAnAliasOfItsName() {
            GatewayConfig config =
                    Configs.valid(withModels("{ gpt-4o: { upstream: openai }, mine: { upstream: openai } }")
                            + "aliases: { openai-smart: hop, hop: mine }\n");

            assertThat(config.models().aliases()).hasToString("{openai-smart=hop, hop=mine}");
        }

        @Test
        void circleThroughABuiltInAliasIsNamed() {
            assertThat(Configs.problems(Configs.MINIMAL + "aliases: { gpt-4o: openai-smart }\n"))
                    .singleElement()
                    .asString()
                    .contains("runs in a circle: gpt-4o -> openai-smart -> gpt-4o");
        }

        @Test
        void aliasOfItselfIsACircle() {
            assertThat(Configs.problems(Configs.MINIMAL + "aliases: { a: a }\n"))
                    .singleElement()
                    .asString()
                    .contains("runs in a circle: a -> a");
        }

        @Test
        void aliasIntoACircleElsewhereIsNotReportedTwice() {
            assertThat(Configs.problems(Configs.MINIMAL + "aliases: { into: a, a: b, b: a }\n"))
                    .singleElement()
                    .asString()
                    .contains("aliases.a: runs in a circle: a -> b -> a");
        }

        @Test
        void namesWithDotsAreQuotedInThePath() {
            assertThat(Configs.problems(withModels("{ \"llama3.2:3b\": { upstream: openai, tier: tiny } }")))
                    .singleElement()
                    .asString()
                    .contains("models.\"llama3.2:3b\".tier: must be one of");
        }

        @ParameterizedTest
        @ValueSource(strings = {"\"a b\"", "\"\"", "\"caf\\u00e9\"", "\"a\\r\\nb\""})
        void namesThatCannotTravelInAHeaderAreRefused(String name) {
            assertThat(Configs.problems(withModels("{ " + name + ": { upstream: openai } }")))
                    .singleElement()
                    .asString()
                    .contains("is not a valid name");
        }

        @Test
        void workerCannotTakeTheNameOfTheDirectArm() {
            assertThat(Configs.problems(withModels("{ gpt-4o: { upstream: openai } }")
                            + "workers: { direct: { model: gpt-4o } }\n"))
                    .singleElement()
                    .asString()
                    .contains("workers.direct: is the name of the requested model's own arm");
        }

        private static String withModels(String models) {
            return Configs.MINIMAL + "models: " + models + "\n";
        }
    }

    @Nested
    class Warnings {
        @Test
        void pointAtWhatIsProbablyNotMeant() {
            List<String> warnings = Configs.warnings("""
                    upstreams:
                      openai: { base-url: "https://api.openai.com" }
                      lan: { base-url: "http://10.0.0.5/v1" }
                    models:
                      free: { upstream: lan }
                      odd: { upstream: lan, price: { input: 0.0000025, cached-input: 1, output: 0.00001 } }
                    tenants:
                      - { id: one, keys: [secret-key-of-tenant-one], mode: rules }
                      - id: two
                        keys: [secret-key-of-tenant-two]
                        routes:
                          - { mode: rules }
                          - { match: { model: "gpt-*" } }
                    events: { prompts: plain }
                    """);

            assertThat(warnings).hasSize(13);
            assertThat(warnings)
                    .extracting(line -> line.replaceAll("(: [a-z ]*).*", "$1"))
                    .containsExactly(
                            "x.yaml:2:3 upstreams.openai: has no api",
                            "x.yaml:2:23 upstreams.openai.base-url: has no path",
                            "x.yaml:3:3 upstreams.lan: has no api",
                            "x.yaml:3:20 upstreams.lan.base-url: is not encrypted",
                            "x.yaml:5:3 models.free: has no price",
                            "x.yaml:6:66 models.odd.price.cached-input: is dearer than input",
                            "x.yaml:6:77 models.odd.price.output: is below a tenth of a cent per million tokens",
                            "x.yaml:8:23 tenants[0].keys[0]: is a secret written into this file",
                            "x.yaml:8:56 tenants[0].mode: has no effect",
                            "x.yaml:10:12 tenants[1].keys[0]: is a secret written into this file",
                            "x.yaml:12:9 tenants[1].routes[0].arms: holds no worker",
                            "x.yaml:13:27 tenants[1].routes[1].match.model: is never reached",
                            "x.yaml:14:20 events.prompts: writes what clients say into events and logs");
        }

        @TempDir
        Path directory;

        @Test
        void nameASeedFileThatIsNotThere() throws IOException {
            String yaml = ROUTED.formatted("mode: adaptive") + "policy: { cold-start: { seed-from: \"%s\" } }\n";
            Path rows = Files.writeString(directory.resolve("rows.jsonl"), "");

            assertThat(Configs.warnings(yaml.formatted(directory.resolve("absent.jsonl"))))
                    .singleElement()
                    .asString()
                    .startsWith("x.yaml:5:36 policy.cold-start.seed-from: names no file that can be read here")
                    .doesNotContain("absent");
            assertThat(Configs.warnings(yaml.formatted(directory)))
                    .as("a directory")
                    .hasSize(1);
            assertThat(Configs.warnings(yaml.formatted(rows))).isEmpty();
        }

        /** Directories are made at start, so it is the first one there is that counts. */
        @Test
        void nameADecisionLogThatCannotBeWritten() throws IOException {
            String yaml = ROUTED.formatted("mode: adaptive") + "events: { decision-log: \"%s\" }\n";
            Path file = Files.writeString(directory.resolve("file"), "");

            assertThat(Configs.warnings(yaml.formatted(file.resolve("below/a-file.jsonl"))))
                    .singleElement()
                    .asString()
                    .startsWith("x.yaml:5:25 events.decision-log: names a file that cannot be written here");
            assertThat(Configs.warnings(yaml.formatted(directory)))
                    .as("a directory")
                    .hasSize(1);
            assertThat(Configs.warnings(yaml.formatted(directory.resolve("new/and/newer.jsonl"))))
                    .isEmpty();
            assertThat(Configs.warnings(yaml.formatted(file))).isEmpty();
            assertThat(Configs.warnings(yaml.formatted("decisions.jsonl"))).isEmpty();
            assertThat(directory.resolve("new")).doesNotExist();
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
                'escalation: { retry: true }'                  | ''                            | x.yaml:4:103 tenants[0].routes[0].escalation.retry
                'escalation: { hold: 2s, repair: true }'       | ''                            | x.yaml:4:103 tenants[0].routes[0].escalation.hold, x.yaml:4:113 tenants[0].routes[0].escalation.repair
                'escalation: { enabled: true, retry: true }'   | ''                            | ''
                'escalation: { enabled: false, retry: true }'  | ''                            | ''
                'escalation: true'                             | '{ hold: 2s }'                | ''
                'escalation: { retry: true }'                  | 'true'                        | ''
                'mode: rules'                                  | '{ hold: 2s }'                | x.yaml:5:27 defaults.escalation.hold
                'escalation: false'                            | '{ enabled: true, hold: 2s }' | ''
                """)
        void nameDetailsOfAnEscalationThatIsNotEnabled(String route, String defaults, String places) {
            String yaml = ROUTED.formatted(route.startsWith("mode") ? route : "mode: rules, " + route)
                    + (defaults.isEmpty() ? "" : "defaults: { escalation: " + defaults + " }\n");

            assertThat(Configs.warnings(yaml))
                    .allMatch(warning ->
                            warning.contains(": has no effect, since escalation is not enabled; add enabled"))
                    .extracting(warning -> warning.substring(0, warning.indexOf(": has")))
                    .isEqualTo(places.isEmpty() ? List.of() : List.of(places.split(", ")));
        }

        @ParameterizedTest
        @CsvSource(textBlock = """
                off, true
                shadow, true
                rules, true
                adaptive, false
                shadow-adaptive, false
                """)
        void namePolicyWhereNoRouteLearns(String mode, boolean warned) {
            String yaml = ROUTED.formatted("mode: " + mode);

            assertThat(Configs.warnings(yaml + "policy: { signals: { empty: 0.5 } }\n"))
                    .hasSize(warned ? 1 : 0)
                    .allMatch(warning ->
                            warning.startsWith("x.yaml:5:1 policy: has no effect, since no route is in mode"));
            assertThat(Configs.warnings(yaml + "policy:\n"))
                    .as("nothing is set")
                    .isEmpty();
        }

        @Test
        void blameNoOtherKey_whenAMistakeHidesTheMode() {
            assertThat(Configs.warnings(ROUTED.formatted("mode: adaptiv") + "policy: { rule: ucb }\n"))
                    .isEmpty();
        }

        private static final String ROUTED = """
                upstreams: { openai: { base-url: "https://api.openai.com/v1" } }
                models: { m: { upstream: openai, price: { input: 1, cached-input: 1, output: 1 } } }
                workers: { w: { model: m, lens: false } }
                tenants: [{ id: acme, routes: [{ match: { model: "*" }, arms: [direct, w], %s }] }]
                """;

        @Test
        void areSilent_forACleanFile() {
            assertThat(Configs.warnings(Configs.MINIMAL)).isEmpty();
        }
    }

    @Nested
    class Yaml {
        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
                        'a: [1'                            | 1:6  | is not valid YAML
                        'a: "x'                            | 1:6  | is not valid YAML
                        'a: 1\\n---\\nb: 2'                | 2:1  | starts a second YAML document
                        'listen: !!java.net.URL [x]'       | 1:9  | has a YAML tag
                        'store: { embedded: !env X }'      | 1:20 | has a YAML tag
                        'listen: {}\\nlisten: {}'          | 2:1  | appears twice in the same block
                        'store: { embedded: a, embedded: b }' | 1:23 | appears twice in the same block
                        'defaults: { <<: { mode: off } }'  | 1:13 | is a merge key
                        '? [a]\\n: b'                      | 1:3  | has a key that is not plain text
                        '- a'                              | 1:1  | must be a mapping
                        'text'                             | 1:1  | must be a mapping
                        'tenants: none'                    | 1:10 | must be a list, but is a plain value
                        'tenants:'                         | 1:9  | must be a list, but is empty
                        'listen: 8080'                     | 1:9  | must be a block of keys, but is a plain value
                        'models: [gpt-4o]'                 | 1:9  | must be a block of names, but is a list
                        'store: { embedded: [a] }'         | 1:20 | must be a plain value (text), but is a list
                        'store: { embedded: }'             | 1:19 | must be a plain value (text), but is empty
                        'limits: { max-connections: "5" }' | 1:28 | but is text in quotes
                        'limits: { max-connections: 99999999999 }' | 1:28 | must be a whole number of at most
                        'limits: { max-connections: 1e3 }' | 1:28 | must be a whole number in plain digits
                        'limits: { max-body: 32MB }'       | 1:21 | must be a size with its unit
                        'limits: { max-body: 2GiB }'       | 1:21 | must be at most 1GiB
                        'listen: { data: "a:70000" }'      | 1:17 | must be host:port
                        'a: "\\u0007"\\nb: *nowhere'       | 2:4  | found undefined alias; a value that begins
                        """)
        void namesThePlace(String yaml, String place, String message) {
            List<String> problems = Configs.problems(yaml.replace("\\n", "\n"));

            assertThat(problems)
                    .anySatisfy(problem -> assertThat(problem)
                            .matches("x\\.yaml:" + place + "[: ].*")
                            .contains(message));
        }

        @Test
        void emptyFileIsAProblemOfTheWholeFile() {
            assertThat(Configs.problems("# nothing\n"))
                    .containsExactly("x.yaml: is empty; start from conf/fresnel.yaml");
        }

        @Test
        void missingSectionsAreNamed() {
            assertThat(Configs.problems("events: {}\n"))
                    .hasSize(2)
                    .anyMatch(line -> line.contains("upstreams: is required"))
                    .anyMatch(line -> line.contains("tenants: is required"));
        }

        @Test
        void controlCharacterIsNamedWithItsPlace() {
            assertThat(Configs.problems("a: 1\nb: \u0007\n"))
                    .containsExactly("x.yaml:2:4: holds the character U+0007, which YAML does not allow; remove it");
        }

        @Test
        void byteOrderMarkIsNoContent() {
            assertThat(Configs.problems("\uFEFF" + Configs.MINIMAL)).isEmpty();
        }

        @Test
        void blocksMayBeEmpty_whenAllTheirLinesAreCommentedOut() {
            assertThat(Configs.problems(Configs.MINIMAL + "aliases:\n  # a: b\nlimits:\nworkers:\n"))
                    .isEmpty();
        }

        @Test
        void anchorsMayBeUsed() {
            GatewayConfig config = Configs.valid("""
                    upstreams:
                      a: { base-url: "https://a.example/v1", timeouts: &slow { total: 2h } }
                      b: { base-url: "https://b.example/v1", timeouts: *slow }
                    tenants: [ { id: acme } ]
                    """);

            assertThat(Configs.upstream(config, "b").timeouts().total()).hasHours(2);
        }

        @Test
        void floodsAreRefused() {
            StringBuilder bomb = new StringBuilder("a0: &a0 [x]\n");
            for (int i = 1; i < 30; i++) {
                String inner = "*a" + (i - 1);
                bomb.append("a%d: &a%d [%s]\n".formatted(i, i, String.join(", ", List.of(inner, inner, inner))));
            }

            assertThat(Configs.problems(bomb.toString()))
                    .singleElement()
                    .asString()
                    .contains("not acceptable YAML");
            assertThat(Configs.problems("a: " + "[".repeat(100))).isNotEmpty();
            assertThat(Configs.problems("#".repeat(YamlText.MAX_CHARACTERS + 1)))
                    .singleElement()
                    .asString()
                    .contains("is larger than");
            assertThat(Configs.problems("&a [*a]")).isNotEmpty();
        }
    }

    @Test
    void aKeyMayBeWrittenAsItsHash_whichGivesNothingAway() {
        String yaml = """
                upstreams:
                  openai: { base-url: "https://api.openai.com/v1", api-key: "${UP}" }
                tenants:
                  - { id: acme, keys: ["sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"] }
                  - { id: other, keys: [%s] }
                """;

        ConfigResult good =
                Configs.load(yaml.formatted("\"${OTHER}\""), Map.of("UP", "u", "OTHER", "another-long-secret-key"));
        TenantDirectory tenants = new TenantDirectory(Configs.valid(good).tenants(), KeyRegister.empty(), Instant::now);
        assertThat(tenants.find("abc"))
                .isInstanceOfSatisfying(
                        Caller.Admitted.class,
                        in -> assertThat(in.tenant().id().value()).isEqualTo("acme"));
        assertThat(good.warnings()).isEmpty();
        assertThat(Configs.problems(Configs.load(yaml.formatted("abc"), Map.of("UP", "u"))))
                .containsExactly(
                        "x.yaml:5:25 tenants[1].keys[0]: is the same key as tenants[0].keys[0]; a key opens exactly one tenant");
        assertThat(Configs.problems(Configs.load(yaml.formatted("\"sha256:abc\""), Map.of("UP", "u"))))
                .containsExactly(
                        "x.yaml:5:25 tenants[1].keys[0]: must be sha256: and 64 hex digits; take the line that fresnel keys create prints");
    }

    @Test
    void saysWhatIsWrongWithAKey_everyProblemAtOnce() {
        String yaml = """
                upstreams:
                  openai: { base-url: "https://api.openai.com/v1", api-key: "${UP}" }
                tenants:
                  - id: acme
                    keys:
                      - { key: "${A}", name: ci }
                      - { key: "${B}", name: ci }
                      - { name: nothing }
                      - { key: "${C}", scopes: [chats], expires: 2026-02-30 }
                      - { key: "${D}", name: "a b", expires: tomorrow, models: ["x y"] }
                """;

        assertThat(Configs.problems(Configs.load(yaml, Map.of("UP", "u", "A", "a", "B", "b", "C", "c", "D", "d"))))
                .containsExactly(
                        "x.yaml:7:30 tenants[0].keys[1].name: is the name of tenants[0].keys[0] too; give every key of a tenant its own name",
                        "x.yaml:8:9 tenants[0].keys[2].key: is required; add key (the key, or better its hash as fresnel keys create prints it)",
                        "x.yaml:9:33 tenants[0].keys[3].scopes[0]: must be one of chat, models, feedback, pass-through, but is \"chats\"; did you mean \"chat\"?",
                        "x.yaml:9:50 tenants[0].keys[3].expires: must be a date or a time in UTC, but is \"2026-02-30\"; write for example 2027-01-31 or 2027-01-31T17:00Z",
                        "x.yaml:10:30 tenants[0].keys[4].name: must match [A-Za-z0-9._-]{1,64}, but is \"a b\"",
                        "x.yaml:10:46 tenants[0].keys[4].expires: must be a date or a time in UTC, but is \"tomorrow\"; write for example 2027-01-31 or 2027-01-31T17:00Z",
                        "x.yaml:10:65 tenants[0].keys[4].models[0]: must match [!-~]{1,128}, but is \"x y\"");
    }

    @Test
    void warnsOnceOfAKeyInTheFile_howeverItIsWritten() {
        String yaml = """
                upstreams:
                  openai: { base-url: "https://api.openai.com/v1", api-key: "${UP}" }
                tenants:
                  - { id: acme, keys: [plain-key-of-the-file, { key: other-key-of-the-file }] }
                """;

        ConfigResult result = Configs.load(yaml, Map.of("UP", "u"));

        assertThat(result.warnings())
                .extracting(Problem::key)
                .containsExactly("tenants[0].keys[0]", "tenants[0].keys[1].key");
    }

    @Nested
    class WholeFiles {
        @TempDir
        Path directory;

        @Test
        void missingFileIsExplained() {
            assertThat(Configs.problems(ConfigLoader.load(directory.resolve("no.yaml"), Map.of())))
                    .containsExactly("x.yaml: does not exist; check the path, or start from conf/fresnel.yaml");
        }

        @Test
        void directoryWithoutAConfigFileIsExplained() {
            assertThat(Configs.problems(ConfigLoader.load(directory, Map.of())))
                    .containsExactly("x.yaml: does not exist; check the path, or start from conf/fresnel.yaml");
        }

        @Test
        void wrongEncodingIsExplained() throws IOException {
            Path file = directory.resolve("latin1.yaml");
            Files.write(file, "# caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));

            assertThat(Configs.problems(ConfigLoader.load(file, Map.of())))
                    .containsExactly("x.yaml: is not valid UTF-8; save it as UTF-8");
        }

        @Test
        void secretFilesAreFoundBesideTheConfig() throws IOException {
            Path file = directory.resolve("gateway.yaml");
            Files.writeString(file, Configs.MINIMAL.replace("\" }", "\", api-key: \"file:secrets/key\" }"));
            Files.createDirectory(directory.resolve("secrets"));
            Files.writeString(directory.resolve("secrets/key"), "sk-1\n");

            GatewayConfig config = Configs.valid(ConfigLoader.load(file, Map.of()));

            assertThat(Configs.upstream(config, "openai").credential()).isInstanceOf(Credential.ApiKey.class);
        }
    }

    @Test
    void featuresAreKnownAndNamedOnce() {
        String yaml = """
                upstreams:
                  openai: { base-url: "https://api.openai.com/v1" }
                tenants:
                  - id: acme
                    learned: { features: [repo, task-kind, %s] }
                """;

        assertThat(Configs.problems(yaml.formatted("tier")))
                .containsExactly("x.yaml:5:44 tenants[0].learned.features[2]: must be one of task-kind, output-size,"
                        + " input-size, model-tier, repo, but is \"tier\"");
        assertThat(Configs.problems(yaml.formatted("repo")))
                .containsExactly("x.yaml:5:44 tenants[0].learned.features[2]: names \"repo\" a second time;"
                        + " keep one of them");
    }
}

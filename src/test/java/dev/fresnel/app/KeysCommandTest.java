package dev.fresnel.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.tenant.KeyHash;
import dev.fresnel.testing.TestGateway;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeysCommandTest {
    @Test
    void makesAKey_andTheHashThatOpensWithIt() {
        List<String> first = Shell.run("keys", "create").out().lines().toList();
        List<String> second = Shell.run("keys", "create").out().lines().toList();

        String key = first.getFirst().substring("key   ".length());
        assertThat(key).matches("fk-[A-Za-z0-9_-]{43}");
        assertThat(first.getLast()).isEqualTo("hash  " + KeyHash.of(key).written());
        assertThat(second).doesNotContainAnyElementsOf(first);
    }

    @Test
    void hashesAKeyFromStandardInput() {
        Shell shell = Shell.runWithInput("abc\n", Map.of(), "keys", "hash");

        assertThat(shell.code()).isZero();
        assertThat(shell.out()).isEqualToIgnoringNewLines(KeyHash.of("abc").written());
    }

    /** X1: what cannot be sent, or stands in the wrong place, is said without repeating it. */
    @Test
    void theTokenIsNotRepeated_whenItCannotBeUsed(@TempDir Path folder) throws IOException {
        String token = "canary-token-5f1e9c02d7";
        Path file = Files.writeString(folder.resolve("token"), token + "\nand a second line");
        Map<String, String> env = Map.of("FRESNEL_ADMIN_TOKEN", token + " x");
        String nobody = "http://127.0.0.1:9";

        for (Shell shell : List.of(
                Shell.run("keys", "list", "--admin", nobody, "--token-file", file.toString()),
                Shell.runWithInput("", env, "keys", "list", "--admin", nobody),
                Shell.run("keys", "list", "--admin", "http://" + token + "@127.0.0.1:9"),
                Shell.run("keys", "list", "--admin", token + "@127.0.0.1:9"),
                Shell.run("keys", "list", "--admin", nobody + "?token=" + token),
                Shell.run("keys", "list", "--admin", "http://127.0.0.1:9/ " + token),
                Shell.run("keys", "list", "--admin", "ftp://127.0.0.1/" + token))) {
            assertThat(shell.code()).as(shell.err()).isEqualTo(ExitCode.PROBLEM);
            assertThat(shell.out() + shell.err()).contains("admin").doesNotContain(token);
        }
    }

    @Test
    void issuesListsAndRevokes_atARunningGateway() {
        try (TestGateway gateway = TestGateway.start("""
                listen: { data: "127.0.0.1:0", admin: "127.0.0.1:0", admin-token: right-token }
                upstreams: { main: { base-url: "http://127.0.0.1:9/v1" } }
                models: { gpt-4o: { upstream: main } }
                tenants:
                  - { id: acme, keys: [{ key: sk-declared, name: declared }] }
                  - { id: new, access: keys, models: ["gpt-4*", o3], budget: { total: 1 }, limits: { requests-per-minute: 50 } }
                """)) {
            Shell created = keys(
                    gateway,
                    "create",
                    "--tenant",
                    "new",
                    "--name",
                    "ci",
                    "--scopes",
                    "models,chat",
                    "--models",
                    "gpt-*",
                    "--expires",
                    "2099-01-31",
                    "--budget-daily",
                    "5",
                    "--budget-total",
                    "0.5",
                    "--limit",
                    "requests-per-minute=60,concurrent-streams=70",
                    "--limit",
                    "concurrent-requests=61",
                    "--metadata",
                    "owner=team 7");
            assertThat(created.code()).as(created.err()).isZero();
            assertThat(created.err())
                    .contains("budget.daily is never reached, since budget.total is lower.")
                    .contains("limits.concurrent-streams is never reached, since limits.concurrent-requests is lower.")
                    .contains(
                            "limits.requests-per-minute is never reached, since the tenant's limits.requests-per-minute is lower.")
                    .hasLineCount(3);
            String key = created.out().lines().findFirst().orElseThrow().substring("key   ".length());
            assertThat(models(gateway, key)).isEqualTo(200);

            List<String> listed = keys(gateway, "list").out().lines().toList();
            assertThat(listed).hasSize(3);
            assertThat(listed.get(1))
                    .matches(
                            "[0-9a-f]{12} +acme +declared +active +config +chat,models,feedback,pass-through +all +never +none +none");
            assertThat(listed.get(2))
                    .matches(
                            "[0-9a-f]{12} +new +ci +active +issued +chat,models +gpt-\\* \\(tenant: gpt-4\\*,o3\\) +2099-01-31T00:00:00Z"
                                    + " +daily=5.00,total=0.50 +requests-per-minute=60,concurrent-requests=61,concurrent-streams=70");
            assertThat(keys(gateway, "list", "--tenant", "new").out().lines()).hasSize(2);
            assertThat(gateway.admin("/admin/keys")).as("without the token").doesNotContain("declared");

            Shell revoked = keys(gateway, "revoke", KeyHash.of(key).id());
            assertThat(revoked.code()).as(revoked.err()).isZero();
            assertThat(models(gateway, key)).isEqualTo(401);
            Shell declared = keys(gateway, "revoke", KeyHash.of("sk-declared").id());
            assertThat(declared.code()).isZero();
            assertThat(declared.err()).contains("remove it there too");
            assertThat(models(gateway, "sk-declared")).isEqualTo(401);
            assertThat(keys(gateway, "list").out()).contains("revoked").doesNotContain("active", key, "sk-declared");

            assertThat(keys(gateway, "create", "--tenant", "new", "--name", "any")
                            .code())
                    .isZero();
            assertThat(keys(gateway, "list", "--tenant", "new").out().lines())
                    .hasSize(3)
                    .last()
                    .asString()
                    .contains(" any ", " tenant: gpt-4*,o3 ");

            assertThat(gateway.log()).doesNotContain(key);
            gateway.awaitLogged("admin_action", "key_issued", "\"subject\":\"ci\"", "admin-token@127.0.0.1");
            gateway.awaitLogged("admin_action", "key_revoked", "\"tenant\":\"acme\"");
            gateway.awaitLogged("request_refused", "\"key_name\":\"ci\"");
        }
    }

    @Test
    void saysEverythingThatIsWrong_withAKeyThatIsAskedFor() {
        try (TestGateway gateway = TestGateway.start("""
                upstreams: { main: { base-url: "http://127.0.0.1:9/v1" } }
                tenants: [{ id: acme, keys: [{ key: sk-declared, name: declared }] }]
                """)) {
            Shell wrong = keys(
                    gateway,
                    "create",
                    "--tenant",
                    "acme",
                    "--name",
                    "a b",
                    "--scopes",
                    "chats",
                    "--expires",
                    "2020-01-01");
            assertThat(wrong.code()).isEqualTo(ExitCode.PROBLEM);
            assertThat(wrong.err())
                    .contains("400", "name must match", "'chats' is no scope; there are chat, models", "in the future");

            assertThat(keys(gateway, "create", "--tenant", "nobody").err()).contains("names no tenant; there are acme");
            assertThat(keys(gateway, "create", "--tenant", "acme", "--name", "declared")
                            .err())
                    .contains("409", "Choose another name");
            assertThat(keys(gateway, "revoke", "0123456789ab").err()).contains("404", "There is no such key");
            assertThat(keys(gateway, "list").out().lines()).hasSize(2);
        }
        Shell noTenant = Shell.run("keys", "create", "--name", "ci");
        assertThat(noTenant.code()).isEqualTo(ExitCode.USAGE);
        assertThat(noTenant.err()).contains("name the tenant with --tenant");
        assertThat(Shell.run("keys", "list", "--admin", "127.0.0.1:1").err()).contains("no gateway answers");
    }

    /** Every problem at once, and nothing is issued. */
    @Test
    void saysEverythingThatIsWrong_withBudgetAndLimits() {
        try (TestGateway gateway = TestGateway.start("""
                upstreams: { main: { base-url: "http://127.0.0.1:9/v1" } }
                tenants: [{ id: acme, keys: [{ key: sk-declared, name: declared }] }]
                """)) {
            HttpResponse<String> reply = issue(gateway, """
                    {"tenant":"acme","name":"ci",
                    "budget":{"daily":-1,"monthly":"5","total":1000000000.01,"weekly":1},
                    "limits":{"requests-per-minute":0,"input-tokens-per-minute":1.5,"output-tokens-per-minute":"60",
                    "concurrent-requests":10000001,"requests_per_minute":1,"concurrent-streams":true}}""");
            assertThat(reply.statusCode()).isEqualTo(400);
            assertThat(reply.body())
                    .contains("budget.daily must be an amount of US dollars from 0 to 1000000000")
                    .contains("budget.monthly must be a number")
                    .contains("budget.total must be an amount")
                    .contains("'budget.weekly' is not known; there are budget.daily, budget.monthly, budget.total")
                    .contains("limits.requests-per-minute must be a whole number from 1 to 1000000000")
                    .contains("limits.input-tokens-per-minute must be a whole number")
                    .contains("limits.output-tokens-per-minute must be a whole number")
                    .contains("limits.concurrent-requests must be a whole number from 1 to 10000000")
                    .contains("'limits.requests_per_minute' is not known; there are limits.requests-per-minute, ")
                    .contains("limits.concurrent-streams must be a whole number");

            for (String amount : List.of("1e-10", "1e999999999", "1e-999999999", "0.0000000001", "1e99999999999")) {
                assertThat(issue(gateway, "{\"tenant\":\"acme\",\"budget\":{\"daily\":" + amount + "}}")
                                .body())
                        .as(amount)
                        .contains("budget.daily must be an amount of US dollars");
            }
            assertThat(issue(gateway, "{\"tenant\":\"acme\",\"budget\":5,\"limits\":[]}")
                            .body())
                    .contains("budget must be an object with budget.daily")
                    .contains("limits must be an object with limits.requests-per-minute");
            assertThat(issue(gateway, "{\"tenant\":\"acme\",\"budget\":{\"daily\":1},\"budget\":{\"daily\":2}}")
                            .body())
                    .contains("budget.daily is given twice");
            assertThat(keys(gateway, "create", "--tenant", "acme", "--limit", "requests=1")
                            .err())
                    .contains("400", "'limits.requests' is not known");
            assertThat(keys(gateway, "create", "--tenant", "acme", "--budget-daily", "much")
                            .code())
                    .isEqualTo(ExitCode.USAGE);
            assertThat(keys(gateway, "create", "--budget-daily", "1").err()).contains("name the tenant with --tenant");
            assertThat(keys(gateway, "list").out().lines()).hasSize(2);

            assertThat(issue(
                                    gateway,
                                    "{\"tenant\":\"acme\",\"budget\":{\"daily\":0e9,\"total\":1.5E-9},\"limits\":null}")
                            .statusCode())
                    .as("a tenth of a nano-dollar is none")
                    .isEqualTo(400);
            assertThat(issue(
                                    gateway,
                                    "{\"tenant\":\"acme\",\"budget\":{\"daily\":0e9,\"total\":1.5E-8},\"limits\":null}")
                            .body())
                    .contains("\"budget\":{\"daily\":0.00,\"total\":0.000000015},\"limits\":{}", "\"warnings\":[]");
        }
    }

    private static HttpResponse<String> issue(TestGateway gateway, String body) {
        return gateway.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.adminPort() + "/admin/keys"))
                        .header("content-type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build());
    }

    @Test
    void noModelsAreNotAllModels() {
        try (TestGateway gateway = TestGateway.start("""
                upstreams: { main: { base-url: "http://127.0.0.1:9/v1" } }
                tenants: [{ id: acme, keys: [{ key: sk-declared, name: declared }] }]
                """)) {
            HttpResponse<String> reply = gateway.send(HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + gateway.adminPort() + "/admin/keys"))
                    .header("content-type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"tenant\":\"acme\",\"name\":\"ci\",\"models\":[]}"))
                    .build());

            assertThat(reply.statusCode()).as(reply.body()).isEqualTo(400);
            assertThat(reply.body()).contains("\"parameter\":\"models\"", "leave it out for all models");
            assertThat(keys(gateway, "list").out()).doesNotContain(" ci ");
        }
    }

    @Test
    void oneOfManyAtOnceGetsTheName() {
        try (TestGateway gateway = TestGateway.start("""
                upstreams: { main: { base-url: "http://127.0.0.1:9/v1" } }
                tenants: [{ id: acme, keys: [{ key: sk-declared, name: declared }] }]
                """)) {
            HttpRequest issue = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + gateway.adminPort() + "/admin/keys"))
                    .header("content-type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"tenant\":\"acme\",\"name\":\"ci\"}"))
                    .build();
            List<CompletableFuture<Integer>> all = IntStream.range(0, 16)
                    .mapToObj(_ -> CompletableFuture.supplyAsync(
                            () -> gateway.send(issue).statusCode(), Thread::startVirtualThread))
                    .toList();

            assertThat(all.stream().map(CompletableFuture::join).sorted())
                    .hasSize(16)
                    .startsWith(200, 409)
                    .endsWith(409);
        }
    }

    private static Shell keys(TestGateway gateway, String... words) {
        List<String> all = new ArrayList<>(List.of("keys"));
        all.addAll(List.of(words));
        all.addAll(List.of("--admin", "127.0.0.1:" + gateway.adminPort()));
        return Shell.runWithInput("", Map.of("FRESNEL_ADMIN_TOKEN", "right-token"), all.toArray(String[]::new));
    }

    private static int models(TestGateway gateway, String key) {
        return gateway.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + "/v1/models"))
                        .header("authorization", "Bearer " + key)
                        .build())
                .statusCode();
    }

    @Test
    void saysWhatIsWrong() {
        assertThat(Shell.runWithInput("", Map.of(), "keys", "hash").err()).contains("must be one key on one line");
        assertThat(Shell.runWithInput("a\nb\n", Map.of(), "keys", "hash").code())
                .isEqualTo(1);
        assertThat(Shell.run("keys").err()).contains("name a command: create, list, revoke or hash");
        assertThat(Shell.run("keys").code()).isEqualTo(2);
    }
}

package dev.fresnel.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.tenant.KeyHash;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.LensScripts;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Budgets of tenants and keys on a running gateway (S41, S42). */
final class BudgetsTest {
    /** At 10 USD per million output tokens: 100 tokens cost 0.001 USD, which is also the worst case. */
    private static final String REQUEST =
            "{\"model\":\"smart\",\"max_tokens\":100,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

    private final Vertx vertx = Vertx.vertx();
    private final FakeUpstream smart = FakeUpstream.start(vertx);
    private final FakeUpstream cheap = FakeUpstream.start(vertx);

    @AfterEach
    void stop() {
        smart.close();
        cheap.close();
        Await.result(vertx.close());
    }

    @Test
    void aKeysBudgetStopsThatKeyAlone_andTheTenantsStopsAll() {
        smart.byDefault(Script.chat("from smart", Usage.of(0, 100)));
        try (TestGateway gateway =
                gateway("budget: { daily: 0.0052 }", "budget: { monthly: 0.0022 }", "mode: \"off\"")) {
            assertThat(ask(gateway, "ci-key").statusCode()).isEqualTo(200);
            assertThat(ask(gateway, "ci-key").statusCode()).isEqualTo(200);
            HttpResponse<String> refused = ask(gateway, "ci-key");
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.body()).contains("insufficient_quota", "The monthly budget of the key 'ci'");

            for (int i = 0; i < 3; i++) {
                assertThat(ask(gateway, "dev-key").statusCode()).isEqualTo(200);
            }
            assertThat(ask(gateway, "dev-key").body()).contains("The daily budget of this tenant, 0.0052 USD,");

            assertThat(gateway.admin("/admin/tenants"))
                    .contains("\"daily_budget_usd\":0.0052,\"monthly_budget_usd\":null,\"total_budget_usd\":null,"
                            + "\"key_budgets\":[{\"key_name\":\"ci\",\"daily_budget_usd\":null,"
                            + "\"monthly_budget_usd\":0.0022,\"total_budget_usd\":null}]");
            assertThat(gateway.admin("/admin/budgets?tenant=acme")).isEqualTo(gateway.admin("/admin/budgets"));
            assertThat(gateway.admin("/admin/budgets?tenant=nobody")).contains("names no tenant; there are acme");

            String status = gateway.admin("/admin/status");
            assertThat(status)
                    .contains("\"spent_today_usd\":0.005", "\"spent_this_month_usd\":0.005", "\"spent_usd\":0.005")
                    .contains("\"key_name\":null,\"period\":\"day\"")
                    .contains("\"key_name\":\"ci\",\"period\":\"month\"")
                    .contains("\"limit_usd\":0.0022,\"spent_usd\":0.002,", "\"state\":\"exhausted\"");
            assertThat(gateway.admin("/metrics"))
                    .contains("fresnel_budget_left_ratio{period=\"day\",tenant=\"acme\"} 0.03")
                    .contains("fresnel_budget_worse_total{state=\"exhausted\",tenant=\"acme\"} 2.0")
                    .doesNotContain("\"ci\"");
            assertThat(gateway.logged("budget_exhausted")).hasSize(2);
            assertThat(gateway.logged("budget_critical")).hasSize(2);
            assertThat(gateway.logged("budget_exhausted").getFirst())
                    .contains("\"key_name\":\"ci\"", "\"period\":\"month\"", "\"limit_usd\":0.0022");
        }
    }

    /** T5: a key that was issued is held to its budget from the moment of issue, and after a restart. */
    @Test
    void anIssuedKeysBudgetStopsThatKeyAlone_andIsStillThereAfterARestart(@TempDir Path store) {
        smart.byDefault(Script.chat("from smart", Usage.of(0, 100)));
        String yaml = yaml("budget: { daily: 1 }", "", "mode: \"off\"");
        String key;
        String gone;
        TestGateway gateway = TestGateway.start(yaml, RelayLimits.DEFAULT, store);
        try {
            key = issue(gateway, "\"name\":\"issued\",\"budget\":{\"daily\":0.5,\"total\":0.0032}");
            gone = issue(gateway, "\"name\":\"gone\",\"budget\":{\"daily\":0}");
            assertThat(ask(gateway, gone).body()).contains("The daily budget of the key 'gone'");
            assertThat(ask(gateway, key).statusCode()).isEqualTo(200);
            assertThat(ask(gateway, key).statusCode()).isEqualTo(200);
            Await.until(
                    () -> "it is booked: " + gateway.admin("/admin/budgets"),
                    () -> gateway.admin("/admin/budgets")
                            .contains("\"key_name\":\"issued\",\"period\":\"total\",\"window\":\"total\","
                                    + "\"limit_usd\":0.0032,\"spent_usd\":0.002,\"reserved_usd\":0.00"));
            assertThat(gateway.admin("/admin/status")).contains("\"key_name\":\"issued\",\"period\":\"day\"");
            assertThat(gateway.admin("/admin/tenants"))
                    .contains("{\"key_name\":\"issued\",\"daily_budget_usd\":0.50,\"monthly_budget_usd\":null,"
                            + "\"total_budget_usd\":0.0032}")
                    .contains("\"key_name\":\"gone\"");
            gateway.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.adminPort() + "/admin/keys/"
                            + KeyHash.of(gone).id()))
                    .DELETE()
                    .build());
            assertThat(gateway.admin("/admin/tenants"))
                    .as("revoked: nothing can be spent by it")
                    .doesNotContain("\"gone\"");
        } finally {
            gateway.stop();
        }

        TestGateway next = TestGateway.start(yaml, RelayLimits.DEFAULT, store);
        try {
            assertThat(next.admin("/admin/budgets")).contains("\"limit_usd\":0.0032,\"spent_usd\":0.002,");
            assertThat(ask(next, key).statusCode()).isEqualTo(200);
            HttpResponse<String> refused = ask(next, key);
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.body()).contains("insufficient_quota", "The total budget of the key 'issued'");
            assertThat(ask(next, "dev-key").statusCode()).isEqualTo(200);
            assertThat(next.logged("budget_exhausted").getFirst())
                    .contains("\"key_name\":\"issued\"", "\"period\":\"total\"", "\"limit_usd\":0.0032");
            assertThat(next.admin("/admin/keys"))
                    .contains("\"budget\":{\"daily\":0.50,\"total\":0.0032},\"limits\":{}");
        } finally {
            next.stop();
        }
    }

    private static String issue(TestGateway gateway, String more) {
        HttpResponse<String> reply = gateway.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.adminPort() + "/admin/keys"))
                        .POST(HttpRequest.BodyPublishers.ofString("{\"tenant\":\"acme\"," + more + "}"))
                        .build());
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        return reply.body().replaceFirst(".*\"key\":\"(fk-[^\"]*)\".*", "$1");
    }

    @Test
    void theLadderGoesDownAsTheBudgetDoes() {
        smart.byDefault(LensScripts.smart("from smart", Usage.of(0, 100)));
        cheap.byDefault(Script.chat("from cheap", Usage.of(0, 100)));
        // 0.001 a request of the requested model: five of them leave less than 10 %.
        try (TestGateway gateway = gateway(
                "budget: { total: 0.0053, on-low: prefer-cheap }",
                "",
                "mode: rules\narms: [direct, fast-bare]\nrules: { budget-multiple: 0 }")) {
            for (int i = 0; i < 5; i++) {
                assertThat(ask(gateway, "dev-key").headers().firstValue("x-fresnel-decision"))
                        .hasValue("direct");
            }
            HttpResponse<String> cheapOne = ask(gateway, "dev-key");

            assertThat(cheapOne.headers().firstValue("x-fresnel-decision")).hasValue("fast-bare");
            assertThat(cheapOne.headers().firstValue("x-fresnel-reason")).hasValue("budget_state_critical");
            assertThat(cheapOne.body()).contains("from cheap");
        }
    }

    @Test
    void aLensIsChargedToTheKeyThatWaitedForIt() {
        smart.byDefault(LensScripts.smart("from smart", Usage.of(0, 100)));
        cheap.byDefault(Script.chat("from cheap", Usage.of(0, 100)));
        try (TestGateway gateway = gateway(
                "budget: { monthly: 100 }",
                "budget: { monthly: 50 }",
                "mode: rules\narms: [direct, fast-worker]\nlens: { build: inline }")) {
            HttpResponse<String> reply = gateway.chat(
                    MainJobTest.BIG_TASK.replace("{\"model\"", "{\"max_tokens\":5000,\"model\""),
                    "authorization",
                    "Bearer ci-key");
            assertThat(reply.headers().firstValue("x-fresnel-lens").orElse("")).contains("built");
            String cost = reply.headers().firstValue("x-fresnel-cost-usd").orElseThrow();

            Await.until(
                    () -> "tenant and key are charged " + cost + ": " + gateway.admin("/admin/status"),
                    () -> gateway.admin("/admin/status")
                                    .contains("\"spent_usd\":" + cost + ",\"reserved_usd\":0.00,\"remaining_usd\":"
                                            + new java.math.BigDecimal("50")
                                                    .subtract(new java.math.BigDecimal(cost))
                                                    .toPlainString())
                            && gateway.admin("/admin/status").contains("\"spent_this_month_usd\":" + cost));
        }
    }

    /** A request without a limit of its own is told to set one, as long as that would do. */
    @Test
    void aRefusalSaysWhatWouldHelpThisRequest() {
        smart.byDefault(Script.chat("from smart", Usage.of(0, 100)));
        String unlimited = REQUEST.replace("\"max_tokens\":100,", "");
        try (TestGateway gateway = gateway("budget: { total: 0.0012 }", "", "mode: \"off\"")) {
            assertThat(ask(gateway, REQUEST.replace("100", "200"), "ci-key").body())
                    .contains("The total budget of this tenant, 0.0012 USD, does not cover this request")
                    .contains("Lower max_completion_tokens, or ask the operator");
            assertThat(ask(gateway, unlimited, "ci-key").body())
                    .contains("Set max_completion_tokens, or ask the operator")
                    .doesNotContain("wait until");

            assertThat(ask(gateway, REQUEST.replace("100", "120"), "ci-key").statusCode())
                    .isEqualTo(200);
            Await.until(
                    "0.001 is booked",
                    () -> gateway.admin("/admin/status").contains("\"spent_usd\":0.001,\"reserved_usd\":0.00,"));
            assertThat(ask(gateway, REQUEST.replace("100", "20"), "ci-key").statusCode())
                    .as("100 more tokens are billed than were asked for")
                    .isEqualTo(200);
            Await.until(
                    "more is spent than there is",
                    () -> ask(gateway, unlimited, "ci-key")
                            .body()
                            .contains("is used up: 0.002 USD are spent. Ask the operator to raise it."));
        }
    }

    private static HttpResponse<String> ask(TestGateway gateway, String body, String key) {
        return gateway.chat(body, "authorization", "Bearer " + key);
    }

    private static HttpResponse<String> ask(TestGateway gateway, String key) {
        return gateway.chat(REQUEST, "authorization", "Bearer " + key);
    }

    private TestGateway gateway(String tenantBudget, String keyBudget, String route) {
        return TestGateway.start(yaml(tenantBudget, keyBudget, route));
    }

    private String yaml(String tenantBudget, String keyBudget, String route) {
        return """
                upstreams:
                  smart: { base-url: "%s", api-key: "sk-1" }
                  cheap: { base-url: "%s", api-key: "sk-2" }
                models:
                  smart: { upstream: smart, tier: large, price: { input: 0, cached-input: 0, output: 10.00 } }
                  cheap: { upstream: cheap, tier: small, price: { input: 0, cached-input: 0, output: 0.60 } }
                workers:
                  fast-worker: { model: cheap, lens: true }
                  fast-bare: { model: cheap, lens: false }
                tenants:
                  - id: acme
                    keys:
                      - key: ci-key
                        name: ci
                        %s
                      - { key: dev-key, name: dev }
                    %s
                    routes:
                      - match: { model: "smart" }
                %s
                """.formatted(
                        smart.baseUri(),
                        cheap.baseUri(),
                        keyBudget,
                        tenantBudget,
                        route.indent(8).stripTrailing());
    }
}

package dev.fresnel.it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import dev.fresnel.it.ConsoleBrowser.Look;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The console in a real browser, on a gateway with traffic: each view and each action. Every page that is closed has also shown that it logged no error,
 * kept its content security policy and asked nobody but its gateway.
 */
class ConsoleTest {
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");

    private static ConsoleBrowser browser;
    private static ConsoleWorld world;

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException {
        browser = ConsoleBrowser.startOrSkip();
        world = new ConsoleWorld(folder);
        world.live();
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
        if (world != null) {
            world.close();
        }
    }

    private static ConsolePage open(String hash) {
        return browser.open(world.console().resolve("#" + hash), Look.DESK, ConsoleWorld.TOKEN);
    }

    // ---- the frame ----

    @Test
    void wantsTheToken_keepsItForTheTab_andNeverInAnAddress() {
        try (ConsolePage page = browser.open(world.console(), Look.DESK)) {
            assertThat(page.heading("The gateway wants its admin token")).isVisible();
            assertThat(page.main()).not().containsText("acme");

            page.unlock("wrong-token");
            assertThat(page.heading("That token is wrong")).isVisible();
            page.unlock(ConsoleWorld.TOKEN);
            assertThat(page.heading("Savings")).isVisible();
            page.page().reload();
            assertThat(page.heading("Savings")).isVisible();

            page.button("Forget the token").click();
            page.answer("Forget it").click();
            assertThat(page.heading("The gateway wants its admin token")).isVisible();

            assertThat(page.page().url()).doesNotContain("token");
            assertThat(page.asked()).noneMatch(address -> address.contains("token"));
            page.expecting("401");
        }
    }

    @Test
    void worksByKeyboard() {
        int orders = world.gateway().logged("\"delegation_paused\"").size();
        try (ConsolePage page = open("savings")) {
            assertThat(page.heading("Savings")).isVisible();
            page.press("Tab");
            assertThat(page.focused()).hasText("Skip to the content");
            page.press("Enter");
            assertThat(page.main()).isFocused();

            page.page().locator("nav a").first().focus();
            page.press("Tab", "Tab", "Tab", "Tab");
            assertThat(page.focused()).hasText("Tenants");
            page.press("Enter");
            assertThat(page.heading("Tenants")).isVisible();
            assertThat(page.main()).isFocused();
            assertThat(page.page().locator("nav a[aria-current=page]")).hasText("Tenants");

            Locator pause = page.page()
                    .getByLabel("Tenant acme")
                    .getByRole(AriaRole.BUTTON)
                    .first();
            pause.focus();
            page.press("Enter");
            assertThat(page.dialog()).isVisible();
            page.press("Escape");
            assertThat(page.dialog()).hasCount(0);
            assertThat(pause).isFocused();
            assertThat(pause).hasText("Pause");
            assertThat(world.gateway().logged("\"delegation_paused\"")).hasSize(orders);
        }
    }

    // ---- each view ----

    @Test
    void savings_rise_whileTrafficRuns() {
        try (ConsolePage page = open("savings/umbrella")) {
            Locator stated = page.page().locator(".hero").first();
            Locator booked = page.page().locator(".hero.booked");
            Locator curve = page.page()
                    .getByRole(AriaRole.IMG, new Page.GetByRoleOptions().setName(Pattern.compile("^Saved over time")));
            assertThat(stated).containsText("$");
            assertThat(booked).containsText("$");
            String wasStated = stated.textContent();
            String wasBooked = booked.textContent();
            String wasPictured = curve.getAttribute("aria-label");

            for (int i = 0; i < 12; i++) {
                var _ = world.chat("umbrella", "Generate integration tests for " + (20 + i) + " services");
            }

            assertThat(booked).not().hasText(wasBooked);
            assertThat(stated).not().hasText(wasStated);
            assertThat(curve).not().hasAttribute("aria-label", wasPictured);
            assertThat(curve.locator("path.band")).hasCount(1);
        }
    }

    @Test
    void savings_areStatedWithTheirIntervalAndWhatTheyRestOn() {
        try (ConsolePage page = open("savings/umbrella")) {
            page.awaitText("enough evidence");
            page.awaitText(Pattern.compile("With 95 % certainty between \\$[0-9.]+ and \\$[0-9.]+"));
            page.awaitText(Pattern.compile("Quality difference"));
            page.awaitText(Pattern.compile("Sent direct by lot\\s*\\d+\\s*of \\d+ conversations"));
            assertThat(page.page().getByRole(AriaRole.TABLE, new Page.GetByRoleOptions().setName("Savings by model")))
                    .containsText("smart");
            assertThat(page.page().getByRole(AriaRole.TABLE, new Page.GetByRoleOptions().setName("Savings by day")))
                    .containsText(LocalDate.now(ZoneOffset.UTC).getYear() + "");

            page.page().getByLabel("Tenant").selectOption("acme");
            page.awaitText(Pattern.compile("Not enough evidence yet: .* controls"));
        }
    }

    @Test
    void decisions_appearAsTheyAreMade_withTheirReasons() {
        try (ConsolePage page = open("decisions/umbrella")) {
            Locator rows = page.page().locator(".feed > li");
            page.awaitText("the task asks for several parts");
            int before = rows.count();

            var _ = world.chat("umbrella", "Generate load tests for 31 services");
            assertThat(rows).hasCount(before + 1);

            page.button("Hold still").click();
            var _ = world.chat("umbrella", "Generate load tests for 32 services");
            page.awaitText("1 more since");
            assertThat(rows).hasCount(before + 1);
            page.button("Go on").click();
            assertThat(rows).hasCount(before + 2);
        }
    }

    @Test
    void decisions_areChosenByTenantAndKind() {
        try (ConsolePage page = open("decisions")) {
            page.page().getByLabel("Show").selectOption("direct");
            page.awaitText("The client wanted no delegation");
            assertThat(page.page().locator(".feed .arm", new Page.LocatorOptions().setHasText("fast-")))
                    .hasCount(0);
            page.page().getByLabel("Tenant").selectOption("acme");
            assertThat(page.main()).not().containsText("The client wanted no delegation");
            page.awaitText("The policy takes this arm for the best here");
        }
    }

    @Test
    void decision_isExplainedInWordsAndNumbers() {
        HttpResponse<String> reply = world.chat("acme", "Write CRUD endpoints for 77 entities");
        String id = reply.headers().firstValue("x-fresnel-request-id").orElseThrow();
        try (ConsolePage page = open("decisions")) {
            page.page().locator("a[href$='" + id + "']").click();

            assertThat(page.page().locator("h1")).containsText(Pattern.compile("Given to|Left with"));
            page.awaitText("In words");
            page.awaitText("was taken for good in");
            page.awaitText("What was believed of the arms");
            page.awaitText("What each arm was expected to cost");
            page.awaitText("fast-bare");
            page.awaitText(Pattern.compile("expected [0-9,]+, nine in ten below"));
            assertThat(page.page().locator("nav a[aria-current=page]")).hasText("Decisions");
        }
        try (ConsolePage page = open("decision/acme/no-such-request")) {
            page.awaitText("no longer in memory");
            page.expecting("404");
        }
    }

    @Test
    void arms_arePicturedInEachContext_andForgottenWhenTold() {
        try (ConsolePage page = open("arms/acme")) {
            Locator picture = page.page()
                    .getByRole(
                            AriaRole.IMG,
                            new Page.GetByRoleOptions()
                                    .setName(Pattern.compile("^Believed quality: .*direct 0\\.\\d\\d")));
            assertThat(picture.first()).isVisible();
            page.awaitText(Pattern.compile("Good in \\d+ % of such tasks"));
            int curves = page.page()
                    .locator("article")
                    .first()
                    .locator("path.density")
                    .count();
            assertThat(curves).isGreaterThanOrEqualTo(2);

            page.page()
                    .locator("article")
                    .first()
                    .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Forget"))
                    .click();
            page.answer("Forget it").click();
            assertThat(page.dialog()).hasCount(0);
            assertThat(world.gateway().awaitLogged("admin_action", "arms_reset"))
                    .contains("\"tenant\":\"acme\"");
        }
    }

    @Test
    void lenses_showTheirWordsAsText_whateverStandsInThem() {
        try (ConsolePage page = open("lenses/acme")) {
            Locator hostile = page.page().locator("h2", new Page.LocatorOptions().setHasText(ConsoleWorld.HOSTILE));
            Locator lens = page.page()
                    .locator("article.lens", new Page.LocatorOptions().setHas(hostile))
                    .first();
            lens.locator("summary").click();
            assertThat(lens.locator(".lens-text")).containsText("Validate every request body");
            assertThat(lens.locator(".lens-text")).containsText(ConsoleWorld.HOSTILE);
            assertThat(lens).containsText("by smart");
            page.awaitText(Pattern.compile("lift [+\u2212]?\\d"));

            assertThat(page.page().locator("main img")).hasCount(0);
            assertThat(page.page()).hasTitle("Lenses · Fresnel");
        }
    }

    @Test
    void lenses_areRetiredAndDeleted() {
        String id = world.lens("hooli", "Write CRUD endpoints for 501 entities");
        try (ConsolePage page = open("lenses/hooli")) {
            Locator same = page.page().getByLabel("Lens " + id);

            same.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Retire"))
                    .click();
            page.answer("Cancel").click();
            assertThat(world.gateway().logged("lens_retired")).isEmpty();
            same.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Retire"))
                    .click();
            page.answer("Retire").click();
            assertThat(same).containsText("No longer served");
            world.gateway().awaitLogged("admin_action", "lens_retired");

            same.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Delete"))
                    .click();
            page.answer("Delete").click();
            assertThat(same).hasCount(0);
            world.gateway().awaitLogged("admin_action", "lens_forgotten");
        }
    }

    @Test
    void lenses_areEditedAsANewVersion_pinnedAndUnpinned() {
        String id = world.lens("hooli", "Write CRUD endpoints for 701 entities");
        try (ConsolePage page = open("lenses/hooli")) {
            Locator lens = page.page().getByLabel("Lens " + id);
            lens.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Edit"))
                    .click();
            page.dialog().getByLabel("Constraints").fill("Keep to the style guide\n\nName every error");
            page.dialog().getByLabel("Task scope").fill("");
            page.answer("Save as a new version").click();
            assertThat(page.dialog()).isVisible();
            page.dialog().getByLabel("Task scope").fill("CRUD by the book");
            page.answer("Save as a new version").click();

            Locator edited = page.page()
                    .locator("article.lens")
                    .filter(new Locator.FilterOptions().setHasText("CRUD by the book"));
            assertThat(edited).not().hasAttribute("aria-label", "Lens " + id);
            assertThat(edited).containsText("Edited");
            edited.locator("summary").click();
            assertThat(edited).containsText("Name every error");
            world.gateway().awaitLogged("admin_action", "lens_edited");

            edited.getByRole(
                            AriaRole.BUTTON,
                            new Locator.GetByRoleOptions().setName("Pin").setExact(true))
                    .click();
            page.answer("Pin").click();
            assertThat(edited.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Retire")))
                    .hasCount(0);
            world.gateway().awaitLogged("admin_action", "lens_pinned");
            edited.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Unpin"))
                    .click();
            page.answer("Unpin").click();
            assertThat(edited.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Retire")))
                    .isVisible();
            world.gateway().awaitLogged("admin_action", "lens_unpinned");
        }
    }

    @Test
    void lenses_ofATenantAreDeletedAllAtOnce() {
        var _ = world.lens("initech", "Write CRUD endpoints for 601 entities");
        var _ = world.lens("initech", "Write a parser for 602 formats");
        try (ConsolePage page = open("lenses/initech")) {
            assertThat(page.page().locator("article.lens")).hasCount(2);

            page.button("Delete all").click();
            page.answer("Delete all").click();

            page.awaitText("No lenses yet");
            world.gateway().awaitLogged("admin_action", "lenses_purged", "initech");
        }
    }

    @Test
    void tenants_showTheirBudgetsRoutesAndKeys() {
        try (ConsolePage page = open("tenants")) {
            Locator acme = page.page().getByLabel("Tenant acme", new Page.GetByLabelOptions().setExact(true));
            assertThat(acme).containsText(Pattern.compile("Today: \\$[0-9.]+ of \\$5"));
            assertThat(acme.getByRole(
                            AriaRole.IMG, new Locator.GetByRoleOptions().setName(Pattern.compile("% of it is spent"))))
                    .hasCount(2);
            assertThat(acme)
                    .containsText(Pattern.compile("This month, key acme-laptop: \\$[0-9.]+ of \\$50.00\\s*ample"));
            assertThat(acme).containsText("decides by what was learned");
            assertThat(acme).containsText("acme-laptop");
            assertThat(acme.getByLabel("Keys of acme")).containsText("At most monthly $50.00");
            assertThat(page.main()).not().containsText("acme-key");
            assertThat(page.page().getByLabel("Budgets of broke")).containsText("exhausted");
        }
    }

    @Test
    void delegation_isPausedAndResumed_forATenantAndForAll() {
        try (ConsolePage page = open("tenants")) {
            Locator initech = page.page().getByLabel("Tenant initech", new Page.GetByLabelOptions().setExact(true));
            initech.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Pause"))
                    .click();
            page.dialog().getByLabel("Reason").fill("provider incident");
            page.answer("Pause").click();
            assertThat(initech).containsText("provider incident");
            assertThat(world.gateway().awaitLogged("\"delegation_paused\"", "initech"))
                    .contains("provider incident");

            initech.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Resume"))
                    .click();
            page.answer("Resume").click();
            assertThat(initech).containsText("may delegate");

            page.button("Pause the whole gateway").click();
            page.answer("Pause").click();
            assertThat(page.page().locator(".top")).containsText("delegation paused");
            page.button("Resume the whole gateway").click();
            page.answer("Resume").click();
            assertThat(page.page().locator(".top")).not().containsText("delegation paused");
        }
    }

    @Test
    void keys_areRevoked() {
        try (ConsolePage page = open("tenants")) {
            page.button("Revoke initech-spare").click();
            page.answer("Revoke").click();

            assertThat(page.page().getByLabel("Keys of initech")).containsText("revoked");
            world.gateway().awaitLogged("admin_action", "key_revoked", "initech");
        }
    }

    @Test
    void health_showsUpstreamsAlarmsAndWhatIsWrongWithTheConfigFiles() throws IOException {
        String good = Files.readString(world.tenantFile());
        try (ConsolePage page = open("health")) {
            assertThat(page.page().getByRole(AriaRole.TABLE, new Page.GetByRoleOptions().setName("Upstreams")))
                    .containsText("well");
            page.awaitText("Drift alarms");
            page.awaitText("in force");

            Files.writeString(world.tenantFile(), good.replace("mode: rules", "mode: rulez"));
            page.awaitText("What is wrong with the files");
            page.awaitText(Pattern.compile("tenants.d/umbrella.yaml, line 4, column \\d+"));
            page.awaitText("mode");
            page.show("tenants");
            page.awaitText("The config files have problems");

            Files.writeString(world.tenantFile(), good);
            page.show("health");
            assertThat(page.main()).not().containsText("What is wrong with the files");
            page.awaitText("is in force");
        }
    }

    // ---- what is not there, not yet, or not any more ----

    @ParameterizedTest
    @CsvSource({
        "savings, Nothing to state yet",
        "arms, Nothing learned yet",
        "lenses, No lenses yet",
    })
    void saysWhatWouldBeThere_whereThereIsNothing(String view, String headline) {
        try (ConsolePage page = open(view + "/idle")) {
            page.awaitText(headline);
            assertThat(page.page().locator("[data-state=empty]").first()).isVisible();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "savings/umbrella, savings, Stated from",
        "arms/acme, arms, Good in",
        "lenses/acme, lenses, Written",
        "tenants, tenants, decides by rules",
    })
    void saysThatItLoads_thenWhyItCannot_andTriesAgain(String view, String path, String there) {
        Predicate<String> asked = address -> URI.create(address).getPath().equals("/admin/" + path);
        List<Route> held = new ArrayList<>();
        try (ConsolePage page = open("decisions")) {
            page.page().route(asked, held::add);
            page.show(view);
            assertThat(page.page().locator("[data-state=loading]").first()).isVisible();

            held.forEach(Route::abort);
            page.page().unroute(asked);
            page.page().route(asked, Route::abort);
            assertThat(page.page().locator("[data-state=failed]").first()).containsText("The gateway does not answer");

            page.page().unroute(asked);
            page.tryAgain("failed");
            page.awaitText(there);
            page.expecting("net::ERR_FAILED");
        }
    }

    @Test
    void keepsWhatItShowed_whenTheGatewayGoesAway_andSaysSo() {
        Predicate<String> all = address -> address.contains("/admin/");
        try (ConsolePage page = open("health")) {
            page.awaitText("Upstreams");
            page.page().route(all, Route::abort);
            page.show("decisions");
            page.show("health");
            assertThat(page.page().locator("[data-state=stale]")).containsText("The gateway does not answer");
            page.awaitText("Upstreams");

            page.page().unroute(all);
            page.tryAgain("stale");
            assertThat(page.page().locator("[data-state=stale]")).hasCount(0);
            page.expecting("net::ERR_FAILED");
        }
    }

    @Test
    void followsAgain_whenTheStreamOfEventsWasCut() {
        Predicate<String> stream = address -> address.endsWith("/events/stream");
        try (ConsolePage page = browser.blank(Look.DESK, ConsoleWorld.TOKEN)) {
            page.page().route(stream, Route::abort);
            page.go(world.console().resolve("#decisions"));
            assertThat(page.page().locator(".top")).containsText("not connected");

            page.page().unroute(stream);
            assertThat(page.page().locator(".top")).containsText("live");
            page.awaitText("several parts");
            page.expecting("net::ERR_FAILED");
        }
    }

    // ---- what it looks like ----

    static Stream<Look> looks() {
        return Look.all();
    }

    @ParameterizedTest
    @MethodSource("looks")
    void isReadable_lightAndDark_wideAndNarrow(Look look) throws IOException {
        String decided = world.chat("acme", "Write CRUD endpoints for 88 entities")
                .headers()
                .firstValue("x-fresnel-request-id")
                .orElseThrow();
        try (ConsolePage page = browser.forAxe(look, ConsoleWorld.TOKEN)) {
            page.go(world.console());
            for (String view : List.of(
                    "savings/umbrella",
                    "decisions/acme",
                    "decision/acme/" + decided,
                    "arms/acme",
                    "lenses/acme",
                    "tenants",
                    "health")) {
                page.show(view);
                page.settled();

                page.screenshot(SCREENSHOTS.resolve(view.replaceAll("/.*", "") + "-" + look.key() + ".png"));
                assertThat(page.overflow()).as(view + " is as wide as the page").isZero();
                if (look.width() > 1000) {
                    assertThat(page.violations()).as(view).isEmpty();
                }
            }
        }
        try (ConsolePage page = browser.open(world.console(), look)) {
            assertThat(page.heading("The gateway wants its admin token")).isVisible();
            page.screenshot(SCREENSHOTS.resolve("token-" + look.key() + ".png"));
            page.expecting("401");
        }
    }
}

package dev.fresnel.it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The console in a browser, watched: {@link #close} fails when the page logged an error, broke its content security policy, or asked any other host.
 */
final class ConsolePage implements AutoCloseable {
    private static final Path AXE =
            NodeInstall.home().resolve("node_modules").resolve("axe-core").resolve("axe.min.js");

    private final BrowserContext context;
    private final Page page;
    private final List<String> complaints = new ArrayList<>();
    private final List<String> asked = new ArrayList<>();
    private URI home = URI.create("about:blank");

    private ConsolePage(BrowserContext context) {
        this.context = context;
        this.page = context.newPage();
        watch();
    }

    static ConsolePage in(BrowserContext context) {
        context.setDefaultTimeout(10_000);
        return new ConsolePage(context);
    }

    ConsolePage withToken(String token) {
        page.addInitScript("sessionStorage.setItem('fresnel.admin-token', '" + token + "')");
        return this;
    }

    void go(URI console) {
        home = console.resolve("/");
        page.navigate(console.toString());
    }

    private void watch() {
        context.onRequest(request -> asked.add(request.url()));
        page.onPageError(error -> complaints.add("error: " + error));
        page.onConsoleMessage(message -> {
            if (List.of("error", "warning").contains(message.type())) {
                complaints.add(message.type() + ": " + message.text());
            }
        });
        page.addInitScript("addEventListener('securitypolicyviolation', "
                + "event => console.error('POLICY', event.violatedDirective, event.blockedURI, event.sample))");
    }

    /** Forgives what the browser itself notes of refusals that a test provokes, for example {@code 401}. */
    ConsolePage expecting(String complaint) {
        complaints.removeIf(line -> line.contains(complaint));
        return this;
    }

    Page page() {
        return page;
    }

    /** Types the token into the form that asks for it. */
    ConsolePage unlock(String token) {
        page.getByLabel("Admin token", new Page.GetByLabelOptions().setExact(true))
                .fill(token);
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Open the console"))
                .click();
        return this;
    }

    /** Goes to a view by its link, or by its address where it has none. */
    ConsolePage show(String hash) {
        page.evaluate("hash => { location.hash = hash }", hash);
        return this;
    }

    Locator heading(String name) {
        return page.getByRole(
                AriaRole.HEADING, new Page.GetByRoleOptions().setName(name).setLevel(1));
    }

    Locator button(String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    void press(String... keys) {
        for (String key : keys) {
            page.keyboard().press(key);
        }
    }

    Locator focused() {
        return page.locator("*:focus");
    }

    /** Waits until the view has what it asked for. */
    void settled() {
        assertThat(page.locator("main h1")).hasCount(1);
        assertThat(page.locator("main [data-state=loading]")).hasCount(0);
        // Fonts and the frame that draws are done.
        page.evaluate("() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))");
    }

    /** Pixels that the page is wider than its window. */
    int overflow() {
        return (int) page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");
    }

    /** What axe finds that is serious or worse. */
    @SuppressWarnings("unchecked")
    List<String> violations() throws IOException {
        if (!(boolean) page.evaluate("() => 'axe' in window")) {
            page.addScriptTag(new Page.AddScriptTagOptions().setContent(Files.readString(AXE)));
        }
        return (List<String>) page.evaluate("""
                async () => (await axe.run(document, { resultTypes: ['violations'] })).violations
                    .filter(({ impact }) => ['serious', 'critical'].includes(impact))
                    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html + ' ' + node.failureSummary).join(' | ')}`)
                """);
    }

    /** Presses the button that a notice in this state has; unless it has gone, as what it tells of is asked again anyway. */
    void tryAgain(String state) {
        page.evaluate("state => document.querySelector(`[data-state=${state}] button`)?.click()", state);
    }

    /** The button of the open dialog. */
    Locator answer(String name) {
        return dialog().getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(name));
    }

    Locator dialog() {
        return page.getByRole(AriaRole.DIALOG);
    }

    Locator main() {
        return page.locator("main");
    }

    void awaitText(String text) {
        assertThat(main()).containsText(text);
    }

    void awaitText(Pattern text) {
        assertThat(main()).containsText(text);
    }

    /** Every address that the page asked. */
    List<String> asked() {
        return List.copyOf(asked);
    }

    void screenshot(Path file) {
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(file)
                .setFullPage(true)
                .setAnimations(com.microsoft.playwright.options.ScreenshotAnimations.DISABLED));
    }

    @Override
    public void close() {
        context.close();
        assertThat(complaints).as("what the browser complained of").isEmpty();
        assertThat(asked)
                .as("only the gateway is asked")
                .isNotEmpty()
                .allMatch(address -> address.startsWith(home.toString()));
    }
}

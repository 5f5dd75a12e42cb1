package dev.fresnel.it;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An installed Chromium, without a window. Belongs to the thread that started it. Without a browser, or without the Node that runs its driver, whoever
 * asks for it is skipped with a message, unless {@code CI=true}: then it fails.
 */
final class ConsoleBrowser implements AutoCloseable {
    private static final List<String> PROGRAMS = List.of(
            "/usr/bin/chromium",
            "/usr/bin/chromium-browser",
            "/usr/bin/google-chrome",
            "/Applications/Chromium.app/Contents/MacOS/Chromium",
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");

    private static final List<String> ARGUMENTS = List.of(
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync");

    private final Playwright playwright;
    private final Browser browser;

    private ConsoleBrowser(Playwright playwright, Browser browser) {
        this.playwright = playwright;
        this.browser = browser;
    }

    /** How wide the page is, and whether its reader likes it light or dark. */
    record Look(int width, int height, ColorScheme scheme) {
        static final Look DESK = new Look(1280, 860, ColorScheme.LIGHT);

        static Stream<Look> all() {
            return Stream.of(ColorScheme.LIGHT, ColorScheme.DARK)
                    .flatMap(scheme -> Stream.of(new Look(1280, 860, scheme), new Look(390, 844, scheme)));
        }

        String key() {
            return width + "-" + scheme.name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    static ConsoleBrowser startOrSkip() {
        Optional<Path> program =
                PROGRAMS.stream().map(Path::of).filter(Files::isExecutable).findFirst();
        if (program.isEmpty()) {
            return skip("no Chromium in any of " + PROGRAMS + "; on Debian: apt-get install chromium");
        }
        NodeInstall.Node node = node();
        if (node.program().isEmpty()) {
            return skip(node.missing());
        }
        Playwright playwright = Playwright.create(new Playwright.CreateOptions()
                .setEnv(Map.of(
                        "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD",
                        "1",
                        "PLAYWRIGHT_NODEJS_PATH",
                        node.program().get())));
        return new ConsoleBrowser(
                playwright,
                playwright
                        .chromium()
                        .launch(new BrowserType.LaunchOptions()
                                .setExecutablePath(program.get())
                                .setHeadless(true)
                                .setArgs(ARGUMENTS)));
    }

    private static NodeInstall.Node node() {
        try {
            return NodeInstall.ready();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static ConsoleBrowser skip(String missing) {
        String message = "THE CONSOLE'S BROWSER TESTS DID NOT RUN: " + missing;
        // Surefire counts a skipped test and keeps the reason to itself.
        System.err.println(message);
        return "true".equals(System.getenv("CI")) ? fail(message) : abort(message);
    }

    /** The console in a session of its own: no token of another is in it. */
    ConsolePage open(URI console, Look look) {
        ConsolePage page = ConsolePage.in(browser.newContext(options(look)));
        page.go(console);
        return page;
    }

    /** The same with the token typed already. */
    ConsolePage open(URI console, Look look, String token) {
        ConsolePage page = blank(look, token);
        page.go(console);
        return page;
    }

    /** A page that has gone nowhere yet. */
    ConsolePage blank(Look look, String token) {
        return ConsolePage.in(browser.newContext(options(look))).withToken(token);
    }

    /** A page whose security policy is off: axe, which is put into it, makes markup of its own. */
    ConsolePage forAxe(Look look, String token) {
        return ConsolePage.in(browser.newContext(options(look).setBypassCSP(true)))
                .withToken(token);
    }

    private static Browser.NewContextOptions options(Look look) {
        return new Browser.NewContextOptions()
                .setViewportSize(look.width(), look.height())
                .setColorScheme(look.scheme())
                .setLocale("en-GB")
                .setTimezoneId("UTC");
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }
}

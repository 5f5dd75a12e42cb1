package dev.fresnel.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.testing.TestGateway;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The console's files are there for everybody, and can do nothing but what its page needs. What they do is in {@code ConsoleTest}. */
class ConsoleRequestsTest {
    private static final Path FILES = Path.of("src", "main", "resources", "console");
    private static final TestGateway GATEWAY = TestGateway.start("""
            listen: { data: "127.0.0.1:0", admin: "127.0.0.1:0", admin-token: secret }
            upstreams: { main: { base-url: "http://127.0.0.1:9/v1" } }
            tenants: [{ id: acme }]
            """);

    @AfterAll
    static void stop() {
        GATEWAY.close();
    }

    @Test
    void servesThePageAndAllItsFiles_withoutAToken() throws IOException {
        for (String name : files()) {
            HttpResponse<String> reply = GATEWAY.adminReply("/console/" + name);

            assertThat(reply.statusCode()).as(name).isEqualTo(200);
            assertThat(reply.body()).as(name).isEqualTo(Files.readString(FILES.resolve(name)));
        }
        assertThat(GATEWAY.adminReply("/console/").body()).isEqualTo(Files.readString(FILES.resolve("index.html")));
        assertThat(GATEWAY.adminReply("/console/lit-html.js").body()).contains("BSD-3-Clause");
        assertThat(GATEWAY.adminReply("/console/directives/repeat.js").statusCode())
                .isEqualTo(200);
    }

    @Test
    void leadsToThePage() {
        for (String path : List.of("/", "/console")) {
            HttpResponse<String> reply = GATEWAY.adminReply(path);

            assertThat(reply.statusCode()).as(path).isEqualTo(302);
            assertThat(reply.headers().firstValue("location")).hasValue("console/");
        }
    }

    @Test
    void servesNothingElseOfTheClassPath() {
        for (String path : List.of(
                "/console/nothing.js",
                "/console/../version.properties",
                "/console/..%2fversion.properties",
                "/console/%2e%2e/version.properties",
                "/console/views/..%2f..%2fversion.properties",
                "/console/directives/unsafe-html.js")) {
            HttpResponse<String> reply = GATEWAY.adminReply(path);

            assertThat(reply.statusCode()).as(path).isIn(401, 404);
            assertThat(reply.body()).as(path).doesNotContain("version=");
        }
    }

    @Test
    void letsThePageDoNothingButWhatItNeeds() throws IOException {
        for (String name : files()) {
            var headers = GATEWAY.adminReply("/console/" + name).headers();

            assertThat(headers.firstValue("content-security-policy")
                            .orElseThrow()
                            .split("; "))
                    .as(name)
                    .contains(
                            "default-src 'none'",
                            "script-src 'self'",
                            "style-src 'self'",
                            "connect-src 'self'",
                            "base-uri 'none'",
                            "form-action 'none'",
                            "frame-ancestors 'none'",
                            "require-trusted-types-for 'script'");
            assertThat(headers.firstValue("x-content-type-options")).hasValue("nosniff");
            assertThat(headers.firstValue("referrer-policy")).hasValue("no-referrer");
        }
        assertThat(type("app.js")).startsWith("text/javascript");
        assertThat(type("console.css")).startsWith("text/css");
        assertThat(type("")).startsWith("text/html");
    }

    /** Text of the gateway's is untrusted: a lens, a model's name, a key's metadata. */
    @Test
    void takesNoTextForMarkup_andHasNothingInline() throws IOException {
        for (String name : files()) {
            String text = Files.readString(FILES.resolve(name));

            assertThat(text)
                    .as(name)
                    .doesNotContainPattern(
                            "(inner|outer)HTML|insertAdjacentHTML|document\\.write|unsafe(HTML|SVG)|\\beval\\(|new Function")
                    .doesNotContainPattern("\\sstyle=|\\son[a-z]+=|setAttribute\\('style'")
                    .doesNotContainPattern("(src|href)=\"https?:|url\\(|@import|import\\('http");
        }
        assertThat(Files.readString(FILES.resolve("index.html"))).doesNotContainPattern("<script[^>]*>[^<]|<style");
    }

    @Test
    void hasWordsForEveryReason() throws IOException {
        String api = Files.readString(Path.of("docs", "api.md"));
        String table = api.substring(api.indexOf("\n## Reasons"), api.indexOf("\n## Escalation"));
        String words = Files.readString(FILES.resolve("words.js"));

        List<String> reasons = Pattern.compile("`([a-z_]+)`")
                .matcher(table.lines()
                        .filter(line -> line.startsWith("| `"))
                        .map(line -> line.split("\\|", -1)[1])
                        .collect(Collectors.joining()))
                .results()
                .map(found -> found.group(1))
                .toList();

        assertThat(reasons).hasSizeGreaterThan(60).allMatch(reason -> words.contains("\n  " + reason + ": '"));
    }

    private static String type(String name) {
        return GATEWAY.adminReply("/console/" + name)
                .headers()
                .firstValue("content-type")
                .orElseThrow();
    }

    /** Paths as the page asks for them. */
    private static List<String> files() throws IOException {
        try (Stream<Path> all = Files.walk(FILES)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> FILES.relativize(file).toString().replace('\\', '/'))
                    .sorted()
                    .toList();
        }
    }
}

package dev.fresnel.delegation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathRootsTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            see /home/jo/shop/src/Cart.java:12          | [/home/jo/shop]
            cwd: "/Users/jo/my-shop"                    | [/Users/jo/my-shop]
            (/workspace/shop/pom.xml)                   | [/workspace/shop]
            ~/shop/README.md                            | [~/shop]
            C:\\code\\shop\\a.cs                           | [C:/code]
            D:/Users/jo/shop/a.cs                       | [D:/Users/jo/shop]
            /srv/b/x.py and /opt/a/y.py and /srv/b/z.py | [/opt/a, /srv/b]
            """)
    void findsWhereACheckoutBegins(String text, String roots) {
        assertThat(PathRoots.in(text)).hasToString(roots);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "fix src/main/java/Cart.java",
                "GET /api/v1/users returns /users/7",
                "https://host.example/home/jo/shop",
                "/tmp/x8f/a.txt and /usr/lib/python3/x.py",
                "and/or, 1/2, /home/jo",
                "/home/jo/notes.txt",
                "/opt/setup.sh",
                "/workspace",
                ""
            })
    void passesOverWhatNamesNoCheckout(String text) {
        assertThat(PathRoots.in(text)).isEmpty();
    }

    @Test
    void looksAtTheBeginning_andKeepsFew() {
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 10; i++) {
            many.append("/srv/repo-").append(i).append("/a.c ");
        }

        assertThat(PathRoots.in(many.toString())).hasSize(4);
        assertThat(PathRoots.in(" ".repeat(20_000) + "/srv/shop/a.c")).isEmpty();
        assertThat(PathRoots.in("/".repeat(1_000_000)))
                .as("in time that grows with the text")
                .isEmpty();
    }
}

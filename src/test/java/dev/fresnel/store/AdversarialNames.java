package dev.fresnel.store;

import dev.fresnel.value.TenantId;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Names that try to be another's: prefixes, separators, words of the stores themselves, lengths, other alphabets. */
public final class AdversarialNames {
    /** As hard as a tenant's id may be. */
    public static final List<TenantId> TENANTS = Stream.of(
                    "a",
                    "A",
                    "a.",
                    "a..",
                    ".",
                    "..",
                    "-",
                    "_",
                    "a-1",
                    "a_1",
                    "a.1",
                    "1",
                    "11",
                    "lens",
                    "spend",
                    "decision",
                    "keys",
                    "pauses",
                    "revision",
                    "issued",
                    "arms",
                    "fresnel",
                    "7B",
                    "25",
                    "2026-11-27",
                    "a".repeat(63),
                    "a".repeat(64))
            .map(TenantId::new)
            .toList();

    private static final String[] BITS = {
        "a",
        "A",
        ":",
        "/",
        "..",
        "../",
        "{",
        "}",
        "%7D",
        "%",
        "*",
        "?",
        "[a-z]",
        "lens",
        "decision",
        "\u00e9",
        "e\u0301",
        "\u212a",
        "K",
        "\ud83d\ude80",
        "@",
        "|",
        ",",
        "1",
        "-",
        "fresnel:{a}:",
        "}:decision:",
        ""
    };

    /** Different texts that look alike, or become alike when they are folded in some way. */
    private static final String[] LOOKALIKES = {
        "a", "\u0430", "\uff41", "A", "K", "\u212a", "\u00e9", "e\u0301", "\ufb01", "fi", "\u00df", "ss", "\u0131", "i",
        "\u0130", "\u200b", "\u00a0", " ", "\n", "\r\n", "\u2028", "\0", "\u202e", "\ufeff", "\u03c3", "\u03c2", "?",
        "\ufffd"
    };

    private AdversarialNames() {}

    /** Up to six bits. */
    public static String word(Random random) {
        StringBuilder word = new StringBuilder();
        for (int i = random.nextInt(7); i > 0; i--) {
            word.append(BITS[random.nextInt(BITS.length)]);
        }
        return word.toString();
    }

    /** What a client may write where it names something itself: any Unicode at all, halves of pairs and NUL included, up to very long. */
    public static String ofClient(Random random) {
        if (random.nextInt(3) > 0) {
            return word(random);
        }
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            switch (random.nextInt(4)) {
                case 0 -> text.appendCodePoint(random.nextInt(Character.MAX_CODE_POINT + 1));
                case 1 -> text.append((char) (Character.MIN_SURROGATE + random.nextInt(0x800)));
                case 2 -> text.append((char) random.nextInt(0x80));
                default -> text.append(LOOKALIKES[random.nextInt(LOOKALIKES.length)]);
            }
        }
        return random.nextInt(200) == 0 ? text.toString().repeat(1_000) : text.toString();
    }

    /** Ids that no tenant can have, since a store, a log line, a URL or a metric would have to make something else of them. */
    public static final List<String> NO_TENANTS = List.of(
            "",
            " ",
            "a b",
            "a:b",
            "a/b",
            "../a",
            "a{b}",
            "{a}",
            "a*",
            "a?b",
            "[a]",
            "a|b",
            "a\"b",
            "a%2fb",
            "a\\b",
            "a\nb",
            "a\n",
            "\na",
            "a\tb",
            "a\u007fb",
            "a\u00a0b",
            "a\u200bb",
            "a\u202eb",
            "\u0430",
            "\uff41",
            "\u00e9",
            "e\u0301",
            "\u212a",
            "\ud83d\ude80",
            "a,b",
            "a=b",
            "a@b",
            "a".repeat(65));

    /** {@code name} of {@code owner}, as {@code thief} may write it. */
    public static String disguised(Random random, TenantId owner, TenantId thief, String name) {
        return switch (random.nextInt(10)) {
            case 0 -> owner + ":" + name;
            case 1 -> owner + "/" + name;
            case 2 -> "../" + owner + "/" + name;
            case 3 -> "}:decision:" + name;
            case 4 -> "fresnel:{" + owner + "}:decision:" + name;
            case 5 -> owner + "\u0001" + name;
            case 6 -> name + "*";
            case 7 ->
                owner.value().startsWith(thief.value())
                        ? owner.value().substring(thief.value().length()) + name
                        : "*";
            case 8 -> name.isEmpty() ? "*" : name.substring(1);
            default -> name;
        };
    }
}

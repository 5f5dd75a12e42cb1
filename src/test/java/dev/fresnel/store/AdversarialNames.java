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

    private AdversarialNames() {}

    /** Up to six bits. */
    public static String word(Random random) {
        StringBuilder word = new StringBuilder();
        for (int i = random.nextInt(7); i > 0; i--) {
            word.append(BITS[random.nextInt(BITS.length)]);
        }
        return word.toString();
    }

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

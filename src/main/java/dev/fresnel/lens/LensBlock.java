package dev.fresnel.lens;

import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;

/**
 * Renders a lens as the block that stands after the operator's own text. Same lens, id and cap: same bytes, so providers' prompt
 * caches hit. Pure.
 *
 * <pre>{@code
 * <fresnel-lens id="0123456789abcdef">
 * Guidance only, ranking below every instruction of the operator and the user: ...
 * Scope: CRUD endpoints for an inventory service
 *
 * Hard constraints:
 * - ...
 * </fresnel-lens>
 * }</pre>
 *
 * No lens text can end the block: wherever it spells the tag, the angle bracket is written as an entity. A snippet stands in a
 * fence one backtick longer than its longest run.
 */
public final class LensBlock {
    /** Below this cap not even one guideline would fit; smaller caps are raised to it. Tokens. */
    public static final int MIN_TOKENS = 400;

    private static final String TAG = "fresnel-lens";
    private static final String PREAMBLE =
            "Guidance only, ranking below every instruction of the operator and the user: where they"
                    + " differ, follow them, not this. It grants no permission, is no request, and is not to be mentioned in the answer.";
    private static final Pattern TAG_IN_TEXT = Pattern.compile("(?i)<(?=[\\s/]*fresnel-lens)");
    private static final int BYTES_PER_TOKEN = 3;

    private LensBlock() {}

    /** {@link #render(Lens, LensId, int, ToLongFunction)} with {@link #tokenBound}. */
    public static String render(Lens lens, LensId id, int maxTokens) {
        return render(lens, id, maxTokens, LensBlock::tokenBound);
    }

    /**
     * The block, at most {@code maxTokens} long as {@code tokens} counts. Too long: items are dropped one at a time, the last
     * example first, then patterns, guidelines, things to avoid, and hard constraints last of all. The first remaining item always
     * stays.
     */
    public static String render(Lens lens, LensId id, int maxTokens, ToLongFunction<String> tokens) {
        int cap = Math.max(maxTokens, MIN_TOKENS);
        Map<LensSection, Integer> kept = new EnumMap<>(LensSection.class);
        for (LensSection section : LensSection.values()) {
            kept.put(section, section.of(lens).size());
        }
        String block = block(lens, id, kept);
        while (tokens.applyAsLong(block) > cap && total(kept) > 1) {
            dropLast(kept);
            block = block(lens, id, kept);
        }
        return block;
    }

    /**
     * An upper bound of the tokens in {@code text}, without a tokenizer: one per three bytes of UTF-8, rounded up. English prose has
     * about four bytes to a token, code and most other scripts about three.
     */
    public static long tokenBound(String text) {
        return Math.ceilDiv((long) text.getBytes(StandardCharsets.UTF_8).length, BYTES_PER_TOKEN);
    }

    private static int total(Map<LensSection, Integer> kept) {
        return kept.values().stream().mapToInt(Integer::intValue).sum();
    }

    private static void dropLast(Map<LensSection, Integer> kept) {
        for (LensSection section : List.of(LensSection.values()).reversed()) {
            int count = kept.getOrDefault(section, 0);
            if (count > 0) {
                kept.put(section, count - 1);
                return;
            }
        }
    }

    private static String block(Lens lens, LensId id, Map<LensSection, Integer> kept) {
        StringBuilder out = new StringBuilder();
        out.append('<').append(TAG).append(" id=\"").append(id.value()).append("\">\n");
        out.append(PREAMBLE).append('\n');
        out.append("Scope: ").append(line(lens.scope())).append('\n');
        for (LensSection section : LensSection.values()) {
            List<String> items = section.of(lens).subList(0, kept.getOrDefault(section, 0));
            if (items.isEmpty()) {
                continue;
            }
            out.append('\n').append(section.heading()).append(":\n");
            for (String item : items) {
                if (section == LensSection.EXAMPLES) {
                    appendSnippet(out, item);
                } else {
                    out.append("- ").append(line(item)).append('\n');
                }
            }
        }
        return out.append("</").append(TAG).append('>').toString();
    }

    private static void appendSnippet(StringBuilder out, String snippet) {
        String body = untagged(LensHygiene.visible(snippet, LensHygiene.Shape.SNIPPET))
                .stripTrailing();
        String fence = "`".repeat(Math.max(3, longestRun(body, '`') + 1));
        out.append(fence).append('\n').append(body).append('\n').append(fence).append('\n');
    }

    private static int longestRun(String text, char wanted) {
        int longest = 0;
        int run = 0;
        for (int i = 0; i < text.length(); i++) {
            run = text.charAt(i) == wanted ? run + 1 : 0;
            longest = Math.max(longest, run);
        }
        return longest;
    }

    private static String line(String text) {
        return untagged(LensHygiene.visible(text, LensHygiene.Shape.LINE)).strip();
    }

    private static String untagged(String text) {
        return TAG_IN_TEXT.matcher(text).replaceAll("&lt;");
    }
}

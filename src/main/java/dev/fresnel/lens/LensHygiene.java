package dev.fresnel.lens;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a line of lens text must not carry. Lens text is written by a model that read a stranger's text and ends up beside the
 * operator's instructions, so it is untrusted. The rules, in this order:
 *
 * <ol>
 *   <li>control and invisible formatting characters are removed (line feed and tab stay in examples);
 *   <li>an item that tries to overrule instructions, speaks as another role, or holds a chat template's tokens is rejected whole:
 *       what is left of such a line is not guidance;
 *   <li>an item with something shaped like a credential is rejected whole;
 *   <li>a link is replaced by {@code [link removed]} unless its host stands in the text the lens was written for, or is one of
 *       the names reserved for examples and this machine: a lens cannot send a cheap model's output anywhere new.
 * </ol>
 *
 * Pure and thread-safe.
 */
final class LensHygiene {
    private static final String LINK_REMOVED = "[link removed]";
    private static final String SECRET_REMOVED = "[secret removed]";

    private static final List<Pattern> OVERRIDES = List.of(
            Pattern.compile("\\b(ignore|disregard|forget|override|bypass|discard|supersede)\\b.{0,40}"
                    + "\\b(instructions?|prompts?|system messages?|guardrails?|polic(y|ies)|operator)\\b"),
            Pattern.compile("\\b(ignore|disregard|forget)\\b.{0,20}\\b(all|everything|anything|any)\\b.{0,20}"
                    + "\\b(previous|prior|above|earlier|before|rules?|messages?)\\b"),
            Pattern.compile("\\b(takes?|has|have) (precedence|priority) over\\b.{0,40}"
                    + "\\b(instructions?|operator|system|prompts?)\\b"),
            Pattern.compile("\\b(reveal|print|repeat|leak|output|show)\\b.{0,30}\\b(system|hidden|operator) prompt"),
            Pattern.compile("\\byou are (now|no longer)\\b"),
            Pattern.compile("\\byou( are|'re) (now )?(allowed|authori[sz]ed|permitted)\\b"),
            Pattern.compile("\\b(new|updated|real) (system )?instructions?\\s*:"),
            Pattern.compile("\\b(do not|don't|never) (tell|inform|mention to|let) the (user|operator)\\b"));

    /** A line that begins as a turn of another speaker. */
    private static final Pattern ROLE_MARKER = Pattern.compile(
            "(?m)^[ \\t>*#-]{0,8}(system|assistant|developer|human|user)[ \\t]{0,4}(:|\\uff1a|prompt\\b|message\\b)");

    private static final Pattern TEMPLATE_TOKEN = Pattern.compile("<\\|[^|>\\n]{0,40}\\|?>|\\[/?inst]|<</?sys>>|</?s>"
            + "|<(start|end)_of_turn>|(?<!\\w)</?(system|assistant|developer|user|instructions?|tool_call|function_call)\\b"
            + "|^#{1,6} ?(system|instruction|response)s?\\s*:?\\s*$");

    private static final Pattern SECRET = Pattern.compile("\\bsk-[A-Za-z0-9_-]{12,}"
            + "|\\b(AKIA|ASIA)[0-9A-Z]{16}\\b"
            + "|\\bgh[pousr]_[A-Za-z0-9]{20,}"
            + "|\\bgithub_pat_[A-Za-z0-9_]{20,}"
            + "|\\bglpat-[A-Za-z0-9_-]{16,}"
            + "|\\bxox[abeprs]-[A-Za-z0-9-]{10,}"
            + "|\\bAIza[0-9A-Za-z_-]{30,}"
            + "|\\beyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}(\\.[A-Za-z0-9_-]*)?"
            + "|(?i:\\bbearer)\\s+(?=[^\\s]*[0-9])[A-Za-z0-9._~+/=-]{16,}"
            + "|(?i:\\b(password|passwd|secret|api[_-]?key|access[_-]?token)\\b[\"']?\\s{0,2}[:=]\\s{0,2}[\"']?)"
            + "(?=[^\\s\"']*[0-9])(?=[^\\s\"']*[A-Za-z])[^\\s\"']{10,}"
            + "|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----");

    private static final Pattern LINK = Pattern.compile(
            "(?i)\\b(?:[a-z][a-z0-9+.-]{1,15}://|www\\.)([^\\s/?#\"'<>()\\[\\]`]{1,253})[^\\s\"'<>`)\\]]*"
                    + "|\\b(?:data|javascript|mailto):[^\\s\"'<>`)]{3,}");

    private static final Set<String> HARMLESS_HOSTS =
            Set.of("localhost", "127.0.0.1", "0.0.0.0", "example.com", "example.org", "example.net");

    /** Whether line breaks belong to the text. */
    enum Shape {
        /** One line of guidance. */
        LINE,
        /** A snippet; line feeds and tabs are part of it. */
        SNIPPET
    }

    /** What became of one text. */
    sealed interface Cleaned {
        /** Fit to be used; {@code scrubbed} when a link had to go. */
        record Kept(String text, Scrubbed scrubbed) implements Cleaned {}

        record Rejected(Fault fault) implements Cleaned {}
    }

    enum Scrubbed {
        NOTHING,
        LINK
    }

    /** Why an item was rejected. */
    enum Fault {
        EMPTY,
        OVERRIDE,
        SECRET
    }

    private LensHygiene() {}

    /** @param origin the text the lens was written for: hosts named in it may be named again */
    static Cleaned clean(String raw, Shape shape, String origin) {
        String text = visible(raw, shape).strip();
        if (text.isEmpty()) {
            return new Cleaned.Rejected(Fault.EMPTY);
        }
        // Compatibility forms first, so that full-width or ligature spellings do not slip through.
        String folded = Normalizer.normalize(text, Normalizer.Form.NFKC)
                .toLowerCase(Locale.ROOT)
                .replace('’', '\'');
        String oneLine = folded.replaceAll("\\s+", " ");
        if (OVERRIDES.stream().anyMatch(rule -> rule.matcher(oneLine).find())
                || ROLE_MARKER.matcher(folded).find()
                || TEMPLATE_TOKEN.matcher(folded).find()) {
            return new Cleaned.Rejected(Fault.OVERRIDE);
        }
        if (SECRET.matcher(text).find()) {
            return new Cleaned.Rejected(Fault.SECRET);
        }
        String linkless = withoutForeignLinks(text, origin);
        return new Cleaned.Kept(linkless, linkless.equals(text) ? Scrubbed.NOTHING : Scrubbed.LINK);
    }

    /** {@code text} with everything shaped like a credential replaced: for text of ours that goes out, not for lens items. */
    static String withoutSecrets(String text) {
        return SECRET.matcher(text).replaceAll(Matcher.quoteReplacement(SECRET_REMOVED));
    }

    /** Removes control, format and unassigned code points and lone surrogates; white space per {@code shape}. */
    static String visible(String raw, Shape shape) {
        StringBuilder out = new StringBuilder(raw.length());
        String text = raw.replace("\r\n", "\n").replace('\r', '\n');
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            if (c == '\n' || c == '\t') {
                out.append(shape == Shape.SNIPPET ? (char) c : ' ');
            } else if (isVisible(c)) {
                out.appendCodePoint(c);
            }
        }
        return shape == Shape.SNIPPET ? out.toString() : out.toString().replaceAll("[\\s\\u0085\\u2028\\u2029]+", " ");
    }

    /** The longest beginning of {@code text} within both limits, cut between words where possible. */
    static String cut(String text, int maxChars, int maxBytes) {
        if (text.length() <= maxChars && text.getBytes(StandardCharsets.UTF_8).length <= maxBytes) {
            return text;
        }
        int end = 0;
        int bytes = 0;
        while (end < text.length()) {
            int c = text.codePointAt(end);
            int width = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
            // Room is kept for the ellipsis that says something is missing.
            if (end + Character.charCount(c) > maxChars - 1 || bytes + width > maxBytes - 3) {
                break;
            }
            bytes += width;
            end += Character.charCount(c);
        }
        int space = text.lastIndexOf(' ', end);
        String head = text.substring(0, space > end / 2 ? space : end);
        return head.stripTrailing() + "…";
    }

    private static boolean isVisible(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED -> false;
            // Joiners shape words in Arabic and Indic scripts; every other format character only hides text.
            case Character.FORMAT -> c == 0x200C || c == 0x200D;
            default -> c != 0xFFFD;
        };
    }

    private static String withoutForeignLinks(String text, String origin) {
        return LINK.matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(
                        isKnown(Optional.ofNullable(found.group(1)), origin) ? found.group() : LINK_REMOVED));
    }

    private static boolean isKnown(Optional<String> authority, String origin) {
        return authority
                .map(text -> text.toLowerCase(Locale.ROOT))
                .filter(text -> !text.contains("@"))
                .map(text -> text.replaceFirst(":\\d+$", ""))
                .filter(host -> HARMLESS_HOSTS.contains(host) || namesHost(origin, host))
                .isPresent();
    }

    /** Whether {@code host} stands in {@code origin} as a whole name, not as the tail or head of a longer one. */
    private static boolean namesHost(String origin, String host) {
        String haystack = origin.toLowerCase(Locale.ROOT);
        for (int at = haystack.indexOf(host); at >= 0; at = haystack.indexOf(host, at + 1)) {
            int end = at + host.length();
            boolean startsName = at == 0 || !isHostChar(haystack.charAt(at - 1));
            boolean endsName = end == haystack.length()
                    || !isHostChar(haystack.charAt(end))
                    // A full stop that ends a sentence.
                    || (haystack.charAt(end) == '.'
                            && (end + 1 == haystack.length() || !isHostChar(haystack.charAt(end + 1))));
            if (startsName && endsName && host.contains(".")) {
                return true;
            }
        }
        return false;
    }

    private static boolean isHostChar(char c) {
        return Character.isLetterOrDigit(c) || c == '.' || c == '-';
    }
}

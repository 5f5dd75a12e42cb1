package dev.fresnel.lens;

import dev.fresnel.value.Fingerprint;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The versioned words that ask for a lens, and the JSON Schema of the answer. Client text stands between marker lines that carry a
 * hash of that text, so the text cannot hold its own end marker. Immutable.
 */
public final class PromptTemplate {
    /** Changes whenever the words change in a way that changes lenses; part of every key. */
    public static final String VERSION = "lens-v1";

    private static final Pattern SECTION = Pattern.compile("(?m)^\\[([a-z-]+)]\\n");
    private static final Pattern SLOT = Pattern.compile("\\{\\{([a-z]+)}}");
    private static final int MAX_ANSWER_CHARS = 8_000;

    private final Map<String, String> sections;
    private final String schema;

    private PromptTemplate(Map<String, String> sections, String schema) {
        this.sections = sections;
        this.schema = schema;
    }

    /** The template in the class path. Fails at once when the build left it out. */
    public static PromptTemplate load() {
        String text =
                resource("/lens/prompt-" + VERSION + ".txt") + "\n" + resource("/lens/refresh-" + VERSION + ".txt");
        Map<String, String> sections = new LinkedHashMap<>();
        Matcher heading = SECTION.matcher(text);
        String name = "";
        int start = 0;
        while (heading.find()) {
            sections.put(name, text.substring(start, heading.start()).stripTrailing());
            name = heading.group(1);
            start = heading.end();
        }
        sections.put(name, text.substring(start).stripTrailing());
        for (String required : List.of("system", "user", "app-user", "repair", "refresh")) {
            if (sections.getOrDefault(required, "").isBlank()) {
                throw new IllegalStateException("prompt template " + VERSION + " has no section [" + required + "]");
            }
        }
        return new PromptTemplate(sections, resource("/lens/schema-" + VERSION + ".json"));
    }

    /** JSON text. */
    String schema() {
        return schema;
    }

    String systemPrompt() {
        return section("system");
    }

    String userPrompt(TaskBrief brief) {
        String marker = marker(brief.allText());
        return filled(
                section(brief.task().isBlank() ? "app-user" : "user"),
                Map.of(
                        "open",
                        "<data-" + marker + ">",
                        "close",
                        "</data-" + marker + ">",
                        "system",
                        brief.system().isBlank() ? "(none)" : brief.system(),
                        "tools",
                        brief.toolNames().isEmpty() ? "none" : String.join(", ", brief.toolNames()),
                        "task",
                        brief.task()));
    }

    /** The first prompt again, and a lens whose answers were worse than those without it: what hurt is to go, the rest to stay. */
    String refreshPrompt(String userPrompt, Lens old) {
        StringBuilder items = new StringBuilder();
        for (LensSection section : LensSection.values()) {
            section.of(old)
                    .forEach(item -> items.append(section.field())
                            .append(": ")
                            .append(item.replace('\n', ' '))
                            .append('\n'));
        }
        String shown = items.toString().stripTrailing();
        String marker = marker(shown);
        return userPrompt
                + filled(
                        section("refresh"),
                        Map.of("open", "<data-" + marker + ">", "close", "</data-" + marker + ">", "items", shown));
    }

    /** The first prompt again, the unusable answer, and what was wrong with it. */
    String repairPrompt(String userPrompt, String answer, ParseResult.Reason reason) {
        String shown = answer.length() <= MAX_ANSWER_CHARS ? answer : answer.substring(0, MAX_ANSWER_CHARS);
        String marker = marker(shown);
        return userPrompt
                + filled(
                        section("repair"),
                        Map.of(
                                "open",
                                "<data-" + marker + ">",
                                "close",
                                "</data-" + marker + ">",
                                "problem",
                                problem(reason),
                                "answer",
                                shown));
    }

    private static String problem(ParseResult.Reason reason) {
        return switch (reason) {
            case EMPTY -> "it was empty";
            case TOO_LARGE -> "it was far too long";
            case REFUSAL -> "it declined";
            case NO_JSON -> "it held no JSON object";
            case MALFORMED -> "it was not valid JSON";
            case TRUNCATED -> "it broke off before its end, so it was too long";
            case WRONG_SHAPE -> "its JSON had none of the fields asked for";
            case NOTHING_USABLE -> "none of its items was usable guidance";
            case WRONG_LANGUAGE -> "it was not in the language of the task";
        };
    }

    /** Slots are filled in one pass, so a slot's name inside client text stays text. */
    private static String filled(String text, Map<String, String> values) {
        return SLOT.matcher(text)
                .replaceAll(slot -> Matcher.quoteReplacement(values.getOrDefault(slot.group(1), slot.group())));
    }

    private static String marker(String text) {
        return Fingerprint.of("marker", text).shortForm();
    }

    private String section(String name) {
        return sections.getOrDefault(name, "");
    }

    private static String resource(String path) {
        try (InputStream in = PromptTemplate.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("missing in the class path: " + path);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
        } catch (IOException e) {
            throw new UncheckedIOException("unreadable in the class path: " + path, e);
        }
    }
}

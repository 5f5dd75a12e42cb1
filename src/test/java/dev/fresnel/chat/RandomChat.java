package dev.fresnel.chat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** Random valid chat requests as some client may write them: any order, whitespace, escapes, numbers, unknown keys. */
final class RandomChat {
    private static final List<String> LETTERS = List.of(
            "a", "B", " ", "é", "日本", "🙂", "\n", "\t", "\"", "\\", "/", "\u0000", "\u001f", "\u007f", "\u2028",
            "\ud800", "\udc00", "model", "}", "]", ",");
    private static final List<String> NUMBERS = List.of(
            "0",
            "-0",
            "1E2",
            "1e400",
            "-1.50",
            "1.0000000000000000000001",
            "12345678901234567890123",
            "2e-7",
            "100",
            "5");

    private final RandomGenerator random;

    private RandomChat(RandomGenerator random) {
        this.random = random;
    }

    private byte[] body = new byte[0];

    static RandomChat of(RandomGenerator random) {
        RandomChat chat = new RandomChat(random);
        chat.body = chat.root().getBytes(StandardCharsets.UTF_8);
        return chat;
    }

    byte[] bytes() {
        return body.clone();
    }

    ChatRequest request() {
        return (ChatRequest) ChatRequestReader.read(bytes());
    }

    static String text(RandomGenerator random) {
        StringBuilder text = new StringBuilder();
        for (int i = 0, n = random.nextInt(12); i < n; i++) {
            text.append(LETTERS.get(random.nextInt(LETTERS.size())));
        }
        return text.toString();
    }

    private String root() {
        List<String> members = new ArrayList<>();
        members.add(member("model", string("m" + random.nextInt(3))));
        members.add(member("messages", array(random.nextInt(6), this::message)));
        maybe(members, "stream", oneOf("true", "true", "false", "null"));
        maybe(
                members,
                "stream_options",
                oneOf(
                        "null",
                        "{" + space() + "}",
                        object(List.of(member("include_usage", oneOf("true", "false", "null")), member("x", value(0)))),
                        object(List.of(member("y", value(1))))));
        maybe(members, "max_tokens", oneOf("null", "1E2", "7", "100000", "1e400"));
        maybe(members, "max_completion_tokens", oneOf("null", "50.0", "199", "9999999999999999999999"));
        maybe(members, "temperature", oneOf("null", "0", "1.5"));
        maybe(members, "reasoning_effort", oneOf("null", "\"high\""));
        maybe(members, "reasoning", oneOf("null", "{\"effort\":\"high\"}"));
        for (int i = 0, n = random.nextInt(4); i < n; i++) {
            members.add(member("unknown" + i, value(3)));
        }
        return space() + object(members) + space();
    }

    private String message() {
        List<String> members = new ArrayList<>();
        members.add(member("role", string(oneOf("system", "developer", "user", "assistant", "tool"))));
        if (random.nextInt(8) > 0) {
            members.add(member("content", content()));
        }
        maybe(members, "name", string(text(random)));
        maybe(members, "other", value(2));
        return object(members);
    }

    private String content() {
        return switch (random.nextInt(6)) {
            case 0 -> "null";
            case 1 -> array(random.nextInt(4), this::part);
            case 2 -> "\"\"";
            default -> string(text(random));
        };
    }

    private String part() {
        return random.nextInt(3) == 0
                ? object(List.of(
                        member("type", "\"image_url\""),
                        member("image_url", object(List.of(member("url", string(text(random))))))))
                : object(List.of(member("text", string(text(random))), member("type", string("text"))));
    }

    private String value(int depth) {
        return switch (random.nextInt(depth > 0 ? 5 : 3)) {
            case 0 -> oneOf(NUMBERS.toArray(String[]::new));
            case 1 -> string(text(random));
            case 2 -> oneOf("true", "false", "null");
            case 3 -> array(random.nextInt(3), () -> value(depth - 1));
            default -> object(List.of(member("k", value(depth - 1)), member("model", value(depth - 1))));
        };
    }

    private void maybe(List<String> members, String key, String value) {
        if (random.nextBoolean()) {
            members.add(member(key, value));
        }
    }

    private String member(String key, String value) {
        return string(key) + space() + ":" + space() + value;
    }

    /** Members in random order. */
    private String object(List<String> members) {
        List<String> left = new ArrayList<>(members);
        List<String> shuffled = new ArrayList<>();
        while (!left.isEmpty()) {
            shuffled.add(left.remove(random.nextInt(left.size())));
        }
        return shuffled.stream().map(member -> space() + member + space()).collect(Collectors.joining(",", "{", "}"));
    }

    private String array(int length, java.util.function.Supplier<String> element) {
        List<String> elements = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            elements.add(space() + element.get() + space());
        }
        return elements.isEmpty() ? "[" + space() + "]" : "[" + String.join(",", elements) + "]";
    }

    /** A literal in which some characters are escaped that need not be. */
    private String string(String text) {
        String quoted = JsonText.quote(text);
        if (random.nextInt(3) > 0) {
            return quoted;
        }
        StringBuilder literal = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            literal.append(String.format(random.nextBoolean() ? "\\u%04x" : "\\u%04X", (int) text.charAt(i)));
        }
        return literal.append('"').toString();
    }

    private String space() {
        return random.nextInt(3) > 0 ? "" : oneOf(" ", "\n", "\r\n  ", "\t");
    }

    private String oneOf(String... choices) {
        return choices[random.nextInt(choices.length)];
    }
}

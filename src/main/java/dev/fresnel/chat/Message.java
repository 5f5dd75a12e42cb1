package dev.fresnel.chat;

import dev.fresnel.value.Fingerprint;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One element of {@code messages}: a view over the body, decoded only when asked and then kept, because several parts of a decision
 * read the same text. Immutable, thread-safe. */
public final class Message {
    private final Role role;
    private final Span span;
    private final Content content;
    private final Optional<Span> toolCalls;
    private final int images;

    // Filled when first asked for. Neither is volatile: both are immutable and publish safely through their final
    // fields, so a thread
    // that misses another's work does it again and gets an equal value.
    private @Nullable String text;
    private @Nullable Fingerprint fingerprint;

    Message(Role role, Span span, Content content, Optional<Span> toolCalls, int images) {
        this.role = role;
        this.span = span;
        this.content = content;
        this.toolCalls = toolCalls;
        this.images = images;
    }

    public Role role() {
        return role;
    }

    /** The object with its braces. */
    public Span span() {
        return span;
    }

    /** The text of the content; text parts joined by a line feed; empty when there is none. Decoded once and kept. */
    public String text() {
        String known = text;
        if (known == null) {
            known = switch (content) {
                case Content.Text string -> string.text().decode();
                case Content.Parts parts ->
                    parts.texts().stream().map(JsonString::decode).collect(Collectors.joining("\n"));
                case Content.None _ -> "";
            };
            text = known;
        }
        return known;
    }

    /** Of {@link #text}; computed once and kept. */
    public Fingerprint fingerprint() {
        Fingerprint known = fingerprint;
        if (known == null) {
            known = Fingerprint.of(text());
            fingerprint = known;
        }
        return known;
    }

    /** The content's text, piece by piece, undecoded. */
    public List<JsonString> texts() {
        return switch (content) {
            case Content.Text string -> List.of(string.text());
            case Content.Parts parts -> parts.texts();
            case Content.None none -> List.of();
        };
    }

    /** The raw {@code tool_calls} array (or old {@code function_call} object) when it holds a call. */
    public Optional<Span> toolCalls() {
        return toolCalls;
    }

    /** Number of image parts, 0 or more. */
    public int images() {
        return images;
    }

    Content content() {
        return content;
    }

    @Override
    public String toString() {
        return "Message[" + role + ", " + span + "]";
    }
}

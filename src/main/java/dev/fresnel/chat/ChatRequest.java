package dev.fresnel.chat;

import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.ModelName;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A chat-completion request as the client wrote it: a view over its bytes that knows where everything stands which the gateway reads
 * or edits. Nothing is re-serialised, text is decoded only when asked, and
 * then once. Immutable and thread-safe as long as nobody writes to
 * {@link #bytes()}.
 */
public final class ChatRequest implements ParsedChat {
    /** Longest number text that is read as a number; longer ones are legal JSON, but no count of anything. */
    private static final int MAX_NUMBER_TEXT = 64;

    /**
     * What the reader found out beyond the top-level values.
     *
     * @param rootEnd offset of the body's closing brace
     * @param includeUsage value of {@code stream_options.include_usage}
     */
    record Findings(
            ModelName model,
            boolean stream,
            Optional<Param.Value> includeUsage,
            List<Message> messages,
            List<String> toolNames,
            Set<Feature> features,
            boolean providerState,
            boolean openToolLoop,
            int rootEnd) {}

    private final byte[] body;
    private final Map<Param, Param.Value> params;
    private final Findings findings;
    private final List<Message> messages;
    private final List<String> toolNames;
    private final Set<Feature> features;

    // As in Message: not volatile, since a race costs one more computation of an equal, immutable value.
    private @Nullable String systemText;
    private @Nullable Fingerprint systemFingerprint;

    ChatRequest(byte[] body, Map<Param, Param.Value> params, Findings findings) {
        this.body = body;
        this.params = params;
        this.findings = findings;
        this.messages = List.copyOf(findings.messages());
        this.toolNames = List.copyOf(findings.toolNames());
        EnumSet<Feature> used = EnumSet.noneOf(Feature.class);
        used.addAll(findings.features());
        if (choices() > 1) {
            used.add(Feature.MULTIPLE_CHOICES);
        }
        this.features = Collections.unmodifiableSet(used);
    }

    /** The client's bytes themselves, not a copy: never write to them. */
    public byte[] bytes() {
        return body;
    }

    public ModelName model() {
        return findings.model();
    }

    /** True when the reply is to be an event stream. */
    public boolean stream() {
        return findings.stream();
    }

    /**
     * True when the client itself asked for a usage chunk: {@code stream_options.include_usage} is neither absent, null nor false. An odd
     * value counts as asked, so that a chunk which a lenient upstream sends for it is never taken from the client.
     */
    public boolean usageRequested() {
        return findings.includeUsage()
                .filter(value -> switch (value.token()) {
                    case VALUE_NULL, VALUE_FALSE -> false;
                    default -> true;
                })
                .isPresent();
    }

    public List<Message> messages() {
        return messages;
    }

    /** Names of the offered tools and functions, in order. */
    public List<String> toolNames() {
        return toolNames;
    }

    public Set<Feature> features() {
        return features;
    }

    /**
     * {@code max_completion_tokens}, else {@code max_tokens}; empty when neither is a positive whole number that fits a long. Odd types are
     * the upstream's to refuse.
     */
    public OptionalLong maxOutputTokens() {
        OptionalLong modern = positive(Param.MAX_COMPLETION_TOKENS);
        return modern.isPresent() ? modern : positive(Param.MAX_TOKENS);
    }

    /** {@code n}: how many answers are wanted, 1 or more; 1 when absent or odd. */
    public int choices() {
        return (int) Math.min(Integer.MAX_VALUE, positive(Param.N).orElse(1));
    }

    /**
     * True when the request leans on something that one provider account holds, so that no other may answer: {@code store: true},
     * {@code previous_response_id} or {@code conversation} (spoken by some compatible servers), a file by {@code file_id}, an earlier audio answer by
     * id, or signed reasoning ({@code thinking_blocks}, {@code reasoning_details}) in the history.
     */
    public boolean providerState() {
        return findings.providerState();
    }

    /** True inside a tool loop: the last message is a tool's result, or a tool call of the assistant is still unanswered. */
    public boolean openToolLoop() {
        return findings.openToolLoop();
    }

    /** Text of the leading system and developer messages, joined by a line feed; empty when there is none. Joined once and kept. */
    public String systemText() {
        String known = systemText;
        if (known == null) {
            List<Message> leading = operators();
            known = leading.size() == 1
                    ? leading.getFirst().text()
                    : leading.stream().map(Message::text).collect(Collectors.joining("\n"));
            systemText = known;
        }
        return known;
    }

    /** Of {@link #systemText}; computed once and kept. */
    public Fingerprint systemFingerprint() {
        Fingerprint known = systemFingerprint;
        if (known == null) {
            List<Message> leading = operators();
            known = leading.size() == 1 ? leading.getFirst().fingerprint() : Fingerprint.of(systemText());
            systemFingerprint = known;
        }
        return known;
    }

    private List<Message> operators() {
        return messages.stream()
                .takeWhile(message -> message.role().isOperator())
                .toList();
    }

    /** Text of the first user message; empty when there is none. */
    public String firstUserText() {
        return firstUser().map(Message::text).orElse("");
    }

    /** The first message of the user. */
    public Optional<Message> firstUser() {
        return messages.stream().filter(message -> message.role() == Role.USER).findFirst();
    }

    /** Text of the last user message; empty when there is none. */
    public String lastUserText() {
        return lastUser().map(Message::text).orElse("");
    }

    /** The last message of the user. */
    public Optional<Message> lastUser() {
        return messages.reversed().stream()
                .filter(message -> message.role() == Role.USER)
                .findFirst();
    }

    /** Every piece of message text in order, undecoded: an estimator can add up lengths and sample without reading all of it. */
    public List<JsonString> texts() {
        return messages.stream().flatMap(message -> message.texts().stream()).toList();
    }

    /** The raw value of {@code tools}, else of the older {@code functions}: a copy of the bytes, for hashing and counting. */
    public Optional<byte[]> toolsJson() {
        return raw(Param.TOOLS).or(() -> raw(Param.FUNCTIONS));
    }

    /** The raw value of {@code response_format}: a copy of the bytes. */
    public Optional<byte[]> responseFormatJson() {
        return raw(Param.RESPONSE_FORMAT);
    }

    private Optional<byte[]> raw(Param param) {
        return value(param)
                .filter(value -> !value.isNull())
                .map(value -> Arrays.copyOfRange(
                        body, value.span().start(), value.span().end()));
    }

    Optional<Param.Value> value(Param param) {
        return Optional.ofNullable(params.get(param));
    }

    Optional<Param.Value> includeUsage() {
        return findings.includeUsage();
    }

    int rootEnd() {
        return findings.rootEnd();
    }

    private OptionalLong positive(Param param) {
        return value(param)
                .flatMap(this::number)
                .filter(number -> number.signum() > 0)
                .map(ChatRequest::wholeLong)
                .orElseGet(OptionalLong::empty);
    }

    /** The value as a number; empty for other types and for texts that no count is written as. */
    Optional<BigDecimal> number(Param.Value value) {
        if (!value.isNumber() || value.span().length() > MAX_NUMBER_TEXT) {
            return Optional.empty();
        }
        try {
            return Optional.of(new BigDecimal(
                    new String(body, value.span().start(), value.span().length(), StandardCharsets.US_ASCII)));
        } catch (NumberFormatException exponentTooLarge) {
            return Optional.empty();
        }
    }

    private static OptionalLong wholeLong(BigDecimal number) {
        try {
            return OptionalLong.of(number.longValueExact());
        } catch (ArithmeticException fractionOrTooLarge) {
            return OptionalLong.empty();
        }
    }

    /** Sizes only, never the client's text: this may end up in a log. */
    @Override
    public String toString() {
        return "ChatRequest[model=" + model() + ", bytes=" + body.length + ", messages=" + messages.size() + "]";
    }
}

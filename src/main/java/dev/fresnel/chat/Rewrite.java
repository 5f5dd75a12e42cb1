package dev.fresnel.chat;

import com.fasterxml.jackson.core.JsonToken;
import dev.fresnel.value.ModelName;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Changes a chat request by splicing bytes at the offsets which the reader noted. Nothing is ever re-serialised: outside the edits every
 * byte of the client survives, in order, whatever its keys, numbers and whitespace look like.
 *
 * <p>Rewriting what was already rewritten by the same plan changes nothing: the model is there, the block is recognised by its text,
 * usage is asked for, the parameters are set. Stateless.
 */
public final class Rewrite {
    private Rewrite() {}

    /**
     * Names another model; only the bytes of the model's value change.
     *
     * @return the request's own array when it already names that model
     */
    public static byte[] toModel(ChatRequest request, ModelName upstreamName) {
        return apply(request, RewritePlan.toModel(upstreamName));
    }

    /**
     * Carries out a plan.
     *
     * @return the request's own array when there is nothing to change
     */
    public static byte[] apply(ChatRequest request, RewritePlan plan) {
        return splice(request.bytes(), edits(request, plan));
    }

    /** The plan as edits, in body order, none overlapping another. */
    static List<Edit> edits(ChatRequest request, RewritePlan plan) {
        List<Edit> edits = new ArrayList<>();
        StringBuilder newMembers = new StringBuilder();
        model(request, plan.model(), edits);
        plan.lensBlock()
                .filter(block -> !block.isEmpty())
                .flatMap(block -> lens(request, block))
                .ifPresent(edits::add);
        if (plan.usageAsk() == UsageAsk.ASK && request.stream() && !request.usageRequested()) {
            askForUsage(request, edits, newMembers);
        }
        plan.params().ifPresent(caps -> params(request, caps, edits, newMembers));
        if (!newMembers.isEmpty()) {
            edits.add(Edit.insert(afterLastMember(request), newMembers.toString()));
        }
        edits.sort(Comparator.comparingInt(edit -> edit.span().start()));
        return edits;
    }

    private static byte[] splice(byte[] body, List<Edit> edits) {
        if (edits.isEmpty()) {
            return body;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(body.length + 64 * edits.size() + insertedLength(edits));
        int copied = 0;
        for (Edit edit : edits) {
            out.write(body, copied, edit.span().start() - copied);
            out.writeBytes(edit.text().getBytes(StandardCharsets.UTF_8));
            copied = edit.span().end();
        }
        out.write(body, copied, body.length - copied);
        return out.toByteArray();
    }

    private static int insertedLength(List<Edit> edits) {
        return edits.stream().mapToInt(edit -> edit.text().length()).sum();
    }

    private static void model(ChatRequest request, ModelName wanted, List<Edit> edits) {
        if (!request.model().equals(wanted)) {
            request.value(Param.MODEL)
                    .ifPresent(value -> edits.add(new Edit(value.span(), JsonText.quote(wanted.value()))));
        }
    }

    /**
     * The block goes behind the operator's words, so that these read first and win: into the last message of the leading run of system
     * and developer messages, or into a message of its own where there is no such message or its content is not text.
     */
    private static Optional<Edit> lens(ChatRequest request, String block) {
        List<Message> operators = request.messages().stream()
                .takeWhile(message -> message.role().isOperator())
                .toList();
        if (operators.isEmpty()) {
            String message = message(Role.SYSTEM, block) + (request.messages().isEmpty() ? "" : ",");
            return request.value(Param.MESSAGES)
                    .map(messages -> Edit.insert(messages.span().start() + 1, message));
        }
        Message last = operators.getLast();
        return switch (last.content()) {
            case Content.Text string -> intoString(string.text(), block);
            case Content.Parts parts -> intoParts(parts, block);
            case Content.None none -> Optional.of(Edit.insert(last.span().end(), "," + message(last.role(), block)));
        };
    }

    private static String message(Role role, String block) {
        return "{\"role\":\"" + role.wire() + "\",\"content\":" + JsonText.quote(block) + "}";
    }

    private static Optional<Edit> intoString(JsonString text, String block) {
        if (endsWith(text, block)) {
            return Optional.empty();
        }
        String gap = text.rawLength() == 0 ? "" : "\n\n";
        return Optional.of(Edit.insert(text.span().end() - 1, JsonText.escape(gap + block)));
    }

    /** Looks at the tail only: one character takes at most six raw bytes, so the window holds the block however it is escaped. */
    private static boolean endsWith(JsonString text, String block) {
        int window = (int) Math.min(text.rawLength(), 6L * block.length() + 12);
        return text.sample(text.rawLength() - window, window).endsWith(block);
    }

    private static Optional<Edit> intoParts(Content.Parts parts, String block) {
        if (parts.texts().stream().anyMatch(text -> text.decode().equals(block))) {
            return Optional.empty();
        }
        String part = "{\"type\":\"text\",\"text\":" + JsonText.quote(block) + "}";
        return Optional.of(Edit.insert(parts.array().end() - 1, (parts.elements() == 0 ? "" : ",") + part));
    }

    private static void askForUsage(ChatRequest request, List<Edit> edits, StringBuilder newMembers) {
        Optional<Param.Value> options = request.value(Param.STREAM_OPTIONS);
        Optional<Param.Value> includeUsage = request.includeUsage();
        if (options.isEmpty()) {
            appendMember(newMembers, Param.STREAM_OPTIONS, "{\"include_usage\":true}");
        } else if (includeUsage.isPresent()) {
            edits.add(new Edit(includeUsage.get().span(), "true"));
        } else if (options.get().isNull()) {
            edits.add(new Edit(options.get().span(), "{\"include_usage\":true}"));
        } else if (options.get().token() == JsonToken.START_OBJECT) {
            int open = options.get().span().start();
            boolean empty =
                    isBlank(request.bytes(), open + 1, options.get().span().end() - 1);
            edits.add(Edit.insert(open + 1, "\"include_usage\":true" + (empty ? "" : ",")));
        }
        // Any other type is the upstream's to refuse.
    }

    private static void params(ChatRequest request, ParamCaps caps, List<Edit> edits, StringBuilder newMembers) {
        caps.maxTokens().ifPresent(cap -> capTokens(request, cap, edits, newMembers));
        caps.temperature()
                .ifPresent(value -> addIfUnset(request, Param.TEMPERATURE, value.toString(), edits, newMembers));
        if (!isSet(request, Param.REASONING)) {
            caps.reasoningEffort()
                    .ifPresent(effort ->
                            addIfUnset(request, Param.REASONING_EFFORT, JsonText.quote(effort), edits, newMembers));
        }
    }

    private static void capTokens(ChatRequest request, long cap, List<Edit> edits, StringBuilder newMembers) {
        boolean set = false;
        for (Param param : List.of(Param.MAX_COMPLETION_TOKENS, Param.MAX_TOKENS)) {
            Optional<Param.Value> value = request.value(param).filter(v -> !v.isNull());
            set |= value.isPresent();
            value.filter(v -> exceeds(request, v, cap))
                    .ifPresent(v -> edits.add(new Edit(v.span(), Long.toString(cap))));
        }
        if (!set) {
            Param written = request.value(Param.MAX_TOKENS).isEmpty()
                            && request.value(Param.MAX_COMPLETION_TOKENS).isPresent()
                    ? Param.MAX_COMPLETION_TOKENS
                    : Param.MAX_TOKENS;
            addIfUnset(request, written, Long.toString(cap), edits, newMembers);
        }
    }

    /** A number too long to be read counts as too large; a value that is no number is the upstream's to refuse. */
    private static boolean exceeds(ChatRequest request, Param.Value value, long cap) {
        return value.isNumber()
                && request.number(value)
                        .map(number -> number.compareTo(BigDecimal.valueOf(cap)) > 0)
                        .orElse(true);
    }

    /** Null is how some SDKs write "unset": its bytes give way. */
    private static void addIfUnset(
            ChatRequest request, Param param, String json, List<Edit> edits, StringBuilder newMembers) {
        Optional<Param.Value> present = request.value(param);
        if (present.isEmpty()) {
            appendMember(newMembers, param, json);
        } else if (present.get().isNull()) {
            edits.add(new Edit(present.get().span(), json));
        }
    }

    private static boolean isSet(ChatRequest request, Param param) {
        return request.value(param).filter(value -> !value.isNull()).isPresent();
    }

    /** Every request has a model, so there is always a member before the new ones. */
    private static void appendMember(StringBuilder newMembers, Param param, String json) {
        newMembers.append(",\"").append(param.key()).append("\":").append(json);
    }

    private static int afterLastMember(ChatRequest request) {
        int offset = request.rootEnd();
        while (isWhitespace(request.bytes()[offset - 1])) {
            offset--;
        }
        return offset;
    }

    private static boolean isBlank(byte[] body, int from, int to) {
        for (int i = from; i < to; i++) {
            if (!isWhitespace(body[i])) {
                return false;
            }
        }
        return true;
    }

    private static boolean isWhitespace(byte b) {
        return b == ' ' || b == '\t' || b == '\r' || b == '\n';
    }
}

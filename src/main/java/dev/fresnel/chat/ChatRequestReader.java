package dev.fresnel.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.fresnel.value.GatewayException;
import dev.fresnel.value.GatewayFailure.InvalidRequest;
import dev.fresnel.value.ModelName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of {@code POST /v1/chat/completions} in one pass of a strict JSON parser, keeping offsets instead of copies.
 *
 * <p>It refuses only what makes routing ambiguous or impossible: text that is not JSON, no model, no list of messages, a key repeated on
 * which routing hangs, and a {@code stream} that is neither true, false nor null (lenient upstreams take {@code 1} for true, others do not: the form of
 * the reply must not be a guess). Every other oddity is the upstream's to judge and is passed on.
 */
public final class ChatRequestReader {
    private final byte[] body;
    private final JsonCursor json;
    private final ToolReader tools;
    private final Map<Param, Param.Value> params = new EnumMap<>(Param.class);
    private final List<Message> messages = new ArrayList<>();
    private final Set<Feature> features = EnumSet.noneOf(Feature.class);
    private final ToolLoop toolLoop = new ToolLoop();
    private List<String> toolNames = List.of();
    private List<String> functionNames = List.of();
    private Optional<Param.Value> includeUsage = Optional.empty();
    private Optional<Feature> answerFormat = Optional.empty();
    private boolean spokenAnswer;
    private boolean pinnedHistory;
    private @Nullable ModelName model;

    private ChatRequestReader(byte[] body, JsonCursor json) {
        this.body = body;
        this.json = json;
        this.tools = new ToolReader(json);
    }

    /**
     * Reads a body. The request keeps the array; nobody may write to it afterwards.
     *
     * @return a {@link ChatRequest}; an {@link OpaqueChat} if the body is not in UTF-8, starts with a byte order mark, or nests deeper than 64
     * @throws GatewayException with {@link InvalidRequest} naming the place, as the class comment lists
     */
    public static ParsedChat read(byte[] body) {
        Optional<String> foreign = Utf8.foreign(body);
        if (foreign.isPresent()) {
            return new OpaqueChat(foreign.get());
        }
        try (JsonCursor json = new JsonCursor(body)) {
            return read(body, json);
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory does no I/O", e);
        }
    }

    private static ParsedChat read(byte[] body, JsonCursor json) throws IOException {
        try {
            return new ChatRequestReader(body, json).request();
        } catch (StreamConstraintsException e) {
            // Depth, or keys crafted to collide in the parser's name table: the upstream may cope, we need not.
            return new OpaqueChat("nested deeper than " + JsonCursor.MAX_DEPTH + " levels");
        } catch (JsonProcessingException e) {
            throw ChatProblems.notJson(body, json.path(), e);
        }
    }

    private ChatRequest request() throws IOException {
        JsonToken root = json.next();
        if (root == null) {
            throw ChatProblems.empty();
        }
        if (root != JsonToken.START_OBJECT) {
            throw ChatProblems.refuse(
                    "The request body must be a JSON object with \"model\" and \"messages\".", "", "invalid_type");
        }
        while (json.nextKey()) {
            topLevel(json.key());
        }
        int rootEnd = json.start();
        if (json.next() != null) {
            throw ChatProblems.refuse(
                    "The request body goes on after the end of its JSON object (byte " + (rootEnd + 1)
                            + "). Send exactly one object.",
                    "",
                    "invalid_json");
        }
        return finish(rootEnd);
    }

    private ChatRequest finish(int rootEnd) {
        ModelName named = model;
        if (named == null) {
            throw ChatProblems.refuse(
                    "'model' is missing. Name the model to ask.", "model", "missing_required_parameter");
        }
        if (!params.containsKey(Param.MESSAGES)) {
            throw ChatProblems.refuse(
                    "'messages' is missing. Send the conversation as an array.",
                    "messages",
                    "missing_required_parameter");
        }
        List<String> tools = new ArrayList<>(toolNames);
        tools.addAll(functionNames);
        collectFeatures();
        ChatRequest.Findings findings = new ChatRequest.Findings(
                named,
                is(Param.STREAM, JsonToken.VALUE_TRUE),
                includeUsage,
                messages,
                tools,
                features,
                pinnedHistory
                        || is(Param.STORE, JsonToken.VALUE_TRUE)
                        || isSet(Param.PREVIOUS_RESPONSE_ID)
                        || isSet(Param.CONVERSATION),
                toolLoop.isOpen(),
                rootEnd);
        return new ChatRequest(body, params, findings);
    }

    private void collectFeatures() {
        if (isNonEmptyList(Param.TOOLS) || isNonEmptyList(Param.FUNCTIONS)) {
            features.add(Feature.TOOLS);
        }
        if (isSet(Param.AUDIO) || spokenAnswer) {
            features.add(Feature.AUDIO);
        }
        if (is(Param.LOGPROBS, JsonToken.VALUE_TRUE) || isSet(Param.TOP_LOGPROBS)) {
            features.add(Feature.LOGPROBS);
        }
        if (isSet(Param.PREDICTION)) {
            features.add(Feature.PREDICTION);
        }
        if (isSet(Param.WEB_SEARCH_OPTIONS)) {
            features.add(Feature.WEB_SEARCH);
        }
        answerFormat.ifPresent(features::add);
    }

    private boolean is(Param param, JsonToken token) {
        Param.Value value = params.get(param);
        return value != null && value.token() == token;
    }

    private boolean isSet(Param param) {
        Param.Value value = params.get(param);
        return value != null && !value.isNull();
    }

    /** An array with anything between its brackets; an empty one asks for nothing. */
    private boolean isNonEmptyList(Param param) {
        Param.Value value = params.get(param);
        if (value == null || value.token() != JsonToken.START_ARRAY) {
            return false;
        }
        for (int i = value.span().start() + 1; i < value.span().end() - 1; i++) {
            if (body[i] > ' ') {
                return true;
            }
        }
        return false;
    }

    private void topLevel(String key) throws IOException {
        Param param = Param.ofKey(key);
        JsonToken token = json.nextValue();
        if (param == null) {
            json.skip();
            return;
        }
        if (param.repeat() == Param.Repeat.REFUSED && params.containsKey(param)) {
            throw ChatProblems.refuse(
                    "'" + key + "' stands twice in the request body. Send it once: it decides where the request goes.",
                    key,
                    "duplicate_parameter");
        }
        int start = json.start();
        Span span = switch (param) {
            case MODEL -> model(token);
            case MESSAGES -> messages(token, start);
            case STREAM -> stream(token);
            case STREAM_OPTIONS -> streamOptions(token, start);
            case TOOLS -> {
                toolNames = new ArrayList<>();
                yield tools.tools(token, start, toolNames);
            }
            case FUNCTIONS -> {
                functionNames = new ArrayList<>();
                yield tools.tools(token, start, functionNames);
            }
            case RESPONSE_FORMAT -> responseFormat(token, start);
            case MODALITIES -> modalities(token, start);
            case MAX_COMPLETION_TOKENS,
                    MAX_TOKENS,
                    TEMPERATURE,
                    REASONING_EFFORT,
                    REASONING,
                    N,
                    AUDIO,
                    LOGPROBS,
                    TOP_LOGPROBS,
                    PREDICTION,
                    WEB_SEARCH_OPTIONS,
                    STORE,
                    PREVIOUS_RESPONSE_ID,
                    CONVERSATION -> json.skipSpan();
        };
        params.put(param, new Param.Value(token, span));
    }

    private Span model(JsonToken token) throws IOException {
        if (token != JsonToken.VALUE_STRING) {
            throw ChatProblems.wrongType("model", "a string, the name of the model to ask");
        }
        Span span = json.skipSpan();
        String name = json.text();
        if (name.isBlank()) {
            throw ChatProblems.refuse("'model' is empty. Name the model to ask.", "model", "invalid_value");
        }
        if (name.chars().anyMatch(Character::isISOControl)) {
            throw ChatProblems.refuse(
                    "'model' holds a control character. Name the model to ask.", "model", "invalid_value");
        }
        model = new ModelName(name);
        return span;
    }

    private Span stream(JsonToken token) throws IOException {
        if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE && token != JsonToken.VALUE_NULL) {
            throw ChatProblems.wrongType("stream", "true, false or null");
        }
        return json.skipSpan();
    }

    private Span streamOptions(JsonToken token, int start) throws IOException {
        if (token != JsonToken.START_OBJECT) {
            return json.skipSpan();
        }
        while (json.nextKey()) {
            boolean wanted = json.key().equals("include_usage");
            JsonToken value = json.nextValue();
            Span span = json.skipSpan();
            if (wanted) {
                includeUsage = Optional.of(new Param.Value(value, span));
            }
        }
        return json.closed(start);
    }

    private Span responseFormat(JsonToken token, int start) throws IOException {
        if (token != JsonToken.START_OBJECT) {
            return json.skipSpan();
        }
        answerFormat = json.lastString("type").flatMap(type -> switch (type) {
            case "json_object" -> Optional.of(Feature.JSON_OBJECT);
            case "json_schema" -> Optional.of(Feature.JSON_SCHEMA);
            default -> Optional.empty();
        });
        return json.closed(start);
    }

    private Span modalities(JsonToken token, int start) throws IOException {
        if (token != JsonToken.START_ARRAY) {
            return json.skipSpan();
        }
        while (json.nextValue() != JsonToken.END_ARRAY) {
            spokenAnswer |= json.at(JsonToken.VALUE_STRING) && json.text().equals("audio");
            json.skip();
        }
        return json.closed(start);
    }

    private Span messages(JsonToken token, int start) throws IOException {
        if (token != JsonToken.START_ARRAY) {
            throw ChatProblems.wrongType("messages", "an array of messages");
        }
        while (json.nextValue() != JsonToken.END_ARRAY) {
            if (!json.at(JsonToken.START_OBJECT)) {
                throw ChatProblems.wrongType(
                        "messages[" + messages.size() + "]", "an object with \"role\" and \"content\"");
            }
            messages.add(message());
        }
        return json.closed(start);
    }

    private Message message() throws IOException {
        int start = json.start();
        String at = "messages[" + messages.size() + "]";
        @Nullable Role role = null;
        MessageContent content = MessageContent.none();
        ToolLoop.Turn turn = new ToolLoop.Turn();
        while (json.nextKey()) {
            String key = json.key();
            JsonToken token = json.nextValue();
            switch (key) {
                case "role" -> {
                    if (token != JsonToken.VALUE_STRING) {
                        throw ChatProblems.wrongType(at + ".role", "a string such as \"user\"");
                    }
                    role = Role.ofWire(json.text());
                }
                case "content" -> content = MessageContent.read(json, token);
                case "tool_calls", "function_call" -> tools.calls(token, turn);
                case "tool_call_id" -> {
                    turn.answers(token == JsonToken.VALUE_STRING ? json.text() : "");
                    json.skip();
                }
                case "audio" -> {
                    // An assistant's earlier spoken answer is sent back by its id.
                    pinnedHistory |= token == JsonToken.START_OBJECT;
                    if (token == JsonToken.START_OBJECT) {
                        features.add(Feature.AUDIO);
                    }
                    json.skip();
                }
                case "thinking_blocks", "reasoning_details" -> {
                    pinnedHistory |= token == JsonToken.START_ARRAY || token == JsonToken.START_OBJECT;
                    json.skip();
                }
                default -> json.skip();
            }
        }
        if (role == null) {
            throw ChatProblems.refuse(
                    "'" + at + ".role' is missing. Say who speaks: system, developer, user, assistant or tool.",
                    at + ".role",
                    "missing_required_parameter");
        }
        Span span = json.closed(start);
        pinnedHistory |= content.pinned();
        features.addAll(content.features());
        toolLoop.add(role, turn);
        if (turn.calls().isPresent() || role == Role.TOOL || role == Role.FUNCTION) {
            features.add(Feature.TOOLS);
        }
        return new Message(role, span, content.content(), turn.calls(), content.images());
    }
}

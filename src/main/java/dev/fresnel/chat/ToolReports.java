package dev.fresnel.chat;

import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Whether the tools that an answer called report an error in the next request. Only what says so in so many words counts: content that is a JSON object with
 *
 * <ul>
 *   <li>{@code isError} or {@code is_error}: {@code true} (as the Model Context Protocol has it), or
 *   <li>{@code error}: {@code true}, an object, or a string that is not empty, or
 *   <li>{@code exit_code}, {@code exitCode}, {@code exit_status}, {@code returncode}: a whole number other than 0.
 * </ul>
 *
 * <p>Prose is not guessed at: "error" is in the output of many a tool that worked.
 */
public final class ToolReports {
    /** A longer report is a result, not an error message. */
    private static final int MAX_REPORT = 64 * 1024;

    private ToolReports() {}

    /** Looks at the tool messages at the end of the conversation. Not for an event loop: it decodes them. */
    public static boolean tellOfAnError(ChatRequest request) {
        List<Message> messages = request.messages();
        for (int i = messages.size() - 1; i >= 0 && isReport(messages.get(i)); i--) {
            if (tellsOfAnError(messages.get(i).text())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isReport(Message message) {
        return message.role() == Role.TOOL || message.role() == Role.FUNCTION;
    }

    static boolean tellsOfAnError(String content) {
        if (content.length() > MAX_REPORT || !content.stripLeading().startsWith("{")) {
            return false;
        }
        boolean error = false;
        try (JsonCursor json = new JsonCursor(content.getBytes(StandardCharsets.UTF_8))) {
            if (json.next() != JsonToken.START_OBJECT) {
                return false;
            }
            while (json.nextKey()) {
                String key = json.key();
                JsonToken token = json.nextValue();
                error |= switch (key) {
                    case "isError", "is_error" -> token == JsonToken.VALUE_TRUE;
                    case "error" ->
                        token == JsonToken.VALUE_TRUE
                                || token == JsonToken.START_OBJECT
                                || (token == JsonToken.VALUE_STRING
                                        && !json.text().isBlank());
                    case "exit_code", "exitCode", "exit_status", "returncode" ->
                        token == JsonToken.VALUE_NUMBER_INT
                                && !json.text().equals("0")
                                && !json.text().equals("-0");
                    default -> false;
                };
                json.skip();
            }
            return error && json.next() == null;
        } catch (IOException notJson) {
            // Prose, or a part of something.
            return false;
        }
    }
}

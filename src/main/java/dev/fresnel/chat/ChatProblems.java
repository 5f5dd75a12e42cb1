package dev.fresnel.chat;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import dev.fresnel.value.GatewayException;
import dev.fresnel.value.GatewayFailure.InvalidRequest;
import java.util.Optional;

/** What is wrong with a request's body, in words for the client: where, and what to send instead. Quotes nothing of it. */
final class ChatProblems {
    private ChatProblems() {}

    static GatewayException empty() {
        return refuse(
                "The request body is empty. Send a JSON object with \"model\" and \"messages\".", "", "invalid_json");
    }

    /** The parser's own message quotes the body; what a client reads, and a log may keep, does not. */
    static GatewayException notJson(byte[] body, String path, JsonProcessingException e) {
        if (isBlank(body)) {
            return empty();
        }
        JsonLocation place = e.getLocation();
        String where = place == null
                ? ""
                : " at line " + place.getLineNr() + ", column " + place.getColumnNr() + " (byte "
                        + place.getByteOffset() + ")";
        String what = e instanceof JsonEOFException
                ? " It ends in the middle of a value: was it cut off?"
                : " Check quotes, commas and brackets around there.";
        return new GatewayException(
                invalid(
                        "The request body is not valid JSON" + where + (path.isEmpty() ? "" : ", in " + path) + "."
                                + what,
                        path,
                        "invalid_json"),
                e);
    }

    private static boolean isBlank(byte[] body) {
        for (byte b : body) {
            if (b != ' ' && b != '\t' && b != '\r' && b != '\n') {
                return false;
            }
        }
        return true;
    }

    static GatewayException refuse(String message, String param, String code) {
        return new GatewayException(invalid(message, param, code));
    }

    private static InvalidRequest invalid(String message, String param, String code) {
        return new InvalidRequest(message, param.isEmpty() ? Optional.empty() : Optional.of(param), code);
    }

    /** @param param path of the field */
    static GatewayException wrongType(String param, String wanted) {
        return refuse("'" + param + "' must be " + wanted + ".", param, "invalid_type");
    }
}

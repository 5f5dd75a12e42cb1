package dev.fresnel.app;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/** What an admin listener says when it refuses, for people. */
final class AdminRefusal {
    private static final JsonFactory JSON = new JsonFactory();

    private AdminRefusal() {}

    /** Whether an admin listener said that, and not something else that answers there. */
    static boolean isOne(String body) {
        return body.startsWith("{\"error\":{\"code\":");
    }

    /** {@code error.message} of a refusal; a body that is none as it is, since something else may answer there. */
    static String message(String body) {
        try (JsonParser json = JSON.createParser(body)) {
            while (json.nextToken() != null) {
                if (json.currentToken() == JsonToken.FIELD_NAME
                        && json.currentName().equals("message")
                        && json.nextToken() == JsonToken.VALUE_STRING) {
                    return json.getText();
                }
            }
        } catch (IOException notJson) {
            return body.strip();
        }
        return body.strip();
    }
}

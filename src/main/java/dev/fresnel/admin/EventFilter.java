package dev.fresnel.admin;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.fresnel.value.TenantId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/** Which events somebody wants to see. */
record EventFilter(Optional<TenantId> tenant, Optional<String> type) {
    /**
     * What an event says of itself.
     *
     * @param tenant empty: it is the gateway's
     */
    record Label(String type, Optional<String> tenant) {
        static Label of(String json) {
            String type = "";
            Optional<String> tenant = Optional.empty();
            try (JsonParser parser = AdminReply.JSON_FACTORY.createParser(json)) {
                parser.nextToken();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    JsonToken value = parser.nextToken();
                    if (name.equals("type")) {
                        type = parser.getText();
                    } else if (name.equals("tenant") && value == JsonToken.VALUE_STRING) {
                        tenant = Optional.of(parser.getText());
                    }
                    parser.skipChildren();
                }
            } catch (IOException bug) {
                throw new UncheckedIOException("an event of ours is JSON", bug);
            }
            return new Label(type, tenant);
        }
    }

    boolean takes(Label label) {
        return tenant.map(id -> label.tenant().equals(Optional.of(id.value()))).orElse(true)
                && type.map(label.type()::equals).orElse(true);
    }

    boolean takes(String json) {
        return (tenant.isEmpty() && type.isEmpty()) || takes(Label.of(json));
    }
}

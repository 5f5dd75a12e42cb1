package dev.fresnel.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.fresnel.value.TenantId;
import io.vertx.core.http.HttpServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** What an operation answers. */
public sealed interface AdminReply {
    JsonFactory JSON_FACTORY = new JsonFactory();

    /** What is answered where there is nothing more to say than that it was done. */
    JsonBody DONE = json -> {
        json.writeStartObject();
        json.writeBooleanField("done", true);
        json.writeEndObject();
    };

    /**
     * A change that was made. The listener leaves its audit event before it answers.
     *
     * @param json the body
     * @param tenant whose it was; empty: the gateway's
     * @param subject what was changed: an id, the short form of a key, or how many; never text of a client, never a secret
     */
    record Changed(String json, Optional<TenantId> tenant, String subject) implements AdminReply {}

    /** Something that was looked up, whole. */
    record Whole(int status, String contentType, String body, Map<String, String> headers) implements AdminReply {
        public Whole {
            headers = Map.copyOf(headers);
        }
    }

    /** Something too long, or too lasting, for memory: {@code writer} gets the response with its head set, and ends it. */
    record Streamed(String contentType, Consumer<HttpServerResponse> writer) implements AdminReply {}

    /** Why not, with everything that is wrong at once. */
    record Refused(ErrorCode code, List<RequestProblem> problems) implements AdminReply {
        public Refused {
            if (problems.isEmpty()) {
                throw new IllegalArgumentException("a refusal says why");
            }
            problems = List.copyOf(problems);
        }
    }

    /** A JSON value as Jackson's generator takes it. */
    @FunctionalInterface
    interface JsonBody {
        void writeTo(JsonGenerator json) throws IOException;
    }

    static AdminReply json(JsonBody body) {
        return json(text(body));
    }

    /** @param body already JSON */
    static AdminReply json(String body) {
        return new Whole(200, "application/json", body, Map.of());
    }

    static Changed changed(JsonBody body, TenantId tenant, String subject) {
        return new Changed(text(body), Optional.of(tenant), subject);
    }

    static Refused refused(ErrorCode code, String message) {
        return new Refused(code, List.of(RequestProblem.of(message)));
    }

    static Refused notFound(String message) {
        return refused(ErrorCode.NOT_FOUND, message);
    }

    static Refused storeAway() {
        return refused(ErrorCode.STORE_UNAVAILABLE, "The store does not answer; nothing may have changed. Try again.");
    }

    /** The JSON text of {@code body}. */
    static String text(JsonBody body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
        try (JsonGenerator generator = JSON_FACTORY.createGenerator(out)) {
            body.writeTo(generator);
        } catch (IOException e) {
            throw new UncheckedIOException("an array in memory cannot fail to be written", e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}

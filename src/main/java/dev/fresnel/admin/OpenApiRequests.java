package dev.fresnel.admin;

import io.vertx.core.Future;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The description of the admin API, as OpenAPI 3.1. A test holds it and the table of operations together. Immutable. */
public final class OpenApiRequests implements OperationGroup {
    private static final String RESOURCE = "/admin/openapi.yaml";

    private final String text;

    /** Reads the file from the class path. */
    public OpenApiRequests() {
        try (InputStream file = OpenApiRequests.class.getResourceAsStream(RESOURCE)) {
            text = new String(
                    Objects.requireNonNull(file, RESOURCE + " is part of the build")
                            .readAllBytes(),
                    StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the class path cannot be read", e);
        }
    }

    @Override
    public List<Operation> operations() {
        return List.of(Operation.get(
                "/admin/openapi.yaml",
                _ -> Future.succeededFuture(
                        new AdminReply.Whole(200, "application/yaml; charset=utf-8", text, Map.of()))));
    }
}

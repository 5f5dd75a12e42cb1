package dev.fresnel.edge;

import dev.fresnel.chat.JsonText;
import dev.fresnel.exchange.ErrorDialect;
import dev.fresnel.value.GatewayFailure;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/** Failures in the shape OpenAI's SDKs read: {@code {"error":{"message","type","param","code"}}}. Stateless. */
public final class OpenAiErrors implements ErrorDialect {
    private record Shape(int status, String type, Optional<String> param, String code) {}

    @Override
    public int status(GatewayFailure failure) {
        return shape(failure).status();
    }

    @Override
    public String code(GatewayFailure failure) {
        return shape(failure).code();
    }

    @Override
    public Buffer body(GatewayFailure failure) {
        return Buffer.buffer(json(failure));
    }

    @Override
    public Buffer streamEvent(GatewayFailure failure) {
        return Buffer.buffer("data: " + json(failure) + "\n\n");
    }

    private static String json(GatewayFailure failure) {
        Shape shape = shape(failure);
        return "{\"error\":{\"message\":" + JsonText.quote(failure.publicMessage())
                + ",\"type\":" + JsonText.quote(shape.type())
                + ",\"param\":" + shape.param().map(JsonText::quote).orElse("null")
                + ",\"code\":" + JsonText.quote(shape.code()) + "}}";
    }

    /** The one place that turns a failure into a status. */
    private static Shape shape(GatewayFailure failure) {
        return switch (failure) {
            case GatewayFailure.InvalidRequest f -> new Shape(400, "invalid_request_error", f.param(), f.code());
            case GatewayFailure.UnknownUrl _ -> plain(404, "invalid_request_error", "unknown_url");
            case GatewayFailure.WrongMethod _ -> plain(405, "invalid_request_error", "method_not_supported");
            case GatewayFailure.UnknownExpectation _ -> plain(417, "invalid_request_error", "expectation_failed");
            case GatewayFailure.HeadTooLarge _ -> plain(431, "invalid_request_error", "request_head_too_large");
            case GatewayFailure.Unauthenticated _ -> plain(401, "invalid_request_error", "invalid_api_key");
            case GatewayFailure.MissingScope _ -> plain(403, "invalid_request_error", "missing_scope");
            case GatewayFailure.ModelNotAllowed _ ->
                new Shape(403, "invalid_request_error", Optional.of("model"), "model_not_found");
            case GatewayFailure.ModelNotFound _ ->
                new Shape(404, "invalid_request_error", Optional.of("model"), "model_not_found");
            case GatewayFailure.ClientTooSlow _ -> plain(408, "invalid_request_error", "request_timeout");
            case GatewayFailure.TooLarge _ -> plain(413, "invalid_request_error", "request_too_large");
            case GatewayFailure.UnsupportedMedia _ -> plain(415, "invalid_request_error", "unsupported_media_type");
            case GatewayFailure.OverBudget _ -> plain(429, "insufficient_quota", "insufficient_quota");
            case GatewayFailure.RateLimited _ -> plain(429, "rate_limit_error", "rate_limit_exceeded");
            case GatewayFailure.UpstreamUnavailable _ -> plain(502, "server_error", "upstream_unavailable");
            case GatewayFailure.StreamBroken _ -> plain(502, "server_error", "upstream_stream_broken");
            case GatewayFailure.UpstreamTimeout _ -> plain(504, "server_error", "upstream_timeout");
            case GatewayFailure.LensUnavailable _ -> plain(503, "server_error", "lens_unavailable");
            case GatewayFailure.StoreUnavailable _ -> plain(503, "server_error", "store_unavailable");
            case GatewayFailure.ShuttingDown _ -> plain(503, "server_error", "server_is_overloaded");
            case GatewayFailure.Internal _ -> plain(500, "server_error", "internal_error");
        };
    }

    private static Shape plain(int status, String type, String code) {
        return new Shape(status, type, Optional.empty(), code);
    }
}

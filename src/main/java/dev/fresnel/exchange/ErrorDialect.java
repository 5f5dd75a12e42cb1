package dev.fresnel.exchange;

import dev.fresnel.value.GatewayFailure;
import io.vertx.core.buffer.Buffer;

/** How one API family words an error. The edge has one per endpoint family; the exchange only asks for the bytes. */
public interface ErrorDialect {
    /** The HTTP status the family's SDKs expect for this failure. */
    int status(GatewayFailure failure);

    /** The error's own name, as in {@link #body}. */
    String code(GatewayFailure failure);

    /** The whole body of an error reply, as JSON. */
    Buffer body(GatewayFailure failure);

    /** The event that tells a client mid-stream that the rest will not come, blank line included. */
    Buffer streamEvent(GatewayFailure failure);
}

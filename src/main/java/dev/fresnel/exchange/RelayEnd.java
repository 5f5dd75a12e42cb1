package dev.fresnel.exchange;

import dev.fresnel.value.GatewayFailure;

/** How a reply ended, as seen from the relay. */
public sealed interface RelayEnd {
    /** Every byte of the upstream's reply reached the client's connection, the protocol's terminal marker included. */
    record Complete() implements RelayEnd {}

    /** The client left; the upstream was reset, so it stops generating. */
    record ClientGone() implements RelayEnd {}

    /** The upstream broke off, or stood still too long; the client saw an error event and a cut connection. */
    record Broken(GatewayFailure failure) implements RelayEnd {}
}

package dev.fresnel.upstream;

import dev.fresnel.value.RequestId;
import io.vertx.core.MultiMap;

/**
 * Follows requests, and the calls that are made for them, from process to process. Never blocks and never throws; thread-safe. {@link #OFF}
 * follows nothing, costs nothing and leaves every header alone.
 */
public interface Tracing {
    Tracing OFF = new Tracing() {
        @Override
        public void arrived(RequestId request, String method, String route, MultiMap headers, long agoNanos) {}

        @Override
        public CallTrace call(RequestId request, CallPurpose purpose, Upstream upstream, String model) {
            return CallTrace.NONE;
        }
    };

    /**
     * A client's request begins. It ends with its {@code ExchangeEvent.Finished}.
     *
     * @param route of the path, from a closed set
     * @param headers may say which trace it belongs to
     * @param agoNanos since its head arrived
     */
    void arrived(RequestId request, String method, String route, MultiMap headers, long agoNanos);

    /**
     * A call begins.
     *
     * @param request for which it is made; it may be over
     * @param model as the upstream knows it; empty where that is not known
     */
    CallTrace call(RequestId request, CallPurpose purpose, Upstream upstream, String model);
}

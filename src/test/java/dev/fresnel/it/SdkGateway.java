package dev.fresnel.it;

import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.TestGateway;

/** Gateways as the tests of this package run them: one provider for all models, routes by the requested model's name. */
final class SdkGateway {
    private SdkGateway() {}

    /**
     * Open to everyone. {@code off-large} is on a route without delegation. {@code large} goes by the multi-part rule, or by header,
     * and waits for its lens; {@code large-behind} has its lens written behind the first request, and {@code large-auto} where it
     * pays. The provider's own credential is the client's.
     */
    static TestGateway start(FakeUpstream provider) {
        return start(provider, "", "");
    }

    /** {@link #start(FakeUpstream)} with at most so many connections to the provider. */
    static TestGateway narrow(FakeUpstream provider, int connections) {
        return start(provider, "", ", pool: { max-connections: " + connections + ", max-queue: 1000 }");
    }

    /** {@link #start(FakeUpstream)} for holders of this key only. */
    static TestGateway keyed(FakeUpstream provider, String key) {
        return start(provider, "keys: [\"" + key + "\"]", "");
    }

    private static TestGateway start(FakeUpstream provider, String tenantKeys, String pool) {
        return TestGateway.start("""
                limits: { event-loops: 2 }
                upstreams:
                  provider: { base-url: "%s", timeouts: { connect: 5s, first-byte: 30s, idle: 30s }%s }
                models:
                  off-large:    { upstream: provider, tier: large, price: { input: 2.50, cached-input: 1.25, output: 10.00 } }
                  large:        { upstream: provider, tier: large, price: { input: 2.50, cached-input: 1.25, output: 10.00 } }
                  large-behind: { upstream: provider, tier: large, price: { input: 2.50, cached-input: 1.25, output: 10.00 } }
                  large-auto:   { upstream: provider, tier: large, price: { input: 2.50, cached-input: 1.25, output: 10.00 } }
                  lens-writer:  { upstream: provider, tier: large, price: { input: 2.50, cached-input: 1.25, output: 10.00 } }
                  small:        { upstream: provider, tier: small, price: { input: 0.15, cached-input: 0.075, output: 0.60 } }
                workers:
                  fast-worker: { model: small, lens: true }
                tenants:
                  - id: acme
                    %s
                    smart: lens-writer
                    arms: [direct, fast-worker]
                    rules: { break-even: false }
                    routes:
                      - { match: { model: "off-*" }, mode: off }
                      - { match: { model: "large" }, mode: rules, lens: { build: inline } }
                      - { match: { model: "large-behind" }, mode: rules, lens: { build: background } }
                      - { match: { model: "large-auto" }, mode: rules, lens: { build: auto } }
                """.formatted(provider.baseUri(), pool, tenantKeys));
    }
}

package dev.fresnel.testing;

import io.vertx.core.Vertx;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A smart and a cheap model on real sockets, as {@link TestGateway#twoModels} wants them. Registered as an extension it lives as long as one test.
 * Script them by {@link FakeUpstream#byDefault} and its kin.
 */
public final class TwoModels implements AfterEachCallback {
    private final Vertx vertx = Vertx.vertx();
    private final FakeUpstream smart = FakeUpstream.start(vertx);
    private final FakeUpstream cheap = FakeUpstream.start(vertx);

    /** Two that answer so unless a test says otherwise. */
    public static TwoModels answering(Script smart, Script cheap) {
        TwoModels models = new TwoModels();
        models.smart.byDefault(smart);
        models.cheap.byDefault(cheap);
        return models;
    }

    public Vertx vertx() {
        return vertx;
    }

    public FakeUpstream smart() {
        return smart;
    }

    public FakeUpstream cheap() {
        return cheap;
    }

    /** A config with both of them and one tenant, {@code acme}. */
    public String yaml(String route) {
        return TestGateway.twoModels(smart.baseUri(), cheap.baseUri(), route);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        smart.close();
        cheap.close();
        Await.result(vertx.close());
    }
}

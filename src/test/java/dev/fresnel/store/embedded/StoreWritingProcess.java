package dev.fresnel.store.embedded;

import dev.fresnel.lens.LensFixtures;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A process that writes until it is killed: prints the name of every lens once it was flushed. */
final class StoreWritingProcess {
    private StoreWritingProcess() {}

    public static void main(String[] args) {
        Vertx vertx = Vertx.vertx();
        EmbeddedStore store = await(EmbeddedStore.open(vertx, Path.of(args[0]), () -> LensFixtures.NOW, problem -> {
            throw new IllegalStateException(problem.message());
        }));
        EmbeddedLensStore lenses = new EmbeddedLensStore(store, () -> LensFixtures.NOW, 100_000);
        for (int i = 0; ; i++) {
            await(LensFixtures.put(lenses, LensFixtures.key("acme", "k" + i), LensFixtures.stored("s" + i)));
            await(store.flush());
            System.out.println("k" + i);
            System.out.flush();
        }
    }

    private static <T> T await(io.vertx.core.Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }
}

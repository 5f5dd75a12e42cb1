package dev.fresnel.testing;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Holds every reply back until the test lets go, so that a test needs no sleep. Thread-safe. */
public final class HeldScript implements Script {
    private final Script then;
    private final Queue<Runnable> held = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();

    public HeldScript(Script then) {
        this.then = then;
    }

    @Override
    public void play(FakeReply reply) {
        Context context = Objects.requireNonNull(Vertx.currentContext(), "scripts run on an event loop");
        held.add(() -> context.runOnContext(turn -> then.play(reply)));
        waiting.incrementAndGet();
    }

    /** Waits until a request is held. */
    public HeldScript awaitHeld() {
        Await.until("a request that is held back", () -> waiting.get() > 0);
        return this;
    }

    /** Lets go of what is held, at least one request: waits for it, since it may still be on its way. */
    public void release() {
        var _ = awaitHeld();
        for (Runnable next = held.poll(); next != null; next = held.poll()) {
            waiting.decrementAndGet();
            next.run();
        }
    }
}

package dev.fresnel.outcome;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Nested;

/** The stores of the other tests keep what all stores promise, but for damage, which memory does not know. */
class MemoryStoresTest {
    private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

    @Nested
    class Arms extends ArmStateStoreContract {
        private final MemoryArmStateStore store = new MemoryArmStateStore(() -> START);

        @Override
        protected ArmStateStore store() {
            return store;
        }

        @Override
        protected double now() {
            return START.getEpochSecond();
        }

        @Override
        protected void spoil(String field, String value) {
            store.spoil(POPULATION, field, value);
        }

        @Override
        protected int discarded() {
            return store.discarded();
        }
    }

    @Nested
    class Decisions extends DecisionStoreContract {
        private Instant now = START;
        private final MemoryDecisionStore store = new MemoryDecisionStore(() -> now);

        @Override
        protected DecisionStore store() {
            return store;
        }

        @Override
        protected void passes(Duration time) {
            now = now.plus(time);
        }

        @Override
        protected void spoil() {
            store.spoil(ACME, REQUEST);
        }

        @Override
        protected int discarded() {
            return store.discarded();
        }
    }
}

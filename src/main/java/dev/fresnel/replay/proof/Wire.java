package dev.fresnel.replay.proof;

import dev.fresnel.outcome.ArmStateStore;
import dev.fresnel.outcome.AwaitedDecision;
import dev.fresnel.outcome.DecisionStore;
import dev.fresnel.outcome.Flush;
import dev.fresnel.outcome.Flushed;
import dev.fresnel.outcome.Revision;
import dev.fresnel.outcome.Signal;
import dev.fresnel.outcome.Snapshot;
import dev.fresnel.policy.Landmark;
import dev.fresnel.replay.data.DataProblem;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * A network between replicas and their stores that does what networks do: loses calls on their way, loses answers to calls that were done,
 * delivers copies of old calls once more behind later ones, and is down altogether for a while. One per replica, on one thread.
 */
final class Wire {
    private final Weather weather;
    private final Delivery delivery;
    private final List<Flush> old = new ArrayList<>();
    private long copies;

    /** How a flush is delivered. */
    enum Delivery {
        /** As the gateway does: again and again until acknowledged, unchanged, told apart by its sequence. */
        EXACTLY_ONCE,
        /** Likewise, and counted whenever it arrives. */
        AT_LEAST_ONCE,
        /** Sent once, whatever comes of it. */
        AT_MOST_ONCE
    }

    /** What happens to all wires of one schedule, and what has happened. */
    static final class Weather {
        private final RandomGenerator chance;
        private final InstantSource clock;
        private double trouble;
        private boolean down;
        private int lost;
        private int unanswered;
        private int repeated;
        private Optional<DataProblem> problem = Optional.empty();

        /** @param clock of the schedule: it runs faster than a store's */
        Weather(RandomGenerator chance, InstantSource clock) {
            this.chance = chance;
            this.clock = clock;
        }

        /** From now on so many calls of one are lost, half of them after they were done. */
        void trouble(double share) {
            trouble = share;
        }

        void down(boolean isDown) {
            down = isDown;
        }

        boolean isDown() {
            return down;
        }

        double trouble() {
            return trouble;
        }

        int lost() {
            return lost;
        }

        int unanswered() {
            return unanswered;
        }

        int repeated() {
            return repeated;
        }

        /** Throws what a store really failed with: learners take it for the weather. */
        void complain() {
            problem.ifPresent(real -> {
                throw real;
            });
        }
    }

    Wire(Weather weather, Delivery delivery) {
        this.weather = weather;
        this.delivery = delivery;
    }

    private <T> Future<T> call(Supplier<Future<T>> call) {
        double luck = weather.chance.nextDouble();
        if (weather.down || luck < weather.trouble / 2) {
            weather.lost++;
            return Future.failedFuture("lost on its way");
        }
        Future<T> done = done(call);
        if (luck < weather.trouble) {
            weather.unanswered++;
            return Future.failedFuture("the answer was lost");
        }
        return done;
    }

    private <T> Future<T> done(Supplier<Future<T>> call) {
        try {
            return Answered.answered(call.get());
        } catch (DataProblem real) {
            weather.problem = Optional.of(real);
            return Future.failedFuture(real);
        }
    }

    ArmStateStore to(ArmStateStore arms) {
        return new ArmStateStore() {
            @Override
            public Future<Flushed> flush(Flush flush) {
                if (!old.isEmpty() && !weather.down && weather.chance.nextDouble() < weather.trouble / 2) {
                    weather.repeated++;
                    var _ = done(() -> arms.flush(asSent(old.get(weather.chance.nextInt(old.size())))));
                }
                old.add(flush);
                Future<Flushed> told = call(() -> arms.flush(asSent(flush)));
                if (delivery == Delivery.AT_MOST_ONCE && told.failed()) {
                    return done(() -> arms.changes(flush.population(), flush.since()))
                            .map(news -> ours(new Flushed(Flushed.Effect.APPLIED, news, 0, List.of())));
                }
                return told.map(this::ours);
            }

            private Flushed ours(Flushed flushed) {
                return new Flushed(flushed.effect(), ours(flushed.after()), flushed.refused(), flushed.alarms());
            }

            @Override
            public Future<Snapshot> changes(String population, long since) {
                return call(() -> arms.changes(population, since)).map(this::ours);
            }

            private Snapshot ours(Snapshot snapshot) {
                return new Snapshot(
                        weather.clock.millis() / 1e3,
                        snapshot.version(),
                        snapshot.extent(),
                        snapshot.landmarks(),
                        snapshot.cells(),
                        snapshot.former());
            }

            @Override
            public Future<Landmark> identify(
                    String population, String arm, String model, Landmark seen, double seconds) {
                return call(() -> arms.identify(population, arm, model, seen, seconds));
            }

            @Override
            public Future<Void> reset(String population, Optional<String> arm) {
                return call(() -> arms.reset(population, arm).map(true)).mapEmpty();
            }
        };
    }

    /** Where nothing tells flushes apart, each that arrives is a new one. */
    private Flush asSent(Flush flush) {
        return delivery == Delivery.AT_LEAST_ONCE
                ? new Flush(
                        flush.population(),
                        flush.replica() + "-" + ++copies,
                        flush.sequence(),
                        flush.since(),
                        flush.terms(),
                        flush.deltas(),
                        flush.residuals())
                : flush;
    }

    DecisionStore to(DecisionStore decisions) {
        return new DecisionStore() {
            @Override
            public Future<Void> put(AwaitedDecision decision, Duration keepFor) {
                return call(() -> decisions.put(decision, keepFor).map(true)).mapEmpty();
            }

            @Override
            public Future<Void> join(TenantId tenant, RequestId turn, RequestId decision, Duration keepFor) {
                return call(() ->
                                decisions.join(tenant, turn, decision, keepFor).map(true))
                        .mapEmpty();
            }

            @Override
            public Future<Revision> revise(Signal signal) {
                return call(() -> decisions.revise(signal));
            }
        };
    }
}

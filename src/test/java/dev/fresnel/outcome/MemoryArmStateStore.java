package dev.fresnel.outcome;

import dev.fresnel.policy.Alarm;
import dev.fresnel.policy.Arm;
import dev.fresnel.policy.Cusum;
import dev.fresnel.policy.Evidence;
import dev.fresnel.policy.ForwardDecay;
import dev.fresnel.policy.Landmark;
import dev.fresnel.policy.Shared;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A store of arm state that answers at once, on the caller's thread, as long as it is not away. Keeps to the contract of all stores but
 * for damage. Thread-safe.
 */
public final class MemoryArmStateStore implements ArmStateStore {
    private final InstantSource clock;
    private final Map<String, Population> populations = new HashMap<>();
    private boolean away;
    private boolean losesAnswers;
    private int calls;
    private int discarded;

    public MemoryArmStateStore(InstantSource clock) {
        this.clock = clock;
    }

    private static final class Population {
        final Map<String, Landmark> landmarks = new HashMap<>();
        final Map<String, Long> resets = new HashMap<>();
        final Map<String, Map<String, Evidence>> cells = new HashMap<>();
        final Map<String, Map<String, Evidence>> former = new HashMap<>();
        final Map<String, Cusum> drift = new HashMap<>();
        final Map<String, String> models = new HashMap<>();
        final Map<String, Long> replicas = new HashMap<>();
        final Map<String, Long> changed = new HashMap<>();
        long version;
        long whole;
    }

    public synchronized void away(boolean away) {
        this.away = away;
    }

    /** What is asked is done, and nobody hears of it. */
    public synchronized void losesAnswers(boolean loses) {
        this.losesAnswers = loses;
    }

    public synchronized int calls() {
        return calls;
    }

    /** Replaces an entry, by text as in {@link ArmText}; one that is none is forgotten, and counted. */
    synchronized void spoil(String population, String field, String value) {
        Population at = of(population);
        String name = field.substring(2);
        if (field.startsWith("s:")) {
            ArmText.landmark(value).ifPresentOrElse(stored -> at.landmarks.put(name, stored.landmark()), () -> {
                discarded++;
                at.landmarks.remove(name);
            });
        } else {
            int space = name.indexOf(' ');
            Map<String, Evidence> cells = (field.startsWith("o:") ? at.former : at.cells)
                    .computeIfAbsent(name.substring(0, space), _ -> new HashMap<>());
            ArmText.evidence(value).ifPresentOrElse(evidence -> cells.put(name.substring(space + 1), evidence), () -> {
                discarded++;
                cells.remove(name.substring(space + 1));
            });
        }
    }

    synchronized int discarded() {
        return discarded;
    }

    @Override
    public synchronized Future<Flushed> flush(Flush flush) {
        return answer(() -> flushed(flush));
    }

    @Override
    public synchronized Future<Snapshot> changes(String population, long since) {
        return answer(() -> snapshot(of(population), since));
    }

    @Override
    public synchronized Future<Landmark> identify(
            String population, String arm, String model, Landmark seen, double seconds) {
        return answer(() -> {
            Population at = of(population);
            Landmark landmark = at.landmarks.computeIfAbsent(arm, _ -> seen);
            String before = at.models.put(arm, model);
            at.version++;
            return before == null || before.equals(model) ? landmark : jump(at, arm, seconds);
        });
    }

    @Override
    public synchronized Future<Void> reset(String population, Optional<String> arm) {
        return answer(() -> {
                    Population at = of(population);
                    at.whole = ++at.version;
                    for (String name : List.copyOf(at.landmarks.keySet())) {
                        if (arm.isEmpty() || arm.get().equals(name)) {
                            long epoch = at.landmarks
                                            .getOrDefault(name, Landmark.at(0))
                                            .epoch()
                                    + 1;
                            at.landmarks.put(name, new Landmark(epoch, now(), 0));
                            at.resets.put(name, epoch);
                            at.cells.remove(name);
                            at.former.remove(name);
                        }
                    }
                    return true;
                })
                .mapEmpty();
    }

    private <T> Future<T> answer(java.util.function.Supplier<T> work) {
        calls++;
        if (away) {
            return Future.failedFuture("away");
        }
        T answer = work.get();
        return losesAnswers ? Future.failedFuture("the answer was lost") : Future.succeededFuture(answer);
    }

    private Population of(String name) {
        return populations.computeIfAbsent(name, _ -> new Population());
    }

    private double now() {
        return clock.millis() / 1e3;
    }

    private Landmark jump(Population at, String arm, double seconds) {
        Landmark before = at.landmarks.getOrDefault(arm, Landmark.at(0));
        Landmark after = new Landmark(before.epoch(), before.origin(), before.jump() + seconds);
        at.landmarks.put(arm, after);
        at.changed.put(arm, at.version);
        return after;
    }

    private static void setAside(Population at, String arm, double keep) {
        Map<String, Evidence> cells = at.cells.getOrDefault(arm, Map.of());
        Map<String, Evidence> former = at.former.computeIfAbsent(arm, _ -> new HashMap<>());
        boolean better = weight(cells) * (1 - keep) > weight(former);
        Map<String, Evidence> kept = Map.copyOf(better ? cells : former);
        kept.forEach((name, evidence) -> {
            former.put(name, evidence.times((better ? 1 - keep : 1) / keep));
            at.changed.put("former " + arm + " " + name, at.version);
        });
    }

    private static double weight(Map<String, Evidence> cells) {
        return cells.values().stream().mapToDouble(Evidence::weight).sum();
    }

    private Flushed flushed(Flush flush) {
        Population at = of(flush.population());
        if (at.replicas.getOrDefault(flush.replica(), 0L) >= flush.sequence()) {
            return new Flushed(Flushed.Effect.DUPLICATE, snapshot(at, flush.since()), 0, List.of());
        }
        at.version++;
        int refused = 0;
        for (ArmDelta delta : flush.deltas()) {
            refused += add(at, delta, flush.terms().tau()) ? 0 : 1;
        }
        List<Alarm> alarms = new ArrayList<>();
        flush.residuals().forEach((arm, residuals) -> {
            Cusum drift = residuals.after(at.drift.getOrDefault(arm, Cusum.ZERO));
            boolean alarm = drift.exceeds(flush.terms().threshold());
            at.drift.put(arm, alarm ? Cusum.ZERO : drift);
            if (alarm) {
                setAside(at, arm, flush.terms().keep());
                var _ = jump(at, arm, flush.terms().alarmJump());
                alarms.add(new Alarm(
                        flush.population(),
                        new Arm(arm),
                        drift.low() > drift.high() ? Alarm.Direction.WORSE : Alarm.Direction.BETTER));
            }
        });
        at.replicas.put(flush.replica(), flush.sequence());
        return new Flushed(Flushed.Effect.APPLIED, snapshot(at, flush.since()), refused, alarms);
    }

    private boolean add(Population at, ArmDelta delta, double tau) {
        Landmark landmark = at.landmarks.computeIfAbsent(delta.arm(), _ -> delta.landmark());
        Map<String, Evidence> cells = at.cells.computeIfAbsent(delta.arm(), _ -> new HashMap<>());
        if ((landmark.stamp(now()) - landmark.origin()) / tau > ForwardDecay.FAR) {
            Landmark moved = new Landmark(landmark.epoch() + 1, landmark.stamp(now()), landmark.jump());
            double factor = Math.exp((landmark.origin() - moved.origin()) / tau);
            cells.replaceAll((_, evidence) -> evidence.times(factor));
            at.former.getOrDefault(delta.arm(), new HashMap<>()).replaceAll((_, evidence) -> evidence.times(factor));
            at.landmarks.put(delta.arm(), moved);
            at.whole = at.version;
            landmark = moved;
        }
        Evidence evidence = delta.evidence().times(Math.exp((delta.landmark().origin() - landmark.origin()) / tau));
        if (delta.landmark().epoch() < at.resets.getOrDefault(delta.arm(), 0L) || !ArmText.isKept(evidence)) {
            return false;
        }
        cells.merge(delta.cell(), evidence, Evidence::plus);
        at.changed.put(delta.arm() + " " + delta.cell(), at.version);
        return true;
    }

    private Snapshot snapshot(Population at, long since) {
        boolean whole = since == 0 || since < at.whole || since > at.version;
        Map<String, Landmark> landmarks = new HashMap<>();
        at.landmarks.forEach((arm, landmark) -> {
            if (whole || at.changed.getOrDefault(arm, 0L) > since) {
                landmarks.put(arm, landmark);
            }
        });
        List<Cell> cells = told(at, at.cells, "", whole ? -1 : since);
        List<Cell> former = told(at, at.former, "former ", whole ? -1 : since);
        Stream.of(cells, former)
                .flatMap(List::stream)
                .forEach(cell -> landmarks.put(cell.arm(), at.landmarks.getOrDefault(cell.arm(), Landmark.at(0))));
        Shared.Extent extent = whole ? Shared.Extent.WHOLE : Shared.Extent.CHANGES;
        return new Snapshot(now(), at.version, extent, landmarks, cells, former);
    }

    private static List<Cell> told(
            Population at, Map<String, Map<String, Evidence>> known, String changedAs, long since) {
        List<Cell> cells = new ArrayList<>();
        known.forEach((arm, byName) -> byName.forEach((name, evidence) -> {
            if (at.changed.getOrDefault(changedAs + arm + " " + name, 0L) > since) {
                cells.add(new Cell(arm, name, evidence));
            }
        }));
        return cells;
    }
}

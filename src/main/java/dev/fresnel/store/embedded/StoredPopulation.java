package dev.fresnel.store.embedded;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.fresnel.outcome.ArmDelta;
import dev.fresnel.outcome.ArmStateStore;
import dev.fresnel.outcome.ArmText;
import dev.fresnel.outcome.Cell;
import dev.fresnel.outcome.Flush;
import dev.fresnel.outcome.Flushed;
import dev.fresnel.outcome.Snapshot;
import dev.fresnel.policy.Alarm;
import dev.fresnel.policy.Arm;
import dev.fresnel.policy.Cusum;
import dev.fresnel.policy.Evidence;
import dev.fresnel.policy.ForwardDecay;
import dev.fresnel.policy.Landmark;
import dev.fresnel.policy.Residuals;
import dev.fresnel.policy.Shared;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The entries of one population in the {@link EmbeddedStore}, for one operation on the store's thread. Below the population's name:
 *
 * <pre>
 *   s:ARM        landmark          c:ARM CELL   evidence
 *   d:ARM        drift sums        o:ARM CELL   evidence of the arm as it was before an alarm
 *   m:ARM        the model behind the arm
 *   v            version
 * </pre>
 *
 * One process owns the file and hears of every change in the answers to its own flushes. So no index of changes is kept: who asks for
 * them from any version but the last gets everything.
 */
final class StoredPopulation {
    private static final String ARMS = "arms";
    private static final String REPLICAS = "arm-replicas";
    private static final char END = '\0';
    private static final int MAX_REPLICAS = 256;
    private static final double REPLICA_GONE = Duration.ofDays(1).toSeconds();

    private final EmbeddedStore.Access access;
    private final String name;
    private final double now;
    private final Consumer<StoreProblem> problems;
    private final Map<String, ArmText.Stored> landmarks = new LinkedHashMap<>();

    /** Entries of the population; negative until they were counted. */
    private int size = -1;

    StoredPopulation(EmbeddedStore.Access access, String name, double now, Consumer<StoreProblem> problems) {
        this.access = access;
        this.name = name;
        this.now = now;
        this.problems = problems;
    }

    Flushed flush(Flush flush) {
        ArmText.Version before = version();
        if (sequenceOf(flush.replica()) >= flush.sequence()) {
            return new Flushed(Flushed.Effect.DUPLICATE, changes(flush.since()), 0, List.of());
        }
        double tau = flush.terms().tau();
        Set<String> cells = new LinkedHashSet<>();
        boolean moved = false;
        int refused = 0;
        for (ArmDelta delta : flush.deltas()) {
            ArmText.Stored arm =
                    known(delta.arm()).orElseGet(() -> kept(delta.arm(), new ArmText.Stored(delta.landmark(), 0)));
            Landmark landmark = arm.landmark();
            if ((now + landmark.jump() - landmark.origin()) / tau > ForwardDecay.FAR) {
                arm = relandmarked(delta.arm(), arm, tau);
                moved = true;
            }
            if (add(delta, arm, tau)) {
                cells.add(cell(delta.arm(), delta.cell()));
            } else {
                refused++;
            }
        }
        List<Alarm> alarms = watch(flush, cells);
        noteSequence(flush.replica(), flush.sequence());
        ArmText.Version after =
                new ArmText.Version(before.version() + 1, moved ? before.version() + 1 : before.whole());
        put(ARMS, entry("v"), after.text());
        boolean knowsTheRest = flush.since() == before.version() && !moved && before.version() > 0;
        return new Flushed(
                Flushed.Effect.APPLIED,
                knowsTheRest ? snapshot(after.version(), Shared.Extent.CHANGES, cells) : whole(after.version()),
                refused,
                alarms);
    }

    private long sequenceOf(String replica) {
        return text(REPLICAS, entry(replica))
                .map(text -> text.substring(0, Math.max(0, text.indexOf(' '))))
                .flatMap(ArmText::number)
                .map(Double::longValue)
                .orElse(0L);
    }

    private void noteSequence(String replica, long sequence) {
        put(REPLICAS, entry(replica), sequence + " " + now);
        Map<String, byte[]> all = access.withPrefix(REPLICAS, entry(""));
        if (all.size() > MAX_REPLICAS) {
            all.forEach((key, value) -> {
                String text = new String(value, StandardCharsets.UTF_8);
                Optional<Double> seen = ArmText.number(text.substring(text.indexOf(' ') + 1));
                if (seen.filter(at -> at > now - REPLICA_GONE).isEmpty()) {
                    access.remove(REPLICAS, key);
                }
            });
        }
    }

    private boolean add(ArmDelta delta, ArmText.Stored arm, double tau) {
        // Not bounded as the policy's own weights are: what runs over is refused here.
        double factor = Math.exp((delta.landmark().origin() - arm.landmark().origin()) / tau);
        Evidence evidence = delta.evidence().times(factor);
        String key = cell(delta.arm(), delta.cell());
        if (delta.landmark().epoch() < arm.resetEpoch() || !ArmText.isKept(evidence)) {
            return false;
        }
        if (text(ARMS, key).isEmpty()) {
            if (size() >= ArmStateStore.MAX_CELLS) {
                return false;
            }
            size++;
        }
        put(ARMS, key, ArmText.of(evidenceAt(key).plus(evidence)));
        return true;
    }

    private int size() {
        if (size < 0) {
            size = access.withPrefix(ARMS, entry("")).size();
        }
        return size;
    }

    private ArmText.Stored relandmarked(String arm, ArmText.Stored before, double tau) {
        double jump = before.landmark().jump();
        Landmark landmark = new Landmark(before.landmark().epoch() + 1, now + jump, jump);
        double factor = Math.exp((before.landmark().origin() - landmark.origin()) / tau);
        multiply(cell(arm, ""), factor);
        multiply(former(arm, ""), factor);
        return kept(arm, new ArmText.Stored(landmark, before.resetEpoch()));
    }

    private void multiply(String prefix, double factor) {
        access.withPrefix(ARMS, prefix)
                .keySet()
                .forEach(key -> put(ARMS, key, ArmText.of(evidenceAt(key).times(factor))));
    }

    /** Adds the residuals up; an arm beyond the threshold jumps. */
    private List<Alarm> watch(Flush flush, Set<String> changed) {
        List<Alarm> alarms = new ArrayList<>();
        flush.residuals()
                .forEach((arm, residuals) -> known(arm).ifPresent(stored -> {
                    Cusum drift = after(residuals, text(ARMS, entry("d:" + arm)).map(ArmText::drift));
                    if (drift.exceeds(flush.terms().threshold())) {
                        alarms.add(new Alarm(
                                name,
                                new Arm(arm),
                                drift.low() > drift.high() ? Alarm.Direction.WORSE : Alarm.Direction.BETTER));
                        setAside(arm, flush.terms().keep(), changed);
                        jump(arm, stored, flush.terms().alarmJump());
                    } else {
                        put(ARMS, entry("d:" + arm), ArmText.of(drift));
                    }
                }));
        return alarms;
    }

    /**
     * Keeps an arm's evidence beside it as that of its former self, at the weight it has, before the arm jumps: of two former selves
     * the better known one. No room for it means none.
     */
    private void setAside(String arm, double keep, Set<String> changed) {
        Set<String> cells = access.withPrefix(ARMS, cell(arm, "")).keySet();
        Set<String> before = access.withPrefix(ARMS, former(arm, "")).keySet();
        if (weight(cells) * (1 - keep) > weight(before) && size() + cells.size() <= 2 * ArmStateStore.MAX_CELLS) {
            int name = cell(arm, "").length();
            for (String key : cells) {
                String kept = former(arm, key.substring(name));
                put(ARMS, kept, ArmText.of(evidenceAt(key).times((1 - keep) / keep)));
                changed.add(kept);
            }
        } else {
            multiply(former(arm, ""), 1 / keep);
            changed.addAll(before);
        }
        size = -1;
    }

    private double weight(Set<String> keys) {
        return keys.stream().mapToDouble(key -> evidenceAt(key).weight()).sum();
    }

    private static Cusum after(Residuals residuals, Optional<Cusum> before) {
        return residuals.after(before.orElse(Cusum.ZERO));
    }

    @CanIgnoreReturnValue
    private ArmText.Stored jump(String arm, ArmText.Stored stored, double seconds) {
        Landmark before = stored.landmark();
        access.remove(ARMS, entry("d:" + arm));
        return kept(
                arm,
                new ArmText.Stored(
                        new Landmark(before.epoch(), before.origin(), before.jump() + seconds), stored.resetEpoch()));
    }

    Snapshot changes(long since) {
        long version = version().version();
        return since > 0 && since == version ? snapshot(version, Shared.Extent.CHANGES, Set.of()) : whole(version);
    }

    private Snapshot whole(long version) {
        access.withPrefix(ARMS, entry("s:"))
                .keySet()
                .forEach(key -> known(key.substring(entry("s:").length())));
        Set<String> all =
                new LinkedHashSet<>(access.withPrefix(ARMS, entry("c:")).keySet());
        all.addAll(access.withPrefix(ARMS, entry("o:")).keySet());
        return snapshot(version, Shared.Extent.WHOLE, all);
    }

    private Snapshot snapshot(long version, Shared.Extent extent, Set<String> keys) {
        List<Cell> cells = new ArrayList<>();
        List<Cell> former = new ArrayList<>();
        int start = entry("c:").length();
        for (String key : keys) {
            int space = key.indexOf(' ', start);
            Optional<String> arm = space < 0 ? Optional.empty() : Optional.of(key.substring(start, space));
            if (arm.flatMap(this::known).isPresent() && text(ARMS, key).isPresent()) {
                (key.startsWith(entry("o:")) ? former : cells)
                        .add(new Cell(arm.get(), key.substring(space + 1), evidenceAt(key)));
            }
        }
        Map<String, Landmark> plain = new LinkedHashMap<>();
        landmarks.forEach((arm, stored) -> plain.put(arm, stored.landmark()));
        return new Snapshot(now, version, extent, plain, cells, former);
    }

    Landmark identify(String arm, String model, Landmark seen, double seconds) {
        Optional<String> noted = text(ARMS, entry("m:" + arm));
        ArmText.Stored stored = known(arm).orElseGet(() -> kept(arm, new ArmText.Stored(seen, 0)));
        put(ARMS, entry("m:" + arm), model);
        if (noted.isEmpty() || noted.get().equals(model)) {
            return stored.landmark();
        }
        changedAltogether();
        return jump(arm, stored, seconds).landmark();
    }

    void reset(Optional<String> only) {
        access.withPrefix(ARMS, entry("s:")).keySet().forEach(key -> {
            String arm = key.substring(entry("s:").length());
            if (only.isEmpty() || only.get().equals(arm)) {
                long epoch = known(arm).map(stored -> stored.landmark().epoch()).orElse(0L) + 1;
                kept(arm, new ArmText.Stored(new Landmark(epoch, now, 0), epoch));
                access.remove(ARMS, entry("d:" + arm));
                access.withPrefix(ARMS, cell(arm, "")).keySet().forEach(cell -> access.remove(ARMS, cell));
                access.withPrefix(ARMS, former(arm, "")).keySet().forEach(cell -> access.remove(ARMS, cell));
            }
        });
        changedAltogether();
    }

    private void changedAltogether() {
        long next = version().version() + 1;
        put(ARMS, entry("v"), new ArmText.Version(next, next).text());
    }

    private ArmText.Version version() {
        return text(ARMS, entry("v")).map(ArmText::version).orElse(ArmText.Version.NONE);
    }

    @CanIgnoreReturnValue
    private Optional<ArmText.Stored> known(String arm) {
        if (!landmarks.containsKey(arm)) {
            Optional<String> text = text(ARMS, entry("s:" + arm));
            Optional<ArmText.Stored> found = text.flatMap(ArmText::landmark);
            if (text.isPresent() && found.isEmpty()) {
                discarded(entry("s:" + arm));
            }
            found.ifPresent(stored -> landmarks.put(arm, stored));
        }
        return Optional.ofNullable(landmarks.get(arm));
    }

    @CanIgnoreReturnValue
    private ArmText.Stored kept(String arm, ArmText.Stored stored) {
        landmarks.put(arm, stored);
        put(ARMS, entry("s:" + arm), ArmText.of(stored.landmark(), stored.resetEpoch()));
        return stored;
    }

    private Evidence evidenceAt(String key) {
        return text(ARMS, key)
                .map(text -> ArmText.evidence(text).orElseGet(() -> {
                    discarded(key);
                    return Evidence.NONE;
                }))
                .orElse(Evidence.NONE);
    }

    private void discarded(String key) {
        access.remove(ARMS, key);
        problems.accept(new StoreProblem.ValueDiscarded(
                "stored evidence of " + name + " was deleted: " + key.replace(END, ' ') + " holds no number"));
    }

    private String cell(String arm, String cell) {
        return entry("c:" + arm + " " + cell);
    }

    private String former(String arm, String cell) {
        return entry("o:" + arm + " " + cell);
    }

    private String entry(String field) {
        return name + END + field;
    }

    private Optional<String> text(String map, String key) {
        return access.get(map, key).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    private void put(String map, String key, String text) {
        access.put(map, key, text.getBytes(StandardCharsets.UTF_8));
    }
}

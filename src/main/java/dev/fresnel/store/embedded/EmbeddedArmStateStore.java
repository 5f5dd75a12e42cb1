package dev.fresnel.store.embedded;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.fresnel.outcome.ArmDelta;
import dev.fresnel.outcome.ArmScale;
import dev.fresnel.outcome.ArmStateStore;
import dev.fresnel.outcome.ArmText;
import dev.fresnel.outcome.Cell;
import dev.fresnel.outcome.Flush;
import dev.fresnel.outcome.Flushed;
import dev.fresnel.outcome.Snapshot;
import dev.fresnel.outcome.Sums;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What was learned, in the {@link EmbeddedStore}: one entry per arm's scale and per cell, under the population. Does what the script
 * {@code arms_flush.lua} does, word for word, so that both stores agree.
 */
public final class EmbeddedArmStateStore implements ArmStateStore {
    private static final String ARMS = "arms";
    private static final String REPLICAS = "arm-replicas";
    private static final char END = '\0';

    private final EmbeddedStore store;
    private final InstantSource clock;

    /** @param clock what decay is measured on */
    public EmbeddedArmStateStore(EmbeddedStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    @Override
    public Future<Flushed> flush(Flush flush) {
        return store.answered(access -> new Population(access, flush.population()).flush(flush));
    }

    @Override
    public Future<Snapshot> load(String population) {
        return store.answered(access -> new Population(access, population).snapshot());
    }

    @Override
    public Future<Set<String>> populations() {
        return store.answered(access -> {
            Set<String> populations = new TreeSet<>();
            access.withPrefix(ARMS, "").keySet().forEach(key -> populations.add(key.substring(0, key.indexOf(END))));
            return populations;
        });
    }

    @Override
    public Future<ArmScale> jump(String population, String arm, ArmScale seen, double seconds) {
        return store.answered(access -> new Population(access, population).jump(arm, seen, seconds));
    }

    @Override
    public Future<Void> reset(String population, Optional<String> arm) {
        return store.inOrder(access -> new Population(access, population).reset(arm));
    }

    private double now() {
        return clock.millis() / 1e3;
    }

    /** The entries of one population, on the store's thread. */
    private final class Population {
        private final EmbeddedStore.Access access;
        private final String name;
        private final Map<String, ArmText.Stored> scales = new LinkedHashMap<>();

        Population(EmbeddedStore.Access access, String name) {
            this.access = access;
            this.name = name;
        }

        Flushed flush(Flush flush) {
            if (sequenceOf(flush.replica()) >= flush.sequence()) {
                flush.deltas().forEach(delta -> known(delta.arm()));
                return new Flushed(Flushed.Effect.DUPLICATE, named(flush.deltas()), 0);
            }
            int size = access.withPrefix(ARMS, name + END).size();
            int refused = 0;
            for (ArmDelta delta : flush.deltas()) {
                boolean isNew =
                        access.get(ARMS, cell(delta.arm(), delta.cell())).isEmpty();
                if (add(delta, flush.tau(), isNew && size >= MAX_CELLS)) {
                    size += isNew ? 1 : 0;
                } else {
                    refused++;
                }
            }
            put(REPLICAS, name + END + flush.replica(), Long.toString(flush.sequence()));
            return new Flushed(Flushed.Effect.APPLIED, named(flush.deltas()), refused);
        }

        private long sequenceOf(String replica) {
            return text(REPLICAS, name + END + replica)
                    .flatMap(ArmText::number)
                    .map(Double::longValue)
                    .orElse(0L);
        }

        private boolean add(ArmDelta delta, double tau, boolean isFull) {
            ArmText.Stored arm = known(delta.arm()).orElseGet(() -> begun(delta));
            double exponent = (now() + arm.scale().jump() - arm.scale().landmark()) / tau;
            if (exponent > ArmScale.MAX_EXPONENT) {
                arm = relandmarked(delta.arm(), arm, tau);
            }
            Sums sums = delta.sums().times(delta.scale().factorTo(arm.scale(), tau));
            if (delta.scale().epoch() < arm.resetEpoch() || !sums.isFinite() || isFull) {
                return false;
            }
            String key = cell(delta.arm(), delta.cell());
            put(ARMS, key, ArmText.of(sumsAt(key).plus(sums)));
            return true;
        }

        @CanIgnoreReturnValue
        private Optional<ArmText.Stored> known(String arm) {
            if (!scales.containsKey(arm)) {
                text(ARMS, scale(arm))
                        .flatMap(text -> {
                            Optional<ArmText.Stored> found = ArmText.scale(text);
                            if (found.isEmpty()) {
                                discarded(scale(arm));
                            }
                            return found;
                        })
                        .ifPresent(found -> scales.put(arm, found));
            }
            return Optional.ofNullable(scales.get(arm));
        }

        private ArmText.Stored begun(ArmDelta delta) {
            return kept(delta.arm(), new ArmText.Stored(delta.scale(), 0));
        }

        @CanIgnoreReturnValue
        private ArmText.Stored kept(String arm, ArmText.Stored stored) {
            scales.put(arm, stored);
            put(ARMS, scale(arm), ArmText.of(stored.scale(), stored.resetEpoch()));
            return stored;
        }

        private ArmText.Stored relandmarked(String arm, ArmText.Stored before, double tau) {
            ArmScale scale = new ArmScale(
                    before.scale().epoch() + 1,
                    now() + before.scale().jump(),
                    before.scale().jump());
            double factor = before.scale().factorTo(scale, tau);
            access.withPrefix(ARMS, cell(arm, ""))
                    .keySet()
                    .forEach(key -> put(ARMS, key, ArmText.of(sumsAt(key).times(factor))));
            return kept(arm, new ArmText.Stored(scale, before.resetEpoch()));
        }

        private Sums sumsAt(String key) {
            return text(ARMS, key)
                    .map(text -> ArmText.sums(text).orElseGet(() -> {
                        discarded(key);
                        return Sums.ZERO;
                    }))
                    .orElse(Sums.ZERO);
        }

        private void discarded(String key) {
            access.remove(ARMS, key);
            store.report(new StoreProblem.ValueDiscarded(
                    "stored evidence of " + name + " was deleted: " + key.replace(END, ' ') + " holds no number"));
        }

        private Snapshot named(List<ArmDelta> deltas) {
            List<Cell> cells = new ArrayList<>();
            for (ArmDelta delta : deltas) {
                String key = cell(delta.arm(), delta.cell());
                if (scales.containsKey(delta.arm()) && text(ARMS, key).isPresent()) {
                    cells.add(new Cell(delta.arm(), delta.cell(), sumsAt(key)));
                }
            }
            return snapshot(cells);
        }

        Snapshot snapshot() {
            List<Cell> cells = new ArrayList<>();
            String prefix = name + END + "c:";
            access.withPrefix(ARMS, prefix).keySet().forEach(key -> {
                int space = key.indexOf(' ', prefix.length());
                String arm = key.substring(prefix.length(), space);
                if (known(arm).isPresent()) {
                    cells.add(new Cell(arm, key.substring(space + 1), sumsAt(key)));
                }
            });
            access.withPrefix(ARMS, name + END + "s:").keySet().forEach(key -> known(key.substring(prefix.length())));
            return snapshot(cells);
        }

        private Snapshot snapshot(List<Cell> cells) {
            Map<String, ArmScale> plain = new LinkedHashMap<>();
            scales.forEach((arm, stored) -> plain.put(arm, stored.scale()));
            return new Snapshot(now(), plain, cells);
        }

        ArmScale jump(String arm, ArmScale seen, double seconds) {
            ArmText.Stored before = known(arm).orElseGet(() -> new ArmText.Stored(seen, 0));
            ArmScale scale = before.scale();
            if (scale.epoch() != seen.epoch() || scale.jump() != seen.jump()) {
                return scale;
            }
            ArmScale after = new ArmScale(scale.epoch(), scale.landmark(), scale.jump() + seconds);
            return kept(arm, new ArmText.Stored(after, before.resetEpoch())).scale();
        }

        void reset(Optional<String> only) {
            access.withPrefix(ARMS, name + END + "s:").keySet().forEach(key -> {
                String arm = key.substring((name + END + "s:").length());
                if (only.isEmpty() || only.get().equals(arm)) {
                    long epoch =
                            known(arm).map(stored -> stored.scale().epoch()).orElse(0L) + 1;
                    kept(arm, new ArmText.Stored(new ArmScale(epoch, now(), 0), epoch));
                    access.withPrefix(ARMS, cell(arm, "")).keySet().forEach(cell -> access.remove(ARMS, cell));
                }
            });
        }

        private String scale(String arm) {
            return name + END + "s:" + arm;
        }

        private String cell(String arm, String cell) {
            return name + END + "c:" + arm + " " + cell;
        }

        private Optional<String> text(String map, String key) {
            return access.get(map, key).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
        }

        private void put(String map, String key, String text) {
            access.put(map, key, text.getBytes(StandardCharsets.UTF_8));
        }
    }
}

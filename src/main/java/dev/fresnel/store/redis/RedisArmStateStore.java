package dev.fresnel.store.redis;

import dev.fresnel.outcome.ArmDelta;
import dev.fresnel.outcome.ArmStateStore;
import dev.fresnel.outcome.ArmText;
import dev.fresnel.outcome.Cell;
import dev.fresnel.outcome.Flush;
import dev.fresnel.outcome.Flushed;
import dev.fresnel.outcome.Snapshot;
import dev.fresnel.policy.Alarm;
import dev.fresnel.policy.Arm;
import dev.fresnel.policy.Evidence;
import dev.fresnel.policy.Landmark;
import dev.fresnel.policy.Shared;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was learned, in Redis, shared by all replicas. Thread-safe. Per population three keys under its hash tag:
 *
 * <pre>
 *   fresnel:{POPULATION}:arms           hash   landmarks, sums and what else there is, see arms_flush.lua
 *   fresnel:{POPULATION}:arm-replicas   hash   replica to the last sequence it was acknowledged
 *   fresnel:{POPULATION}:arm-changes    zset   fields of the first, by the version that changed them last
 * </pre>
 *
 * Kept for half a year after the last flush: by then evidence of the default decay weighs less than a hundred-thousandth.
 */
public final class RedisArmStateStore implements ArmStateStore {
    private static final RedisScript FLUSH = RedisScript.load("arms_flush");
    private static final RedisScript IDENTIFY = RedisScript.load("arms_identify");
    private static final RedisScript RESET = RedisScript.load("arms_reset");
    private static final String KEPT_MILLIS = Long.toString(Duration.ofDays(180).toMillis());
    private static final String MOST_CELLS = Integer.toString(MAX_CELLS);

    /** What the script shows in place of more than is ours. */
    private static final String HUGE = "huge";

    private final RedisLink link;

    public RedisArmStateStore(RedisLink link) {
        this.link = link;
    }

    @Override
    public Future<Flushed> flush(Flush flush) {
        List<byte[]> arguments = new ArrayList<>(Text.arguments(
                flush.replica(),
                Long.toString(flush.sequence()),
                Long.toString(flush.since()),
                Double.toString(flush.terms().tau()),
                MOST_CELLS,
                KEPT_MILLIS,
                Double.toString(flush.terms().threshold()),
                Double.toString(flush.terms().alarmJump()),
                Integer.toString(flush.residuals().size())));
        flush.residuals()
                .forEach((arm, residuals) -> arguments.addAll(Text.arguments(
                        arm,
                        Double.toString(residuals.alone().low()),
                        Double.toString(residuals.lowSum()),
                        Double.toString(residuals.alone().high()),
                        Double.toString(residuals.highSum()))));
        for (ArmDelta delta : flush.deltas()) {
            Evidence evidence = delta.evidence();
            arguments.addAll(Text.arguments(
                    delta.arm(),
                    Long.toString(delta.landmark().epoch()),
                    Double.toString(delta.landmark().origin()),
                    Double.toString(delta.landmark().jump()),
                    delta.cell(),
                    Double.toString(evidence.weight()),
                    Double.toString(evidence.reward()),
                    Double.toString(evidence.squares())));
        }
        return told(flush.population(), arguments).onSuccess(_ -> link.wrote());
    }

    @Override
    public Future<Snapshot> changes(String population, long since) {
        return told(population, Text.arguments("", "0", Long.toString(since), "1", MOST_CELLS, "0", "0", "0", "0"))
                .map(Flushed::after);
    }

    private Future<Flushed> told(String population, List<byte[]> arguments) {
        return link.run(FLUSH, List.of(arms(population), replicas(population), changed(population)), arguments)
                .map(answer -> new Told(population, answer.orElseThrow()).read());
    }

    /** Reads one answer of arms_flush.lua. */
    private final class Told {
        private final String population;
        private final Response reply;
        private int at;

        Told(String population, Response reply) {
            this.population = population;
            this.reply = reply;
        }

        Flushed read() {
            Flushed.Effect effect = next().equals("applied") ? Flushed.Effect.APPLIED : Flushed.Effect.DUPLICATE;
            double now = Double.parseDouble(next());
            int refused = Integer.parseInt(next());
            int discarded = Integer.parseInt(next());
            if (discarded > 0) {
                discarded(population, discarded);
            }
            List<Alarm> alarms = new ArrayList<>();
            for (int left = Integer.parseInt(next()); left > 0; left--) {
                Arm arm = new Arm(next());
                alarms.add(new Alarm(
                        population, arm, next().equals("worse") ? Alarm.Direction.WORSE : Alarm.Direction.BETTER));
            }
            long version = (long) Double.parseDouble(next());
            Shared.Extent extent = next().equals("whole") ? Shared.Extent.WHOLE : Shared.Extent.CHANGES;
            return new Flushed(effect, snapshot(now, version, extent), refused, alarms);
        }

        private Snapshot snapshot(double now, long version, Shared.Extent extent) {
            Map<String, Landmark> landmarks = new HashMap<>();
            List<Cell> cells = new ArrayList<>();
            List<Cell> former = new ArrayList<>();
            List<String> damaged = new ArrayList<>();
            while (at + 1 < reply.size()) {
                String field = next();
                String value = next();
                int space = field.indexOf(' ');
                if (field.startsWith("s:")) {
                    Optional<ArmText.Stored> landmark = ArmText.landmark(value);
                    landmark.ifPresent(stored -> landmarks.put(field.substring(2), stored.landmark()));
                    if (landmark.isEmpty()) {
                        damaged.add(field);
                    }
                } else if ((field.startsWith("c:") || field.startsWith("o:")) && space > 0) {
                    Optional<Evidence> evidence = ArmText.evidence(value);
                    evidence.ifPresent(found -> (field.startsWith("o:") ? former : cells)
                            .add(new Cell(field.substring(2, space), field.substring(space + 1), found)));
                    if (evidence.isEmpty()) {
                        damaged.add(field);
                    }
                } else {
                    damaged.add(field);
                }
            }
            if (!damaged.isEmpty()) {
                discarded(population, damaged.size());
                remove(population, damaged);
            }
            // Sums whose landmark is lost say nothing.
            cells.removeIf(cell -> !landmarks.containsKey(cell.arm()));
            former.removeIf(cell -> !landmarks.containsKey(cell.arm()));
            return new Snapshot(now, version, extent, landmarks, cells, former);
        }

        private String next() {
            return Text.at(reply, at++);
        }
    }

    /** Whether it could be removed does not matter: it counts as nothing either way, and is found so again. */
    private void remove(String population, List<String> fields) {
        String key = arms(population).name();
        Request request = fields.contains(HUGE)
                ? Request.cmd(Command.UNLINK).arg(key)
                : Request.cmd(Command.HDEL).arg(key);
        if (!fields.contains(HUGE)) {
            fields.forEach(request::arg);
        }
        Future<Optional<Response>> ignored = link.send(request);
    }

    private void discarded(String population, int count) {
        link.report(new RedisProblem.ValueDiscarded(
                count + " entries of the stored evidence of " + population + " hold no numbers and count as nothing"));
    }

    @Override
    public Future<Landmark> identify(String population, String arm, String model, Landmark seen, double seconds) {
        return link.run(
                        IDENTIFY,
                        List.of(arms(population), changed(population)),
                        Text.arguments(
                                arm,
                                model,
                                Long.toString(seen.epoch()),
                                Double.toString(seen.origin()),
                                Double.toString(seen.jump()),
                                Double.toString(seconds),
                                KEPT_MILLIS))
                .map(answer -> {
                    link.wrote();
                    Response reply = answer.orElseThrow();
                    return ArmText.landmark(Text.at(reply, 0), Text.at(reply, 1), Text.at(reply, 2))
                            .orElse(seen);
                });
    }

    @Override
    public Future<Void> reset(String population, Optional<String> arm) {
        return link.run(RESET, List.of(arms(population), changed(population)), Text.arguments(arm.orElse("")))
                .onSuccess(_ -> link.wrote())
                .mapEmpty();
    }

    private static TypedKey arms(String population) {
        return TypedKey.hash(RedisKeys.of(population, "arms"));
    }

    private static TypedKey replicas(String population) {
        return TypedKey.hash(RedisKeys.of(population, "arm-replicas"));
    }

    private static TypedKey changed(String population) {
        return TypedKey.zset(RedisKeys.of(population, "arm-changes"));
    }
}

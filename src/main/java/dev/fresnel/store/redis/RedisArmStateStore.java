package dev.fresnel.store.redis;

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
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What was learned, in Redis, shared by all replicas. Thread-safe. Per population two keys under its hash tag:
 *
 * <pre>
 *   fresnel:{POPULATION}:arms           hash   scales and sums, see arms_flush.lua
 *   fresnel:{POPULATION}:arm-replicas   hash   replica to the last sequence it was acknowledged
 * </pre>
 *
 * and one set, {@code fresnel:{populations}}, of their names. Kept for half a year after the last flush: by then evidence of the
 * default decay weighs less than a hundred-thousandth.
 */
public final class RedisArmStateStore implements ArmStateStore {
    private static final RedisScript FLUSH = RedisScript.load("arms_flush");
    private static final RedisScript LOAD = RedisScript.load("arms_load");
    private static final RedisScript JUMP = RedisScript.load("arms_jump");
    private static final RedisScript RESET = RedisScript.load("arms_reset");
    private static final String KEPT_MILLIS = Long.toString(Duration.ofDays(180).toMillis());
    private static final String POPULATIONS = "fresnel:{populations}";
    private static final int REPLY_HEAD = 5;

    /** What the script shows in place of more than is ours. */
    private static final String HUGE = "huge";

    private final RedisLink link;

    /** Whose name this process has put on the list. */
    private final Set<String> listed = ConcurrentHashMap.newKeySet();

    public RedisArmStateStore(RedisLink link) {
        this.link = link;
    }

    @Override
    public Future<Flushed> flush(Flush flush) {
        List<byte[]> arguments = new ArrayList<>(Text.arguments(
                flush.replica(),
                Long.toString(flush.sequence()),
                Double.toString(flush.tau()),
                Integer.toString(MAX_CELLS),
                KEPT_MILLIS));
        for (ArmDelta delta : flush.deltas()) {
            Sums sums = delta.sums();
            arguments.addAll(Text.arguments(
                    delta.arm(),
                    Long.toString(delta.scale().epoch()),
                    Double.toString(delta.scale().landmark()),
                    Double.toString(delta.scale().jump()),
                    delta.cell(),
                    Double.toString(sums.weight()),
                    Double.toString(sums.reward()),
                    Double.toString(sums.squares())));
        }
        return link.run(FLUSH, List.of(arms(flush.population()), replicas(flush.population())), arguments)
                .map(answer -> {
                    link.wrote();
                    list(flush.population());
                    return flushed(flush.population(), answer.orElseThrow());
                });
    }

    private Flushed flushed(String population, Response reply) {
        int discarded = Integer.parseInt(Text.at(reply, 3));
        if (discarded > 0) {
            discarded(population, discarded);
        }
        Map<String, ArmScale> scales = new HashMap<>();
        int at = REPLY_HEAD;
        int arms = Integer.parseInt(Text.at(reply, 4));
        for (int i = 0; i < arms; i++, at += 4) {
            String arm = Text.at(reply, at);
            ArmText.scale(Text.at(reply, at + 1), Text.at(reply, at + 2), Text.at(reply, at + 3))
                    .ifPresent(scale -> scales.put(arm, scale));
        }
        List<Cell> cells = new ArrayList<>();
        for (; at < reply.size(); at += 3) {
            String arm = Text.at(reply, at);
            String name = Text.at(reply, at + 1);
            ArmText.sums(Text.at(reply, at + 2)).ifPresent(sums -> cells.add(new Cell(arm, name, sums)));
        }
        return new Flushed(
                Text.at(reply, 0).equals("applied") ? Flushed.Effect.APPLIED : Flushed.Effect.DUPLICATE,
                new Snapshot(Double.parseDouble(Text.at(reply, 1)), scales, cells),
                Integer.parseInt(Text.at(reply, 2)));
    }

    @Override
    public Future<Snapshot> load(String population) {
        return link.run(LOAD, List.of(arms(population)), Text.arguments(Integer.toString(MAX_CELLS)))
                .map(answer -> snapshot(population, answer.orElseThrow()));
    }

    private Snapshot snapshot(String population, Response reply) {
        Map<String, ArmScale> scales = new HashMap<>();
        List<Cell> cells = new ArrayList<>();
        List<String> damaged = new ArrayList<>();
        for (int i = 1; i + 1 < reply.size(); i += 2) {
            String field = Text.at(reply, i);
            String value = Text.at(reply, i + 1);
            int space = field.indexOf(' ');
            if (field.startsWith("s:")) {
                Optional<ArmText.Stored> scale = ArmText.scale(value);
                scale.ifPresent(stored -> scales.put(field.substring(2), stored.scale()));
                if (scale.isEmpty()) {
                    damaged.add(field);
                }
            } else if (field.startsWith("c:") && space > 0) {
                Optional<Sums> sums = ArmText.sums(value);
                sums.ifPresent(
                        found -> cells.add(new Cell(field.substring(2, space), field.substring(space + 1), found)));
                if (sums.isEmpty()) {
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
        // Sums whose scale is lost say nothing.
        cells.removeIf(cell -> !scales.containsKey(cell.arm()));
        return new Snapshot(Double.parseDouble(Text.at(reply, 0)), scales, cells);
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
    public Future<Set<String>> populations() {
        return link.send(Request.cmd(Command.SMEMBERS).arg(POPULATIONS)).map(answer -> {
            Set<String> names = new TreeSet<>();
            answer.ifPresent(reply -> reply.forEach(name -> names.add(name.toString())));
            return names;
        });
    }

    /** Behind the flush, since it lives on another node: a list that lacks a name is made good by the next process. */
    private void list(String population) {
        if (listed.add(population)) {
            link.send(Request.cmd(Command.SADD).arg(POPULATIONS).arg(population))
                    .onFailure(_ -> listed.remove(population));
        }
    }

    @Override
    public Future<ArmScale> jump(String population, String arm, ArmScale seen, double seconds) {
        return link.run(
                        JUMP,
                        List.of(arms(population)),
                        Text.arguments(
                                arm,
                                Long.toString(seen.epoch()),
                                Double.toString(seen.landmark()),
                                Double.toString(seen.jump()),
                                Double.toString(seconds),
                                KEPT_MILLIS))
                .map(answer -> {
                    link.wrote();
                    Response reply = answer.orElseThrow();
                    return ArmText.scale(Text.at(reply, 0), Text.at(reply, 1), Text.at(reply, 2))
                            .orElse(seen);
                });
    }

    @Override
    public Future<Void> reset(String population, Optional<String> arm) {
        return link.run(RESET, List.of(arms(population)), Text.arguments(arm.orElse("")))
                .onSuccess(_ -> link.wrote())
                .mapEmpty();
    }

    private static TypedKey arms(String population) {
        return TypedKey.hash(RedisKeys.of(population, "arms"));
    }

    private static TypedKey replicas(String population) {
        return TypedKey.hash(RedisKeys.of(population, "arm-replicas"));
    }
}

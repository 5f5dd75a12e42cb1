package dev.fresnel.store.embedded;

import dev.fresnel.outcome.ArmText;
import dev.fresnel.outcome.AwaitedDecision;
import dev.fresnel.outcome.DecisionCodec;
import dev.fresnel.outcome.DecisionStore;
import dev.fresnel.outcome.Revision;
import dev.fresnel.outcome.Signal;
import dev.fresnel.outcome.Verdict;
import dev.fresnel.policy.Evidence;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Decisions that await their outcome, in the {@link EmbeddedStore}. At most {@code maximum} are kept: the one that ends first makes
 * room. Does what the script {@code decision_revise.lua} does.
 */
public final class EmbeddedDecisionStore implements DecisionStore {
    /** At half a kilobyte each, fifty megabytes. */
    public static final int DEFAULT_MAXIMUM = 100_000;

    private static final String DECISIONS = "decision";
    private static final String ENDS = "decision-end";
    private static final char END = '\0';

    /** Expired ones removed with each new one: more than one, so that they run out. */
    private static final int SWEPT_TOGETHER = 16;

    private static final String END_FORMAT = "%016d";

    private final EmbeddedStore store;
    private final InstantSource clock;
    private final int maximum;
    private final DecisionCodec codec = new DecisionCodec();

    // Confined to the store's thread; counted when first needed.
    private Optional<Integer> kept = Optional.empty();

    public EmbeddedDecisionStore(EmbeddedStore store, InstantSource clock, int maximum) {
        this.store = store;
        this.clock = clock;
        this.maximum = maximum;
    }

    @Override
    public Future<Void> put(AwaitedDecision decision, Duration keepFor) {
        return keep(name(decision.tenant(), decision.request()), "decision", codec.encode(decision), keepFor);
    }

    @Override
    public Future<Void> join(TenantId tenant, RequestId turn, RequestId decision, Duration keepFor) {
        return keep(name(tenant, turn), "of", decision.value(), keepFor);
    }

    private Future<Void> keep(String name, String field, String value, Duration keepFor) {
        return store.inOrder(access -> {
            sweep(access);
            if (lives(access, name)) {
                return;
            }
            remove(access, name);
            String end = END_FORMAT.formatted(clock.millis() + keepFor.toMillis());
            put(access, DECISIONS, name + field, value);
            put(access, DECISIONS, name + "end", end);
            put(access, ENDS, end + END + name, "");
            kept = kept.map(count -> count + 1);
        });
    }

    private boolean lives(EmbeddedStore.Access access, String name) {
        return text(access, name + "end")
                .filter(end -> end.compareTo(END_FORMAT.formatted(clock.millis())) > 0)
                .isPresent();
    }

    private void sweep(EmbeddedStore.Access access) {
        int count = kept.orElseGet(() -> access.withPrefix(ENDS, "").size());
        String now = END_FORMAT.formatted(clock.millis());
        List<String> first = access.first(ENDS, SWEPT_TOGETHER);
        for (String end : first) {
            if (end.compareTo(now) <= 0 || count >= maximum) {
                remove(access, end.substring(end.indexOf(END) + 1));
                access.remove(ENDS, end);
                count--;
            }
        }
        kept = Optional.of(count);
    }

    private static void remove(EmbeddedStore.Access access, String name) {
        access.withPrefix(DECISIONS, name).keySet().forEach(key -> access.remove(DECISIONS, key));
    }

    @Override
    public Future<Revision> revise(Signal signal) {
        return store.answered(access -> {
            // One hop: a turn joins a decision, never another turn.
            String turn = name(signal.tenant(), signal.request());
            RequestId decision = lives(access, turn)
                    ? text(access, turn + "of").map(RequestId::new).orElse(signal.request())
                    : signal.request();
            return revise(access, signal, decision);
        });
    }

    private Revision revise(EmbeddedStore.Access access, Signal signal, RequestId request) {
        String name = name(signal.tenant(), request);
        Optional<String> stored = lives(access, name) ? text(access, name + "decision") : Optional.empty();
        if (stored.isEmpty()) {
            return new Revision.Unknown();
        }
        Optional<AwaitedDecision> decoded = codec.decode(signal.tenant(), request, stored.get());
        if (decoded.isEmpty()) {
            remove(access, name);
            store.report(new StoreProblem.ValueDiscarded("the stored decision " + request + " of " + signal.tenant()
                    + " was deleted: damaged, or another's"));
            return new Revision.Unknown();
        }
        AwaitedDecision decision = decoded.get();
        Optional<Told> told = text(access, name + "a:" + signal.source()).flatMap(Told::of);
        if (told.isPresent() && told.get().attempt().equals(signal.attempt())) {
            return new Revision.Revised(
                    decision, told.get().before(), told.get().after());
        }
        Map<String, Said> said = said(access, name);
        if (!said.containsKey(signal.source()) && said.size() >= MAX_SOURCES) {
            return new Revision.Refused();
        }
        Verdict before = verdict(said);
        Said says = new Said(signal.kind().key(), new Verdict(signal.reward(), signal.weight()));
        said.put(signal.source(), says);
        Verdict after = verdict(said);
        put(access, DECISIONS, name + "o:" + signal.source(), says.text());
        put(access, DECISIONS, name + "a:" + signal.source(), new Told(signal.attempt(), before, after).text());
        return new Revision.Revised(decision, before, after);
    }

    private static Map<String, Said> said(EmbeddedStore.Access access, String name) {
        Map<String, Said> said = new TreeMap<>();
        String prefix = name + "o:";
        access.withPrefix(DECISIONS, prefix)
                .forEach((key, value) -> Said.of(new String(value, StandardCharsets.UTF_8))
                        .ifPresent(known -> said.put(key.substring(prefix.length()), known)));
        return said;
    }

    /** Labels if there are any, else signs: their weighted mean, weighing what they weigh together, at most one. */
    private static Verdict verdict(Map<String, Said> said) {
        for (Signal.Kind kind : Signal.Kind.values()) {
            Evidence sums = said.values().stream()
                    .filter(one -> one.kind().equals(kind.key()))
                    .map(one -> one.verdict().evidence())
                    .reduce(Evidence.NONE, Evidence::plus);
            if (sums.weight() > 0) {
                return new Verdict(Math.min(1, sums.reward() / sums.weight()), Math.min(1, sums.weight()));
            }
        }
        return Verdict.NONE;
    }

    /** What one source says. */
    private record Said(String kind, Verdict verdict) {
        static Optional<Said> of(String text) {
            String[] parts = text.split(" ", -1);
            return parts.length == 3
                    ? parsed(parts[1], parts[2]).map(verdict -> new Said(parts[0], verdict))
                    : Optional.empty();
        }

        String text() {
            return kind + " " + verdict.reward() + " " + verdict.weight();
        }
    }

    /** The last answer given to one source. */
    private record Told(String attempt, Verdict before, Verdict after) {
        static Optional<Told> of(String text) {
            String[] parts = text.split(" ", -1);
            return parts.length == 5
                    ? parsed(parts[1], parts[2])
                            .flatMap(before ->
                                    parsed(parts[3], parts[4]).map(after -> new Told(parts[0], before, after)))
                    : Optional.empty();
        }

        String text() {
            return attempt + " " + before.reward() + " " + before.weight() + " " + after.reward() + " "
                    + after.weight();
        }
    }

    private static Optional<Verdict> parsed(String reward, String weight) {
        return ArmText.number(reward)
                .flatMap(first -> ArmText.number(weight).flatMap(second -> Verdict.checked(first, second)));
    }

    /** What the keys of a decision begin with, and no key of another. */
    static String name(TenantId tenant, RequestId request) {
        return tenant.value() + END + request.value() + END;
    }

    private static Optional<String> text(EmbeddedStore.Access access, String key) {
        return access.get(DECISIONS, key).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    private static void put(EmbeddedStore.Access access, String map, String key, String text) {
        access.put(map, key, text.getBytes(StandardCharsets.UTF_8));
    }
}

package dev.fresnel.store.embedded;

import dev.fresnel.outcome.ArmText;
import dev.fresnel.outcome.AwaitedDecision;
import dev.fresnel.outcome.DecisionCodec;
import dev.fresnel.outcome.DecisionStore;
import dev.fresnel.outcome.Revision;
import dev.fresnel.outcome.Signal;
import dev.fresnel.outcome.Verdict;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
        return store.inOrder(access -> {
            sweep(access);
            String name = name(decision.tenant(), decision.request());
            if (find(access, name).isPresent()) {
                return;
            }
            String end = END_FORMAT.formatted(clock.millis() + keepFor.toMillis());
            put(access, DECISIONS, name + "decision", codec.encode(decision));
            put(access, DECISIONS, name + "end", end);
            put(access, ENDS, end + END + name, "");
            kept = kept.map(count -> count + 1);
        });
    }

    /** The stored text, unless it is absent or has ended. */
    private Optional<String> find(EmbeddedStore.Access access, String name) {
        boolean lives = text(access, name + "end")
                .filter(end -> end.compareTo(END_FORMAT.formatted(clock.millis())) > 0)
                .isPresent();
        return lives ? text(access, name + "decision") : Optional.empty();
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
        return store.answered(access -> revise(access, signal, name(signal.tenant(), signal.request())));
    }

    private Revision revise(EmbeddedStore.Access access, Signal signal, String name) {
        Optional<String> stored = find(access, name);
        if (stored.isEmpty()) {
            return new Revision.Unknown();
        }
        Optional<AwaitedDecision> decoded = codec.decode(signal.tenant(), signal.request(), stored.get());
        if (decoded.isEmpty()) {
            return discarded(access, signal, name);
        }
        AwaitedDecision decision = decoded.get();
        Optional<Told> told = text(access, name + "a:" + signal.source()).flatMap(Told::of);
        if (told.isPresent() && told.get().attempt().equals(signal.attempt())) {
            return new Revision.Revised(
                    decision, told.get().before(), told.get().after());
        }
        Map<String, Said> said = said(access, name);
        Verdict before = verdict(said);
        Optional<Said> own = Optional.ofNullable(said.get(signal.source()));
        if (own.isEmpty() && said.size() >= MAX_SOURCES) {
            return new Revision.Refused();
        }
        Verdict says = new Verdict(signal.reward(), signal.weight());
        if (own.isEmpty() || !own.get().verdict().equals(says)) {
            long order = said.values().stream().mapToLong(Said::order).max().orElse(0) + 1;
            said.put(signal.source(), new Said(says, order));
            put(access, DECISIONS, name + "o:" + signal.source(), says.reward() + " " + says.weight() + " " + order);
        }
        Verdict after = verdict(said);
        put(access, DECISIONS, name + "a:" + signal.source(), new Told(signal.attempt(), before, after).text());
        return new Revision.Revised(decision, before, after);
    }

    private Revision discarded(EmbeddedStore.Access access, Signal signal, String name) {
        remove(access, name);
        store.report(new StoreProblem.ValueDiscarded("the stored decision " + signal.request() + " of "
                + signal.tenant() + " was deleted: damaged, or another's"));
        return new Revision.Unknown();
    }

    private static Map<String, Said> said(EmbeddedStore.Access access, String name) {
        Map<String, Said> said = new HashMap<>();
        String prefix = name + "o:";
        access.withPrefix(DECISIONS, prefix)
                .forEach((key, value) -> Said.of(new String(value, StandardCharsets.UTF_8))
                        .ifPresent(known -> said.put(key.substring(prefix.length()), known)));
        return said;
    }

    /** The weightiest counts, of equals the last. */
    private static Verdict verdict(Map<String, Said> said) {
        Said best = new Said(Verdict.NONE, 0);
        for (Said one : said.values()) {
            double weight = one.verdict().weight();
            double most = best.verdict().weight();
            if (weight > most || (weight == most && weight > 0 && one.order() > best.order())) {
                best = one;
            }
        }
        return best.verdict();
    }

    /** What one source says, and the when of it among the sources. */
    private record Said(Verdict verdict, long order) {
        static Optional<Said> of(String text) {
            String[] parts = text.split(" ", -1);
            return parts.length == 3
                    ? parsed(parts[0], parts[1])
                            .flatMap(verdict ->
                                    ArmText.number(parts[2]).map(order -> new Said(verdict, order.longValue())))
                    : Optional.empty();
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

    private static String name(TenantId tenant, RequestId request) {
        return tenant.value() + END + request.value() + END;
    }

    private static Optional<String> text(EmbeddedStore.Access access, String key) {
        return access.get(DECISIONS, key).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    private static void put(EmbeddedStore.Access access, String map, String key, String text) {
        access.put(map, key, text.getBytes(StandardCharsets.UTF_8));
    }
}

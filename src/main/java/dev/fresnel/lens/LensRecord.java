package dev.fresnel.lens;

import dev.fresnel.value.ModelName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What came of the answers to one key: with each version of its lens, without a lens from the same worker's model, and from the
 * requested model; and which versions were retired. Also, under no key, the sums of a whole tenant. Immutable.
 *
 * <p>Names in the {@link LensCounts}: {@code with/LENS/MODEL/(n|w|r)}, {@code bare/MODEL/...}, {@code direct/...}, {@code retired/LENS},
 * {@code served/LENS}; in a tenant's sums {@code all/MODEL/...} for every lens.
 */
public record LensRecord(LensCounts counts) {
    public static final LensRecord EMPTY = new LensRecord(LensCounts.NONE);

    private static final String DIRECT = "direct";
    private static final String RETIRED = "retired/";

    /** What one outcome adds to the record of its key. */
    public static LensCounts own(LensUse use, Tally outcome) {
        return use.lens()
                .map(lens -> tally("with/" + lens + "/" + model(use), outcome))
                .orElseGet(() -> without(use, outcome));
    }

    /** What one outcome adds to the sums of its tenant. */
    public static LensCounts ofTenant(LensUse use, Tally outcome) {
        return use.lens().isPresent() ? tally("all/" + model(use), outcome) : without(use, outcome);
    }

    private static LensCounts without(LensUse use, Tally outcome) {
        return tally(use.worker().isPresent() ? "bare/" + model(use) : DIRECT, outcome);
    }

    private static String model(LensUse use) {
        return use.worker().map(ModelName::value).orElse(DIRECT).replaceAll("\\s", "_");
    }

    static LensCounts retirement(LensId lens) {
        return LensCounts.of(RETIRED + lens, 1);
    }

    static LensCounts refreshFailure() {
        return LensCounts.of(RETIRED + "unusable", 1);
    }

    /** Answers that had the lens, whether or not an outcome was heard. */
    static LensCounts serving(LensId lens, long answers) {
        return LensCounts.of("served/" + lens, answers);
    }

    private static LensCounts tally(String name, Tally outcome) {
        return LensCounts.of(name + "/n", outcome.answers())
                .plus(LensCounts.of(name + "/w", outcome.weight()))
                .plus(LensCounts.of(name + "/r", outcome.reward()));
    }

    private Tally tally(String name) {
        return new Tally(counts.get(name + "/n"), counts.get(name + "/w"), counts.get(name + "/r"));
    }

    /** Versions with an outcome. */
    List<LensId> lenses() {
        Set<String> ids = new TreeSet<>();
        counts.under(LensCounts.TRANSIENT)
                .keySet()
                .forEach(name -> ids.add(name.substring(
                        LensCounts.TRANSIENT.length(), name.indexOf('/', LensCounts.TRANSIENT.length()))));
        return ids.stream().filter(LensId::isOne).map(LensId::new).toList();
    }

    /** Worker models that answered with this version. */
    public List<String> workers(LensId lens) {
        String prefix = "with/" + lens + "/";
        Set<String> models = new TreeSet<>();
        counts.under(prefix)
                .keySet()
                .forEach(name -> models.add(name.substring(prefix.length(), name.lastIndexOf('/'))));
        return List.copyOf(models);
    }

    public Tally with(LensId lens, String worker) {
        return tally("with/" + lens + "/" + worker);
    }

    /** By name: {@code direct}, {@code bare/MODEL}, and {@code all/MODEL} for answers with any version. */
    Map<String, Tally> tallies() {
        Map<String, Tally> all = new HashMap<>();
        for (String name : counts.values().keySet()) {
            if (!name.endsWith("/n")) {
                continue;
            }
            String tally = name.substring(0, name.length() - 2);
            if (tally.startsWith(LensCounts.TRANSIENT)) {
                int model = tally.indexOf('/', LensCounts.TRANSIENT.length());
                all.merge("all" + tally.substring(model), tally(tally), Tally::plus);
            } else if (tally.equals(DIRECT) || tally.startsWith("bare/")) {
                all.put(tally, tally(tally));
            }
        }
        return all;
    }

    /** With every version of this key's lens that is still remembered. */
    Tally withEvery(String worker) {
        Tally sum = Tally.NONE;
        for (String name : counts.under(LensCounts.TRANSIENT).keySet()) {
            if (name.endsWith("/" + worker + "/n")) {
                sum = sum.plus(tally(name.substring(0, name.length() - 2)));
            }
        }
        return sum;
    }

    /** Of a tenant: with any lens. */
    public Tally withAny(String worker) {
        return tally("all/" + worker);
    }

    public Tally bare(String worker) {
        return tally("bare/" + worker);
    }

    public Tally direct() {
        return tally(DIRECT);
    }

    public long served(LensId lens) {
        return Math.max(0, counts.get("served/" + lens));
    }

    /** Whether answers were found to be worse with this version than without. */
    public boolean isRetired(LensId lens) {
        return counts.get(RETIRED + lens) > 0;
    }

    /** Versions that were retired. */
    public int retirements() {
        return (int) counts.under(RETIRED).values().stream()
                .filter(value -> value > 0)
                .count();
    }

    LensRecord plus(LensCounts more) {
        return new LensRecord(counts.added(more));
    }
}

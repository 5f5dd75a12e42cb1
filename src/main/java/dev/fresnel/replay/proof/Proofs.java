package dev.fresnel.replay.proof;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Every proof there is. */
public final class Proofs {
    private static final List<Proof> ALL = List.of(
            new DenseTasks(),
            new SparseTenants(),
            new HardFeedback(),
            new ReplicasLearn(),
            new SilentDrift(),
            new Recovery(),
            new PriceCut(),
            new NewModel(),
            new BudgetKept(),
            new QualityGuarded(),
            new LengthsForetold(),
            new LensRepaid(),
            new OffPolicy(),
            new ExactlyOnce(),
            new WarmStarted(),
            new NegativeLens(),
            new NearReuse(),
            new Calibrated(),
            new SavingsStated());

    private Proofs() {}

    public static List<Proof> all() {
        return ALL;
    }

    /** @param id in any case */
    public static Optional<Proof> find(String id) {
        return ALL.stream()
                .filter(proof -> proof.id().equals(id.toUpperCase(Locale.ROOT)))
                .findFirst();
    }
}

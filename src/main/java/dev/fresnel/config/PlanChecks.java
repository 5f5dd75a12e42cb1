package dev.fresnel.config;

import dev.fresnel.delegation.ContextFeature;
import dev.fresnel.policy.Arm;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/** What is checked alike in {@code defaults}, in tenants and in routes. */
final class PlanChecks {
    private final ConfigFile file;
    private final Aliases aliases;
    private final Findings findings;
    private final BiConsumer<KeyPath, String> modelReference;

    /** @param modelReference reports a name that leads to no model */
    PlanChecks(ConfigFile file, Aliases aliases, Findings findings, BiConsumer<KeyPath, String> modelReference) {
        this.file = file;
        this.aliases = aliases;
        this.findings = findings;
        this.modelReference = modelReference;
    }

    /** Everything that a plan names must lead somewhere. */
    void check(KeyPath path, PlanSection plan) {
        plan.smart().ifPresent(smart -> modelReference.accept(path.at("smart"), smart));
        plan.arms().ifPresent(arms -> arms(path.at("arms"), arms));
        plan.learned()
                .features()
                .ifPresent(features -> features(path.at("learned").at("features"), features));
        plan.learned()
                .classifier()
                .model()
                .ifPresent(
                        model -> classifier(path.at("learned").at("classifier").at("model"), model));
    }

    private void classifier(KeyPath path, String model) {
        modelReference.accept(path, model);
        boolean free = aliases.modelOf(model)
                .map(name -> file.models().get(name))
                .filter(declared -> declared.price().isEmpty())
                .isPresent();
        if (free) {
            findings.error(
                    path,
                    "names a model without a price, so what it costs could not be booked",
                    "add a price to the model, or name another");
        }
    }

    private void features(KeyPath path, List<ContextFeature> features) {
        for (int i = 0; i < features.size(); i++) {
            if (features.indexOf(features.get(i)) < i) {
                findings.error(path.at(i), "names \"" + features.get(i).key() + "\" a second time", "keep one of them");
            }
        }
    }

    private void arms(KeyPath path, List<String> arms) {
        Collection<String> valid = new ArrayList<>(List.of(Arm.DIRECT.name()));
        valid.addAll(file.workers().keySet());
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < arms.size(); i++) {
            String arm = arms.get(i);
            if (!valid.contains(arm) && findings.hasErrorsUnder(KeyPath.of("workers", arm))) {
                continue;
            }
            if (!valid.contains(arm)) {
                findings.error(
                        path.at(i),
                        "names the worker \"" + arm + "\", which is not declared",
                        NearestName.hint(arm, valid, "arms"));
            } else if (!seen.add(arm)) {
                findings.error(path.at(i), "names \"" + arm + "\" a second time", "keep one of them");
            }
        }
    }
}

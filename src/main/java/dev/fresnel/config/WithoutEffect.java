package dev.fresnel.config;

import dev.fresnel.delegation.Mode;
import java.util.ArrayList;
import java.util.List;

/** Keys that a file sets and that nothing in it switches on: warned of where they are written. Changes nothing. */
final class WithoutEffect {
    /** What {@code escalation} does once it is enabled. */
    private static final List<String> ESCALATION_DETAILS = List.of("repair", "retry", "hold");

    private final ConfigFile file;
    private final Findings findings;
    private final PlanSection base;

    /** @param bottom the declared defaults of a plan */
    WithoutEffect(ConfigFile file, Findings findings, PlanSection bottom) {
        this.file = file;
        this.findings = findings;
        this.base = Layers.over(file.defaults(), bottom);
    }

    void run() {
        List<PlanSection> everywhere = new ArrayList<>();
        for (int t = 0; t < file.tenants().size(); t++) {
            TenantSection tenant = file.tenants().get(t);
            KeyPath path = KeyPath.of("tenants").at(t);
            PlanSection above = Layers.over(tenant.plan(), base);
            List<PlanSection> routes = tenant.routes().stream()
                    .map(route -> Layers.over(route.plan(), above))
                    .toList();
            for (int r = 0; r < routes.size(); r++) {
                escalation(path.at("routes").at(r), tenant.routes().get(r).plan(), List.of(routes.get(r)));
            }
            escalation(path, tenant.plan(), routes);
            everywhere.addAll(routes);
        }
        escalation(KeyPath.of("defaults"), file.defaults(), everywhere);
        policy(everywhere);
        money();
    }

    /** What is to be done when money runs low, or cannot be counted, where there is no end to it. */
    private void money() {
        for (int t = 0; t < file.tenants().size(); t++) {
            TenantSection tenant = file.tenants().get(t);
            KeyPath path = KeyPath.of("tenants").at(t).at("budget");
            boolean isLimited = tenant.budget().limits().budget().isLimited()
                    || tenant.keys().stream()
                            .anyMatch(key -> key.budget().budget().isLimited());
            if (!isLimited) {
                needed(path.at("on-low"), "neither the tenant nor a key of it has a budget", "add daily: or monthly:");
                needed(path.at("on-store-loss"), "neither the tenant nor a key of it has a budget", "remove it");
            } else if (file.store().redis().url().isEmpty()) {
                needed(path.at("on-store-loss"), "the store is not Redis", "remove it, or set store.redis");
            }
        }
    }

    private void needed(KeyPath path, String lack, String remedy) {
        if (findings.isWritten(path)) {
            findings.keyWarning(path, "has no effect, since " + lack, remedy);
        }
    }

    /**
     * A block that says {@code enabled} itself is let be: what is switched off on purpose may keep its details.
     *
     * @param affected the routes that the block holds for, all layers in force
     */
    private void escalation(KeyPath plan, PlanSection written, List<PlanSection> affected) {
        boolean used =
                affected.stream().anyMatch(route -> route.escalation().enabled().orElse(false));
        if (used || written.escalation().enabled().isPresent()) {
            return;
        }
        for (String detail : ESCALATION_DETAILS) {
            KeyPath path = plan.at("escalation").at(detail);
            if (findings.isWritten(path)) {
                findings.keyWarning(
                        path, "has no effect, since escalation is not enabled", "add enabled: true beside it");
            }
        }
    }

    private void policy(List<PlanSection> routes) {
        boolean learns = routes.stream()
                .anyMatch(route -> route.mode().filter(Mode::isLearned).isPresent());
        KeyPath path = KeyPath.of("policy");
        if (!learns && findings.isAnyWrittenUnder(path)) {
            findings.keyWarning(
                    path,
                    "has no effect, since no route is in mode adaptive or shadow-adaptive; only requests that name such a mode themselves go by it",
                    "set the mode of a route, or remove the block");
        }
    }
}

package dev.fresnel.config;

import dev.fresnel.config.TenantSection.KeySection;
import dev.fresnel.delegation.Mode;
import dev.fresnel.delegation.RoutePlan;
import dev.fresnel.tenant.AllowedModels;
import dev.fresnel.tenant.TenantRoute;
import dev.fresnel.value.ModelName;
import java.util.List;
import java.util.Optional;

/** Lists of allowed models that leave nothing to a route, or that ask for more than the tenant's own list: warned of. Changes nothing. */
final class AllowedChecks {
    private final ConfigFile file;
    private final Findings findings;
    private final Aliases aliases;
    private final PlanSection base;

    /** @param bottom the declared defaults of a plan */
    AllowedChecks(ConfigFile file, Findings findings, Aliases aliases, PlanSection bottom) {
        this.file = file;
        this.findings = findings;
        this.aliases = aliases;
        this.base = Layers.over(file.defaults(), bottom);
    }

    void run() {
        for (int t = 0; t < file.tenants().size(); t++) {
            TenantSection tenant = file.tenants().get(t);
            KeyPath path = KeyPath.of("tenants").at(t);
            List<TenantRoute> routes = delegating(tenant);
            AllowedModels allowed = new AllowedModels(tenant.models());
            nothingForARoute(path.at("models"), tenant.models(), List.of(allowed), routes);
            for (int k = 0; k < tenant.keys().size(); k++) {
                KeySection key = tenant.keys().get(k);
                KeyPath here = path.at("keys").at(k).at("models");
                beyondTheTenant(here, key.models().orElse(List.of()), allowed);
                nothingForARoute(here, key.models(), List.of(allowed, new AllowedModels(key.models())), routes);
            }
        }
    }

    private List<TenantRoute> delegating(TenantSection tenant) {
        PlanSection above = Layers.over(tenant.plan(), base);
        return tenant.routes().stream()
                .filter(route -> Layers.over(route.plan(), above)
                        .mode()
                        .filter(mode -> mode != Mode.OFF)
                        .isPresent())
                .map(route -> new TenantRoute(route.match().model(), RoutePlan.OFF))
                .toList();
    }

    private void nothingForARoute(
            KeyPath path, Optional<List<String>> written, List<AllowedModels> all, List<TenantRoute> routes) {
        if (written.isEmpty() || routes.isEmpty()) {
            return;
        }
        boolean taken = aliases.names().stream()
                .filter(name -> all.stream().allMatch(allowed -> allows(allowed, name)))
                .anyMatch(name -> routes.stream().anyMatch(route -> covers(route, name)));
        if (!taken) {
            findings.warn(
                    path,
                    "allows no declared model that a route takes, so nothing is delegated",
                    "add a model of a route, or remove the list");
        }
    }

    /** Only of names: whether one pattern leaves something to another cannot be told from the models that are declared. */
    private void beyondTheTenant(KeyPath path, List<String> models, AllowedModels tenant) {
        for (int m = 0; m < models.size(); m++) {
            String name = models.get(m);
            if (!name.contains("*") && !allows(tenant, name)) {
                findings.warn(
                        path.at(m),
                        "is not among the models of the tenant, so the key may not ask for it",
                        "add it there too, or remove it here");
            }
        }
    }

    private boolean allows(AllowedModels allowed, String name) {
        return allowed.allows(new ModelName(name), aliases.modelOf(name).map(ModelName::new));
    }

    private boolean covers(TenantRoute route, String name) {
        return route.covers(new ModelName(name))
                || aliases.modelOf(name)
                        .filter(model -> route.covers(new ModelName(model)))
                        .isPresent();
    }
}

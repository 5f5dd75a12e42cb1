package dev.fresnel.config;

import dev.fresnel.config.ConfigFile.KeySection;
import dev.fresnel.tenant.KeyHash;
import dev.fresnel.tenant.TenantKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What is wrong with tenants' keys: one that two of them have, and two of a name. One for all tenants of a file. */
final class KeyChecks {
    private final Findings findings;
    private final Map<KeyHash, KeyPath> seen = new HashMap<>();

    KeyChecks(Findings findings) {
        this.findings = findings;
    }

    /** The keys of one tenant. */
    void check(KeyPath path, List<KeySection> keys) {
        Map<String, KeyPath> names = new HashMap<>();
        for (int k = 0; k < keys.size(); k++) {
            KeySection key = keys.get(k);
            KeyPath here = path.at(k);
            if (key.key().isEmpty()) {
                // Reported where it was read.
                continue;
            }
            KeyHash hash = key.key().get();
            KeyPath same = seen.putIfAbsent(hash, here);
            if (same != null) {
                findings.error(here, "is the same key as " + findings.name(same), "a key opens exactly one tenant");
                continue;
            }
            String name = key.name().orElseGet(() -> TenantKey.defaultName(hash));
            KeyPath namesake = names.putIfAbsent(name, here);
            if (namesake != null) {
                findings.error(
                        here.at("name"),
                        "is the name of " + findings.name(namesake) + " too",
                        "give every key of a tenant its own name");
            }
        }
    }
}

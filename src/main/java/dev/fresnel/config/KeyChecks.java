package dev.fresnel.config;

import dev.fresnel.config.TenantSection.KeySection;
import dev.fresnel.tenant.KeyHash;
import dev.fresnel.tenant.Tenant;
import dev.fresnel.tenant.TenantKey;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is wrong with tenants' keys: one that two of them have, and two of a name; and which of them have ended, or are about to. One for all tenants of a file. */
final class KeyChecks {
    /** A key that ends within this time is warned of: time enough to hand out its successor. */
    private static final Duration SOON = Duration.ofDays(14);

    private final Findings findings;
    private final Optional<Instant> now;
    private final Map<KeyHash, KeyPath> seen = new HashMap<>();

    /** @param now empty: of keys that expire nothing is said */
    KeyChecks(Findings findings, Optional<Instant> now) {
        this.findings = findings;
        this.now = now;
    }

    /** Whether everyone may come in. Keys that could not be read have been reported; the tenant is not open for that. */
    boolean isOpen(KeyPath path, TenantSection tenant) {
        boolean hasKeys = !tenant.keys().isEmpty() || findings.hasErrorsUnder(path.at("keys"));
        boolean declaredOpen =
                tenant.access().filter(Tenant.Access.OPEN::equals).isPresent();
        if (hasKeys && declaredOpen) {
            findings.error(
                    path.at("access"), "is open although there are keys", "remove the keys, or write access: keys");
        }
        return !hasKeys
                && tenant.access().filter(Tenant.Access.KEYS::equals).isEmpty()
                && !findings.hasErrorsUnder(path.at("access"));
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
            key.expires().ifPresent(end -> now.ifPresent(moment -> ends(here.at("expires"), end, moment)));
        }
    }

    private void ends(KeyPath path, Instant end, Instant moment) {
        if (!end.isAfter(moment)) {
            findings.warn(path, "is over: the key opens nothing", "remove the key, or give it more time");
        } else if (end.isBefore(moment.plus(SOON))) {
            findings.warn(
                    path,
                    "is less than " + SOON.toDays() + " days away",
                    "add its successor now: a tenant may have several keys");
        }
    }
}

package dev.fresnel.upstream;

import dev.fresnel.value.TenantId;

/** On whose part of an upstream's connections a call counts. */
public record Share(String of) {
    /** The gateway's own calls: lenses, judging, classifying. No tenant can be called so. */
    public static final Share GATEWAY = new Share("*");

    public static Share of(TenantId tenant) {
        return new Share(tenant.value());
    }
}

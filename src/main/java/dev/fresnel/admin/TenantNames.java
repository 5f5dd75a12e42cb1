package dev.fresnel.admin;

import dev.fresnel.value.TenantId;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The tenants of the config in force, whichever that is. Thread-safe as its supplier is. */
public final class TenantNames {
    private final Supplier<List<TenantId>> inForce;

    public TenantNames(Supplier<List<TenantId>> inForce) {
        this.inForce = inForce;
    }

    boolean has(TenantId tenant) {
        return inForce.get().contains(tenant);
    }

    List<TenantId> list() {
        return inForce.get();
    }

    /** For a refusal: who there is. */
    String all() {
        return inForce.get().stream().map(TenantId::value).collect(Collectors.joining(", "));
    }

    AdminReply.Refused nobody(TenantId tenant) {
        return AdminReply.notFound("No tenant is called '" + tenant + "'; there are " + all() + ".");
    }
}

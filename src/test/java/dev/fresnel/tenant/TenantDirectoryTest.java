package dev.fresnel.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.value.TenantId;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TenantDirectoryTest {
    private final Tenant acme = tenant("acme", "acme-key-1", "acme-key-2");
    private final Tenant other = tenant("other", "other-key");

    @Test
    void findsTheTenant_byAnyOfItsKeys() {
        TenantDirectory directory = new TenantDirectory(List.of(acme, other));

        assertThat(directory.find("acme-key-1")).contains(acme);
        assertThat(directory.find("acme-key-2")).contains(acme);
        assertThat(directory.find("other-key")).contains(other);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "acme-key", "acme-key-11", "ACME-KEY-1", " acme-key-1", "acme-key-1 ", "\u0000"})
    void findsNobody_forAnythingElse(String credential) {
        TenantDirectory directory = new TenantDirectory(List.of(acme, other));

        assertThat(directory.find(credential)).isEmpty();
        assertThat(directory.findOpen()).isEmpty();
    }

    @Test
    void fallsBackToTheOpenTenant_whenNoKeyFits() {
        Tenant open = tenant("open");
        TenantDirectory directory = new TenantDirectory(List.of(acme, open));

        assertThat(directory.find("sk-of-a-provider")).contains(open);
        assertThat(directory.find("acme-key-1")).contains(acme);
        assertThat(directory.findOpen()).contains(open);
        assertThat(directory.tenants()).containsExactly(acme, open);
    }

    private static Tenant tenant(String id, String... keys) {
        return new Tenant(
                new TenantId(id), Stream.of(keys).map(KeyHash::of).toList(), "openai", List.of(), Optional.empty());
    }
}

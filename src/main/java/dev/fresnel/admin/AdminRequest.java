package dev.fresnel.admin;

import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import io.vertx.core.buffer.Buffer;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an operation is asked: its declared parameters, each of its declared type. To ask for one that is not declared is a bug.
 *
 * @param values by parameter; those left out are absent
 * @param body of an operation that reads it itself, else empty
 * @param by who asks, as audit events name them: {@code admin-token@ADDRESS} or {@code loopback@ADDRESS}
 */
public record AdminRequest(Map<String, List<String>> values, Buffer body, String by) {
    public Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name)).map(List::getFirst);
    }

    /** One that the table says is required. */
    public String required(String name) {
        return text(name).orElseThrow(() -> new IllegalStateException(name + " is not declared as required"));
    }

    public boolean flag(String name) {
        return text(name).map(Boolean::parseBoolean).orElse(false);
    }

    public Optional<Long> number(String name) {
        return text(name).map(Long::valueOf);
    }

    public Optional<Usd> dollars(String name) {
        return text(name)
                .map(BigDecimal::new)
                .map(BigDecimal::stripTrailingZeros)
                .map(Usd::of);
    }

    public Optional<LocalDate> day(String name) {
        return text(name).map(LocalDate::parse);
    }

    public Optional<TenantId> tenant(String name) {
        return text(name).map(TenantId::new);
    }

    public Optional<List<String>> texts(String name) {
        return Optional.ofNullable(values.get(name));
    }
}

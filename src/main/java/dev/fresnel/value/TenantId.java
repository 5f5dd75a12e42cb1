package dev.fresnel.value;

/**
 * Who owns a request: keys, routes, budget, lenses and learning belong to exactly one tenant. Part of every stored key.
 *
 * @param value as the config writes it; letters, digits, {@code . _ -}, at most 64 characters
 */
public record TenantId(String value) {
    public TenantId {
        if (!value.matches("[A-Za-z0-9._-]{1,64}")) {
            throw new IllegalArgumentException("a tenant id is 1 to 64 letters, digits, '.', '_' or '-': " + value);
        }
    }

    @Override
    public String toString() {
        return value;
    }
}

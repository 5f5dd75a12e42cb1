package dev.fresnel.value;

/**
 * Who owns a request: keys, routes, budget, lenses and learning belong to exactly one tenant. Part of every stored key.
 *
 * @param value as the config writes it; letters, digits, {@code . _ -}, at most 64 characters
 */
public record TenantId(String value) {
    public TenantId {
        if (!isOne(value)) {
            throw new IllegalArgumentException("a tenant id is 1 to 64 letters, digits, '.', '_' or '-': " + value);
        }
    }

    /** Whether {@code text} can be a tenant's id. */
    public static boolean isOne(String text) {
        return text.matches("[A-Za-z0-9._-]{1,64}");
    }

    @Override
    public String toString() {
        return value;
    }
}

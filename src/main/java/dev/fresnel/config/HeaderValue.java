package dev.fresnel.config;

import dev.fresnel.value.Secret;

/** The value of a header that is very likely a credential, such as {@code Bearer KEY}. Prints as a secret does. */
record HeaderValue(Secret secret) {
    static HeaderValue parse(String text) throws BadValue {
        if (text.isBlank() || !text.equals(text.strip()) || text.chars().anyMatch(c -> c < ' ' || c > '~')) {
            throw new BadValue(
                    "must be printable ASCII without spaces around it, and not empty",
                    "look for a stray space or line break");
        }
        return new HeaderValue(new Secret(text));
    }

    @Override
    public String toString() {
        return secret.toString();
    }
}

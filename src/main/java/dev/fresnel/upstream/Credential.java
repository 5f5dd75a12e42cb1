package dev.fresnel.upstream;

import dev.fresnel.value.Secret;
import java.util.Optional;

/** What an upstream is shown in the {@code Authorization} header of a call. */
public sealed interface Credential {
    /** A key of the upstream's own, in place of whatever the client sent. */
    record ApiKey(Secret secret) implements Credential {}

    /** What the client sent, where it is the client's own at this provider; never a tenant's key. */
    record Client() implements Credential {}

    /** Nothing: a model of one's own, say. */
    record None() implements Credential {}

    /** The ways, as the config names them. */
    enum Kind {
        API_KEY,
        CLIENT,
        NONE
    }

    /** Of an upstream of which only its key is said, if that: the key, or else the client's own. */
    static Credential of(Optional<Secret> apiKey) {
        return apiKey.<Credential>map(ApiKey::new).orElseGet(Client::new);
    }
}

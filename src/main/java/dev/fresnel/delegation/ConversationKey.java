package dev.fresnel.delegation;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.TenantId;
import java.util.Optional;

/** Names one conversation of one tenant. Holds a hash, never the text. */
public record ConversationKey(TenantId tenant, Fingerprint hash) {
    /**
     * The session the client names, else tenant, system text and first user message: clients send the whole history at each turn, so
     * its beginning stays. Empty when there is neither a session nor a first user text, since all such requests would share one key.
     */
    public static Optional<ConversationKey> of(TenantId tenant, Optional<String> session, ChatRequest request) {
        if (session.isPresent()) {
            return Optional.of(new ConversationKey(tenant, Fingerprint.of("session", tenant.value(), session.get())));
        }
        return request.firstUser()
                .filter(opening -> !opening.text().isBlank())
                .map(opening -> new ConversationKey(
                        tenant,
                        Fingerprint.of(
                                "opening",
                                tenant.value(),
                                request.systemFingerprint().hex(),
                                opening.fingerprint().hex())));
    }
}

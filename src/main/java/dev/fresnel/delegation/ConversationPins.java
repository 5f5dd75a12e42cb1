package dev.fresnel.delegation;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.fresnel.value.TenantId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What running conversations were given. A pin is forgotten when its conversation is idle for longer than the provider's prompt
 * cache lives: then switching costs nothing any more. Bounded; thread-safe; kept in memory only, so after a restart conversations
 * are decided anew (and never inside a tool loop).
 */
public final class ConversationPins {
    /** How long the large providers keep an unused prompt prefix. */
    public static final Duration DEFAULT_IDLE = Duration.ofMinutes(5);

    public static final long DEFAULT_MAXIMUM = 100_000;

    private final Cache<ConversationKey, Pin> pins;

    /** @param maximum conversations held; beyond it the least used are forgotten */
    public ConversationPins(Ticker ticker, Duration idle, long maximum) {
        pins = Caffeine.newBuilder()
                .ticker(ticker)
                .expireAfterAccess(idle)
                .maximumSize(maximum)
                // On the calling thread: no pool of ours, and eviction is small work.
                .executor(Runnable::run)
                .build();
    }

    /** The pin, whose idle time starts again. */
    public Optional<Pin> find(ConversationKey conversation) {
        return Optional.ofNullable(pins.getIfPresent(conversation));
    }

    /** Pins, or pins anew at a boundary. Call it with the arm that really answered, not with the one that was decided. */
    public void pin(ConversationKey conversation, Pin pin) {
        pins.put(conversation, pin);
    }

    /** Forgets: the next turn is decided anew. */
    public void release(ConversationKey conversation) {
        pins.invalidate(conversation);
    }

    /** What running conversations of a tenant were given, in no order. Looks at all that are held: for an operator, not for a request. */
    public Map<ConversationKey, Pin> of(TenantId tenant) {
        Map<ConversationKey, Pin> found = new HashMap<>();
        // The view of the map starts nobody's idle time anew.
        pins.asMap().forEach((conversation, pin) -> {
            if (conversation.tenant().equals(tenant)) {
                found.put(conversation, pin);
            }
        });
        return found;
    }

    /** {@link #release}, and whether there was something to forget. */
    public boolean forget(ConversationKey conversation) {
        return pins.asMap().remove(conversation) != null;
    }

    /** Conversations held now. */
    public long size() {
        pins.cleanUp();
        return pins.estimatedSize();
    }
}

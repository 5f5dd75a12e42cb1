package dev.fresnel.delegation;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.fresnel.savings.Tab;
import java.time.Duration;
import java.util.Optional;

/**
 * Running conversations in the experiment. A conversation stays what the lot made it until it is idle as long as a pin may be; unlike a pin, also where its arm was a
 * stand-in for one request, or its first answer failed. Bounded; thread-safe; in memory only.
 */
public final class Enrolments {
    private final Cache<ConversationKey, Tab> tabs;

    /** @param maximum conversations held; beyond it the least used are forgotten, and begin anew */
    public Enrolments(Ticker ticker, Duration idle, long maximum) {
        tabs = Caffeine.newBuilder()
                .ticker(ticker)
                .expireAfterAccess(idle)
                .maximumSize(maximum)
                // On the calling thread: no pool of ours, and eviction is small work.
                .executor(Runnable::run)
                .build();
    }

    /** The conversation's tab, whose idle time starts again. */
    public Optional<Tab> find(ConversationKey conversation) {
        return Optional.ofNullable(tabs.getIfPresent(conversation));
    }

    /** A conversation begins; one of before with the same opening words is over. */
    public void begin(ConversationKey conversation, Tab tab) {
        tabs.put(conversation, tab);
    }
}

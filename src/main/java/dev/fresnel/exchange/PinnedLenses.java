package dev.fresnel.exchange;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.Optional;

/**
 * Rendered lenses that running conversations began with. A lens may be rewritten while a conversation lasts; other bytes in its
 * prompt would lose the provider's cache and change the rules in mid-game. Bounded; thread-safe.
 */
public final class PinnedLenses {
    private static final long MAXIMUM = 10_000;

    private final Cache<String, String> blocks;

    public PinnedLenses(Ticker ticker, Duration idle) {
        blocks = Caffeine.newBuilder()
                .ticker(ticker)
                .expireAfterAccess(idle)
                .maximumSize(MAXIMUM)
                .executor(Runnable::run)
                .build();
    }

    void keep(String lensId, String block) {
        blocks.put(lensId, block);
    }

    Optional<String> find(String lensId) {
        return Optional.ofNullable(blocks.getIfPresent(lensId));
    }
}

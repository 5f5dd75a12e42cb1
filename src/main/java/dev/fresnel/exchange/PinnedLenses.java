package dev.fresnel.exchange;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.fresnel.lens.Lens;
import dev.fresnel.lens.LensBlock;
import dev.fresnel.lens.LensId;
import dev.fresnel.value.TenantId;
import java.time.Duration;
import java.util.Optional;

/**
 * Rendered lenses: each version is rendered once, whoever asks for it, and kept while it is in use. It is also what running conversations began with. A lens may be rewritten while a conversation lasts; other bytes in its
 * prompt would lose the provider's cache and change the rules in mid-game. Bounded; thread-safe.
 */
public final class PinnedLenses {
    private static final long MAXIMUM = 10_000;

    private final Cache<Version, Block> blocks;

    public PinnedLenses(Ticker ticker, Duration idle) {
        blocks = Caffeine.newBuilder()
                .ticker(ticker)
                .expireAfterAccess(idle)
                .maximumSize(MAXIMUM)
                .executor(Runnable::run)
                .build();
    }

    /** The block of a lens version; rendered when it is not kept yet. */
    Block block(TenantId tenant, Lens lens, LensId id, int maxTokens) {
        return blocks.get(new Version(tenant, id.value(), maxTokens), version -> {
            String text = LensBlock.render(lens, id, maxTokens);
            return new Block(text, LensBlock.tokenBound(text));
        });
    }

    /** The block of a lens version that was rendered before. */
    Optional<Block> find(TenantId tenant, String lensId, int maxTokens) {
        return Optional.ofNullable(blocks.getIfPresent(new Version(tenant, lensId, maxTokens)));
    }

    /** Routes may share a lens and cap it differently. An id is but part of a hash: two tenants' may be the same. */
    private record Version(TenantId tenant, String lensId, int maxTokens) {}

    /**
     * A lens as it stands in a prompt.
     *
     * @param tokens an upper bound
     */
    record Block(String text, long tokens) {}
}

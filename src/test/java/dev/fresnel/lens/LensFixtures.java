package dev.fresnel.lens;

import dev.fresnel.budget.Price;
import dev.fresnel.chat.Feature;
import dev.fresnel.chat.Usage;
import dev.fresnel.upstream.Completion;
import dev.fresnel.upstream.Model;
import dev.fresnel.upstream.Tier;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Lenses, requests and answers that tests start from. */
public final class LensFixtures {
    public static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    public static final TenantId ACME = new TenantId("acme");
    static final Price PRICE =
            new Price(Usd.of(new BigDecimal("2.50")), Usd.of(new BigDecimal("1.25")), Usd.of(new BigDecimal("10.00")));

    static final String ANSWER = """
            {"task_scope":"CRUD endpoints for a shop",
             "constraints":["Every endpoint answers JSON with a code field"],
             "anti_patterns":["Skipping validation: check every body","Returning 200 for a missing row: use 404"],
             "heuristics":["Keep one router per entity","Validate before touching the database","Page every list"],
             "patterns":["POST answers 201 with a Location header","Errors share one shape","Ids are UUIDs"],
             "examples":["router.get('/x', list)"]}""";

    private LensFixtures() {}

    public static LensKey key(String tenant, String what) {
        return new LensKey(new TenantId(tenant), Fingerprint.of(tenant, what));
    }

    public static Lens lens(String scope) {
        return new Lens(
                scope,
                List.of("Keep one router per entity", "Validate before touching the database", "Page every list"),
                List.of("POST answers 201 with a Location header", "Errors share one shape", "Ids are UUIDs"),
                List.of("Skipping validation: check every body", "Returning 200 for a missing row: use 404"),
                List.of("Every endpoint answers JSON with a code field"),
                List.of("router.get('/x', list)"),
                List.of("src/app.ts"),
                new Provenance(
                        "smart-2026",
                        "lens-v1",
                        Fingerprint.of("prompt"),
                        new Usage(1000, 200, 300, 50),
                        Provenance.UsageSource.REPORTED,
                        new Usd(5_250_000),
                        NOW,
                        Duration.ofMillis(1500)));
    }

    public static StoredLens stored(String scope) {
        return StoredLens.of(lens(scope), NOW, Duration.ofHours(24));
    }

    static Model smart(Set<Feature> supports) {
        return new Model(
                new ModelName("smart"), "openai", new ModelName("smart"), Tier.LARGE, OptionalLong.empty(), supports);
    }

    static TaskBrief brief() {
        return TaskBrief.of(
                new LensSubject.Task("You write TypeScript.", "", "CRUD endpoints for 5 entities in src/app.ts"),
                "You write TypeScript.",
                List.of("read_file", "write_file"),
                "CRUD endpoints for 5 entities in src/app.ts");
    }

    static LensRequest request(LensKey key) {
        return request(key, LensPolicy.DEFAULT, Set.of());
    }

    static LensRequest request(LensKey key, LensPolicy policy, Set<Feature> supports) {
        return new LensRequest(key, brief(), smart(supports), PRICE, Optional.empty(), policy, new RequestId("req-1"));
    }

    static LensPolicy policyWithDeadline(Duration deadline) {
        LensPolicy base = LensPolicy.DEFAULT;
        return new LensPolicy(
                base.build(),
                base.scope(),
                base.ttl(),
                base.onFailure(),
                deadline,
                base.temperature(),
                base.maxTokens(),
                base.maxLensTokens(),
                base.negativeTtl(),
                base.near(),
                base.sharing());
    }

    static Completion answer(String text) {
        return new Completion(
                text,
                "smart-2026-01",
                Optional.of(new Usage(1000, 0, 400, 0)),
                Optional.of("stop"),
                Duration.ofMillis(10));
    }

    /** Claims and saves, as one who is alone. */
    public static Future<Void> put(LensStore store, LensKey key, StoredLens lens) {
        return store.claim(key, Duration.ofMinutes(1))
                .compose(claim -> store.save((Claim.Granted) claim, lens))
                .compose(saved -> saved == Saved.KEPT
                        ? Future.succeededFuture()
                        : Future.failedFuture("the lens of " + key + " was refused"));
    }

    /** A clock that stands until it is moved; both the date and the monotonic one. */
    static final class StandingClock implements InstantSource {
        private volatile Instant now = NOW;

        @Override
        public Instant instant() {
            return now;
        }

        long nanos() {
            return Duration.between(NOW, now).toNanos();
        }

        void advance(Duration duration) {
            now = now.plus(duration);
        }
    }
}

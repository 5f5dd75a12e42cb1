package dev.fresnel.lens;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.upstream.Completion;
import dev.fresnel.upstream.SmartModel;
import dev.fresnel.value.GatewayException;
import dev.fresnel.value.GatewayFailure;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** S18, S20, S37 (exact), S38; failure rows S1, S2, S4, S5, R8. */
class LensShelfTest {
    private static final LensKey KEY = LensFixtures.key("acme", "one");
    private static final LensRequest REQUEST = LensFixtures.request(KEY);

    /** {@link LensFixtures#ANSWER} with one guideline replaced. */
    private static final String REVISED = LensFixtures.ANSWER.replace(
            "\"Keep one router per entity\",\"Validate before touching the database\",\"Page every list\"",
            "\"Validate before touching the database\",\"Page every list\",\"Log refusals\"");

    private final LensFixtures.StandingClock clock = new LensFixtures.StandingClock();
    private final List<LensEvent> events = new CopyOnWriteArrayList<>();
    private final HeapLensStore store = new HeapLensStore();
    private final AtomicInteger calls = new AtomicInteger();
    private volatile SmartModel model = _ -> Future.succeededFuture(LensFixtures.answer(LensFixtures.ANSWER));

    private Vertx vertx;
    private LensShelf shelf;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        shelf = shelf(ShelfLimits.DEFAULT);
    }

    @AfterEach
    void stop() {
        await(vertx.close());
    }

    @Test
    void buildsOnceAndHitsAfterwards() {
        LensResult first = get(Wait.INLINE);
        LensResult second = get(Wait.CACHED_ONLY);

        assertThat(first)
                .isInstanceOfSatisfying(
                        LensResult.Built.class,
                        built -> assertThat(built.role()).isEqualTo(LensResult.Role.STARTED));
        assertThat(second).isInstanceOfSatisfying(LensResult.Hit.class, hit -> {
            assertThat(hit.freshness()).isEqualTo(LensResult.Freshness.FRESH);
            assertThat(hit.id()).isEqualTo(((LensResult.Built) first).id());
        });
        assertThat(calls).hasValue(1);
        assertThat(store.lenses).containsKey(KEY);
        assertThat(events).singleElement().isInstanceOfSatisfying(LensEvent.Created.class, created -> {
            assertThat(created.counts()).isEqualTo(new LensEvent.Counts(3, 3, 2, 1, 1));
            assertThat(created.scope()).isEqualTo("CRUD endpoints for a shop");
            assertThat(created.generatedBy()).isEqualTo("smart-2026-01");
            assertThat(created.cause()).isEqualTo(LensEvent.Cause.MISS);
            assertThat(created.key()).isEqualTo(KEY.shortForm());
            assertThat(created.tenant()).isEqualTo(LensFixtures.ACME);
            assertThat(created.cost().nanos()).isEqualTo(6_500_000);
            assertThat(created.templateVersion()).isEqualTo("lens-v1");
        });
        assertThat(shelf.peek(KEY)).isPresent();
    }

    @Test
    void asksTheSmartModelOnce_when200RequestsArriveOnManyLoops() {
        Promise<Completion> answer = Promise.promise();
        model = _ -> answer.future();
        List<Context> contexts = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            contexts.add(vertx.getOrCreateContext());
        }
        List<CompletableFuture<LensResult>> results = new ArrayList<>();
        AtomicInteger foreign = new AtomicInteger();
        AtomicInteger asked = new AtomicInteger();
        CompletableFuture<Boolean> allAsked = new CompletableFuture<>();

        for (int i = 0; i < 200; i++) {
            Context context = contexts.get(i % contexts.size());
            CompletableFuture<LensResult> result = new CompletableFuture<>();
            results.add(result);
            context.runOnContext(_ -> {
                shelf.lensFor(REQUEST, Wait.INLINE).onComplete(done -> {
                    if (!context.equals(Vertx.currentContext())) {
                        foreign.incrementAndGet();
                    }
                    result.complete(done.result());
                });
                if (asked.incrementAndGet() == 200) {
                    allAsked.complete(true);
                }
            });
        }
        assertThat(allAsked.orTimeout(20, TimeUnit.SECONDS).join()).isTrue();
        vertx.runOnContext(_ -> answer.complete(LensFixtures.answer(LensFixtures.ANSWER)));
        List<LensResult> all = results.stream()
                .map(result -> result.orTimeout(20, TimeUnit.SECONDS).join())
                .toList();

        assertThat(calls).hasValue(1);
        assertThat(foreign)
                .as("results delivered on another context than the caller's")
                .hasValue(0);
        assertThat(all).allMatch(result -> result instanceof LensResult.Built || result instanceof LensResult.Hit);
        assertThat(all.stream()
                        .filter(r -> r instanceof LensResult.Built(Lens _, LensId _, LensResult.Role role)
                                && role == LensResult.Role.STARTED))
                .hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void waitsForNoWriting_inBackground() {
        Promise<Completion> answer = Promise.promise();
        model = _ -> answer.future();

        LensResult first = get(Wait.BACKGROUND);
        LensResult second = get(Wait.BACKGROUND);
        answer.complete(LensFixtures.answer(LensFixtures.ANSWER));
        LensResult third = get(Wait.BACKGROUND);

        assertThat(List.of(first, second))
                .containsExactly(
                        new LensResult.Skipped(SkipReason.BUILDING), new LensResult.Skipped(SkipReason.BUILDING));
        assertThat(third).isInstanceOf(LensResult.Hit.class);
        assertThat(calls).hasValue(1);
    }

    @Test
    void goesOnBuilding_whenTheDeadlineIsOver() {
        Promise<Completion> answer = Promise.promise();
        model = _ -> answer.future();
        LensRequest hasty = LensFixtures.request(KEY, LensFixtures.policyWithDeadline(Duration.ofMillis(1)), Set.of());

        LensResult late = await(shelf.lensFor(hasty, Wait.INLINE));
        answer.complete(LensFixtures.answer(LensFixtures.ANSWER));

        assertThat(late).isEqualTo(new LensResult.Skipped(SkipReason.DEADLINE));
        assertThat(get(Wait.CACHED_ONLY)).isInstanceOf(LensResult.Hit.class);
    }

    @Test
    void buildsNothing_whenOnlyKeptOnesAreWanted() {
        assertThat(get(Wait.CACHED_ONLY)).isEqualTo(new LensResult.Skipped(SkipReason.NOT_CACHED));
        assertThat(calls).hasValue(0);
    }

    @Test
    void takesItFromTheStore_beforeAskingTheModel() {
        store.lenses.put(KEY, LensFixtures.stored("kept"));

        LensResult result = get(Wait.INLINE);

        assertThat(result)
                .isInstanceOfSatisfying(
                        LensResult.Hit.class,
                        hit -> assertThat(hit.lens().scope()).isEqualTo("kept"));
        assertThat(calls).hasValue(0);
    }

    @Test
    void servesStaleWhileRebuildingOnce() {
        LensResult built = get(Wait.INLINE);
        Promise<Completion> answer = Promise.promise();
        model = _ -> answer.future();
        clock.advance(Duration.ofHours(30));

        LensResult one = get(Wait.INLINE);
        LensResult two = get(Wait.BACKGROUND);
        answer.complete(LensFixtures.answer(LensFixtures.ANSWER.replace("a shop", "a library")));
        LensResult three = get(Wait.INLINE);

        assertThat(built).isInstanceOf(LensResult.Built.class);
        assertThat(List.of(one, two))
                .allSatisfy(result -> assertThat(result)
                        .isInstanceOfSatisfying(
                                LensResult.Hit.class,
                                hit -> assertThat(hit.freshness()).isEqualTo(LensResult.Freshness.STALE)));
        assertThat(three).isInstanceOfSatisfying(LensResult.Hit.class, hit -> {
            assertThat(hit.freshness()).isEqualTo(LensResult.Freshness.FRESH);
            assertThat(hit.lens().scope()).isEqualTo("CRUD endpoints for a library");
        });
        assertThat(calls).hasValue(2);
        assertThat(events.getLast())
                .isInstanceOfSatisfying(
                        LensEvent.Created.class,
                        created -> assertThat(created.cause()).isEqualTo(LensEvent.Cause.STALE));
    }

    @Test
    void doesNotHammer_whenTheRebuildFails() {
        assertThat(get(Wait.INLINE)).isInstanceOf(LensResult.Built.class);
        model = _ -> Future.succeededFuture(LensFixtures.answer("I'm sorry, I can't."));
        clock.advance(Duration.ofHours(30));

        for (int i = 0; i < 5; i++) {
            assertThat(get(Wait.INLINE)).isInstanceOf(LensResult.Hit.class);
        }

        assertThat(calls).hasValue(2);
    }

    @Test
    void jittersHowLongALensIsFresh() {
        List<Duration> fresh = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            LensKey key = LensFixtures.key("acme", "k" + i);
            assertThat(await(shelf.lensFor(LensFixtures.request(key), Wait.INLINE)))
                    .isInstanceOf(LensResult.Built.class);
            fresh.add(Duration.between(
                    LensFixtures.NOW,
                    Objects.requireNonNull(store.lenses.get(key)).freshUntil()));
        }

        assertThat(fresh)
                .allSatisfy(d -> assertThat(d)
                        .isBetween(
                                Duration.ofHours(24).multipliedBy(8).dividedBy(10),
                                Duration.ofHours(24).multipliedBy(12).dividedBy(10)));
        assertThat(fresh.stream().distinct().count()).isGreaterThan(30);
    }

    @Test
    void leavesAFailedKeyAlone_untilItsTimeIsOver() {
        model = _ -> Future.succeededFuture(LensFixtures.answer("I'm sorry, I can't."));

        LensResult first = get(Wait.INLINE);
        LensResult second = get(Wait.INLINE);
        boolean marked = shelf.failedRecently(KEY);
        clock.advance(Duration.ofMinutes(13));
        LensResult third = get(Wait.INLINE);

        assertThat(first).isInstanceOfSatisfying(LensResult.Skipped.class, skipped -> {
            assertThat(skipped.reason()).isEqualTo(SkipReason.FAILED);
            assertThat(skipped.spent())
                    .as("who started the writing knows its price")
                    .isGreaterThan(Usd.ZERO);
        });
        assertThat(second).isEqualTo(new LensResult.Skipped(SkipReason.FAILED_RECENTLY));
        assertThat(marked).isTrue();
        assertThat(third).isEqualTo(first);
        assertThat(calls).hasValue(2);
        assertThat(events.getFirst()).isInstanceOfSatisfying(LensEvent.Failed.class, failed -> {
            assertThat(failed.failure()).isEqualTo(LensFailure.UNUSABLE_ANSWER);
            assertThat(failed.cost().nanos()).isEqualTo(6_500_000);
            assertThat(failed.attempts()).isEqualTo(1);
        });
    }

    @Test
    void pausesTheTenantsWritings_asLongAsTheProviderAsks() {
        model = _ -> Future.failedFuture(
                new GatewayException(new GatewayFailure.RateLimited("slow down", Duration.ofSeconds(30))));
        LensRequest other = LensFixtures.request(LensFixtures.key("acme", "two"));
        LensRequest stranger = LensFixtures.request(LensFixtures.key("other", "three"));

        LensResult limited = get(Wait.INLINE);
        model = _ -> Future.succeededFuture(LensFixtures.answer(LensFixtures.ANSWER));
        LensResult sameTenant = await(shelf.lensFor(other, Wait.INLINE));
        LensResult otherTenant = await(shelf.lensFor(stranger, Wait.INLINE));
        clock.advance(Duration.ofSeconds(31));
        LensResult afterwards = await(shelf.lensFor(other, Wait.INLINE));
        LensResult sameKey = get(Wait.INLINE);

        assertThat(limited).isEqualTo(new LensResult.Skipped(SkipReason.FAILED));
        assertThat(sameTenant).isEqualTo(new LensResult.Skipped(SkipReason.BACKING_OFF));
        assertThat(otherTenant).isInstanceOf(LensResult.Built.class);
        assertThat(afterwards).isInstanceOf(LensResult.Built.class);
        assertThat(sameKey).isInstanceOf(LensResult.Built.class);
    }

    @Test
    void pausesLonger_withEveryFailureInARow() {
        model = _ ->
                Future.failedFuture(new GatewayException(new GatewayFailure.UpstreamUnavailable("down", "openai")));
        int asked = 0;
        for (int i = 0; i < 60; i++) {
            LensKey key = LensFixtures.key("acme", "k" + i);
            if (await(shelf.lensFor(LensFixtures.request(key), Wait.INLINE))
                    .equals(new LensResult.Skipped(SkipReason.FAILED))) {
                asked++;
            }
            clock.advance(Duration.ofSeconds(3));
        }

        assertThat(asked).as("of 60 in three minutes").isBetween(4, 10);
        assertThat(calls).hasValue(asked);
    }

    @Test
    void capsWritingsAtOnce() {
        shelf = shelf(new ShelfLimits(100, 2, 3, Duration.ofSeconds(5)));
        Promise<Completion> answer = Promise.promise();
        model = _ -> answer.future();

        List<LensResult> results = new ArrayList<>();
        for (String who : List.of("acme/1", "acme/2", "acme/3", "b/1", "c/1")) {
            LensKey key = LensFixtures.key(who.substring(0, who.indexOf('/')), who);
            results.add(await(shelf.lensFor(LensFixtures.request(key), Wait.BACKGROUND)));
        }
        answer.complete(LensFixtures.answer(LensFixtures.ANSWER));
        LensResult afterwards =
                await(shelf.lensFor(LensFixtures.request(LensFixtures.key("acme", "acme/3")), Wait.INLINE));

        assertThat(results.stream().map(r -> ((LensResult.Skipped) r).reason()))
                .containsExactly(
                        SkipReason.BUILDING,
                        SkipReason.BUILDING,
                        SkipReason.BUSY,
                        SkipReason.BUILDING,
                        SkipReason.BUSY);
        assertThat(afterwards).isInstanceOf(LensResult.Built.class);
    }

    @Test
    void goesOnWithoutTheStore_whenItFails() {
        store.broken = true;

        LensResult built = get(Wait.INLINE);
        LensResult hit = get(Wait.INLINE);

        assertThat(built).isInstanceOf(LensResult.Built.class);
        assertThat(hit).isInstanceOf(LensResult.Hit.class);
        assertThat(events.stream()
                        .filter(LensEvent.StoreFailed.class::isInstance)
                        .map(event -> ((LensEvent.StoreFailed) event).operation()))
                .containsExactly(
                        LensEvent.Operation.FIND,
                        LensEvent.Operation.COUNT,
                        LensEvent.Operation.CLAIM,
                        LensEvent.Operation.SAVE);
    }

    @Test
    void survivesAModelThatThrows() {
        model = _ -> {
            throw new IllegalStateException("bug");
        };

        assertThat(get(Wait.INLINE)).isEqualTo(new LensResult.Skipped(SkipReason.FAILED));
        assertThat(events.getFirst())
                .isInstanceOfSatisfying(
                        LensEvent.Failed.class,
                        failed -> assertThat(failed.failure()).isEqualTo(LensFailure.INTERNAL));
    }

    @Test
    void forgetsATenant_evenWhatIsBeingWritten() {
        Promise<Completion> answer = Promise.promise();
        model = _ -> answer.future();
        LensKey stranger = LensFixtures.key("other", "one");
        store.lenses.put(KEY, LensFixtures.stored("kept"));
        store.lenses.put(stranger, LensFixtures.stored("kept"));
        assertThat(get(Wait.INLINE)).isInstanceOf(LensResult.Hit.class);
        LensKey running = LensFixtures.key("acme", "running");
        assertThat(await(shelf.lensFor(LensFixtures.request(running), Wait.BACKGROUND)))
                .isEqualTo(new LensResult.Skipped(SkipReason.BUILDING));

        int purged = await(shelf.purge(LensFixtures.ACME));
        answer.complete(LensFixtures.answer(LensFixtures.ANSWER));

        assertThat(purged).isEqualTo(1);
        assertThat(shelf.peek(KEY)).isEmpty();
        assertThat(shelf.peek(running)).isEmpty();
        assertThat(store.lenses).containsOnlyKeys(stranger);
    }

    @Test
    void takesOneLensOff_whenRevoked() {
        assertThat(get(Wait.INLINE)).isInstanceOf(LensResult.Built.class);

        await(shelf.revoke(KEY));

        assertThat(shelf.peek(KEY)).isEmpty();
        assertThat(store.lenses).isEmpty();
    }

    @Test
    void notesUseInTheStore_nowAndThen() {
        assertThat(get(Wait.INLINE)).isInstanceOf(LensResult.Built.class);

        assertThat(get(Wait.INLINE)).isInstanceOf(LensResult.Hit.class);
        int before = store.touches.get();
        clock.advance(Duration.ofMinutes(11));
        assertThat(get(Wait.INLINE)).isInstanceOf(LensResult.Hit.class);
        assertThat(get(Wait.INLINE)).isInstanceOf(LensResult.Hit.class);

        assertThat(before).isZero();
        assertThat(store.touches).hasValue(1);
    }

    @Test
    void writesNothing_whileAnotherReplicaHoldsTheClaim() {
        store.claims.put(KEY, 99L);

        LensResult taken = get(Wait.INLINE);

        assertThat(taken).isEqualTo(new LensResult.Skipped(SkipReason.BUILDING));
        assertThat(calls).hasValue(0);
        store.claims.remove(KEY);
        assertThat(get(Wait.INLINE)).isInstanceOf(LensResult.Built.class);
        assertThat(store.claims).as("released").isEmpty();
    }

    @Test
    void takesOverWhatAnotherReplicaWrote_betweenLookingAndClaiming() {
        StoredLens theirs = LensFixtures.stored("theirs");
        store.afterFind = () -> store.lenses.put(KEY, theirs);

        LensResult result = get(Wait.INLINE);

        assertThat(result)
                .isInstanceOfSatisfying(
                        LensResult.Hit.class, hit -> assertThat(hit.lens()).isEqualTo(theirs.lens()));
        assertThat(calls).hasValue(0);
        assertThat(store.claims).as("released").isEmpty();
    }

    @Test
    void releasesTheClaim_whenTheWritingFails() {
        model = _ -> Future.failedFuture("no");

        assertThat(get(Wait.INLINE)).isEqualTo(new LensResult.Skipped(SkipReason.FAILED));

        assertThat(store.claims).isEmpty();
    }

    @Test
    void retiresALensThatHurts_andHasTheNextVersionMadeFromIt() {
        LensId first = ((LensResult.Built) get(Wait.INLINE)).id();
        hurts(first);

        assertThat(shelf.peek(KEY)).as("no longer served").isEmpty();
        assertThat(events.getLast()).isInstanceOfSatisfying(LensEvent.Retired.class, retired -> {
            assertThat(retired.id()).isEqualTo(first);
            assertThat(retired.answers()).isEqualTo(20);
            assertThat(retired.comparedWith()).isEqualTo("bare");
            assertThat(retired.next()).isEqualTo(LensEvent.Retired.Next.REFRESH);
        });
        AtomicReference<String> prompt = new AtomicReference<>("");
        model = call -> {
            prompt.set(call.userPrompt());
            return Future.succeededFuture(LensFixtures.answer(REVISED));
        };

        LensResult second = get(Wait.INLINE);

        assertThat(second).isInstanceOfSatisfying(LensResult.Built.class, built -> {
            assertThat(built.id()).isNotEqualTo(first);
            assertThat(built.lens().heuristics())
                    .containsExactly("Validate before touching the database", "Page every list", "Log refusals");
        });
        assertThat(prompt.get()).contains("turned out worse", "heuristics: Keep one router per entity");
        assertThat(events.getLast())
                .isInstanceOfSatisfying(
                        LensEvent.Created.class,
                        created -> assertThat(created.cause()).isEqualTo(LensEvent.Cause.RETIRED));
        assertThat(get(Wait.CACHED_ONLY)).isInstanceOf(LensResult.Hit.class);
    }

    @Test
    void leavesAKeyAlone_whenItsSecondVersionHurtsToo() {
        hurts(((LensResult.Built) get(Wait.INLINE)).id());
        model = _ -> Future.succeededFuture(LensFixtures.answer(REVISED));
        hurts(((LensResult.Built) get(Wait.INLINE)).id());

        for (Wait wait : Wait.values()) {
            assertThat(get(wait)).isEqualTo(new LensResult.Skipped(SkipReason.RETIRED));
        }
        assertThat(shelf.isLeftAlone(KEY)).isTrue();
        assertThat(calls).hasValue(2);
        assertThat(events.getLast())
                .isInstanceOfSatisfying(
                        LensEvent.Retired.class,
                        retired -> assertThat(retired.next()).isEqualTo(LensEvent.Retired.Next.LEAVE));
    }

    @Test
    void leavesAKeyAlone_whenTheSmartModelHasNoBetterVersion() {
        hurts(((LensResult.Built) get(Wait.INLINE)).id());

        LensResult same = get(Wait.INLINE);

        assertThat(same)
                .isInstanceOfSatisfying(
                        LensResult.Skipped.class,
                        skipped -> assertThat(skipped.reason()).isEqualTo(SkipReason.FAILED));
        assertThat(get(Wait.INLINE)).isEqualTo(new LensResult.Skipped(SkipReason.RETIRED));
    }

    @Test
    void knowsWhatWasRetired_afterARestartAndOnAnotherReplica() {
        LensId first = ((LensResult.Built) get(Wait.INLINE)).id();
        hurts(first);

        shelf = shelf(ShelfLimits.DEFAULT);
        LensResult elsewhere = get(Wait.CACHED_ONLY);
        model = _ -> Future.succeededFuture(LensFixtures.answer(REVISED));
        LensResult next = get(Wait.INLINE);

        assertThat(elsewhere).isEqualTo(new LensResult.Skipped(SkipReason.NOT_CACHED));
        assertThat(next)
                .isInstanceOfSatisfying(
                        LensResult.Built.class, built -> assertThat(built.id()).isNotEqualTo(first));
    }

    @Test
    void aReplicaHearsOfARetirement_withTheNextOutcomeItAdds() {
        LensId first = ((LensResult.Built) get(Wait.INLINE)).id();
        LensShelf other = shelf(ShelfLimits.DEFAULT);
        assertThat(await(other.lensFor(REQUEST, Wait.CACHED_ONLY))).isInstanceOf(LensResult.Hit.class);
        hurts(first);
        assertThat(other.peek(KEY)).isPresent();

        other.heard(with(first), Tally.of(1, 1));

        assertThat(other.peek(KEY)).isEmpty();
    }

    @Test
    void judgesOnWithoutTheStore_whenItFails() {
        LensId first = ((LensResult.Built) get(Wait.INLINE)).id();
        store.broken = true;

        hurts(first);

        assertThat(shelf.peek(KEY)).isEmpty();
    }

    @Test
    void keepsNoRecord_ofRequestsThatNobodyWroteALensFor() {
        shelf.heard(new LensUse(KEY, Optional.empty(), Optional.empty()), Tally.of(1, 1));

        assertThat(store.records).isEmpty();
    }

    @Test
    void startsTheTimeOfAProvenLensAnew() {
        LensId id = proven();
        clock.advance(Duration.ofHours(30));

        LensResult renewed = get(Wait.INLINE);
        clock.advance(Duration.ofHours(15));
        LensResult later = get(Wait.INLINE);

        assertThat(List.of(renewed, later))
                .allSatisfy(result -> assertThat(result).isInstanceOfSatisfying(LensResult.Hit.class, hit -> {
                    assertThat(hit.id()).isEqualTo(id);
                    assertThat(hit.freshness()).isEqualTo(LensResult.Freshness.FRESH);
                }));
        assertThat(calls).as("not written again").hasValue(1);
        assertThat(Objects.requireNonNull(store.lenses.get(KEY)).freshUntil())
                .isAfter(LensFixtures.NOW.plus(Duration.ofHours(45)));
    }

    /** A lens that would be renewed once its time is over. */
    private LensId proven() {
        LensId id = built();
        bareElsewhere(100, 0.5);
        for (int i = 0; i < 20; i++) {
            shelf.heard(with(id), Tally.of(1, 1));
        }
        return id;
    }

    private void hurts(LensId lens) {
        bareElsewhere(200, 0.9);
        for (int i = 0; i < 20; i++) {
            shelf.heard(with(lens), Tally.of(0.3, 1));
        }
    }

    private void bareElsewhere(int answers, double quality) {
        LensKey other = LensFixtures.key("acme", "elsewhere");
        assertThat(await(shelf.lensFor(LensFixtures.request(other), Wait.CACHED_ONLY)))
                .isInstanceOf(LensResult.class);
        LensUse bare = new LensUse(other, Optional.empty(), Optional.of(new ModelName("cheap")));
        LensUse lens = new LensUse(other, Optional.of(new LensId("f".repeat(16))), Optional.of(new ModelName("cheap")));
        shelf.heard(lens, Tally.of(quality, 0.001));
        for (int i = 0; i < answers; i++) {
            shelf.heard(bare, Tally.of(quality, 1));
        }
    }

    private static LensUse with(LensId lens) {
        return new LensUse(KEY, Optional.of(lens), Optional.of(new ModelName("cheap")));
    }

    @Test
    void spellsItsReasons() {
        assertThat(SkipReason.FAILED_RECENTLY.key()).isEqualTo("failed_recently");
        assertThat(LensFailure.RATE_LIMITED.key()).isEqualTo("rate_limited");
        assertThat(LensEvent.Cause.STALE.key()).isEqualTo("stale");
        assertThat(LensEvent.Operation.FIND.key()).isEqualTo("find");
        assertThat(Repair.FENCE_REMOVED.key()).isEqualTo("fence_removed");
        assertThat(KEY).hasToString("acme/" + KEY.shortForm());
    }

    private LensShelf shelf(ShelfLimits limits) {
        SmartModel counted = call -> {
            calls.incrementAndGet();
            return model.complete(call);
        };
        return new LensShelf(
                vertx,
                new LensWriter(counted, PromptTemplate.load(), clock, clock::nanos),
                store,
                clock,
                clock::nanos,
                new Random(1),
                limits,
                events::add);
    }

    private LensResult get(Wait wait) {
        return await(shelf.lensFor(REQUEST, wait));
    }

    // ---- an operator's orders ----

    private static final LensEdit EDIT = new LensEdit(
            "CRUD endpoints", List.of("Do as the operator says"), List.of(), List.of(), List.of(), List.of());

    private LensId built() {
        return ((LensResult.Built) get(Wait.INLINE)).id();
    }

    private LensResult.Hit hit() {
        return (LensResult.Hit) get(Wait.CACHED_ONLY);
    }

    @Test
    void servesWhatAnOperatorWrote_andKeepsWhereItCameFrom() {
        LensId first = built();

        LensChange change = await(shelf.edit(KEY, first, EDIT, "loopback@127.0.0.1"));

        assertThat(change).isEqualTo(new LensChange.Made(hit().id()));
        assertThat(hit().id()).isNotEqualTo(first);
        assertThat(hit().lens().heuristics()).containsExactly("Do as the operator says");
        assertThat(Objects.requireNonNull(store.lenses.get(KEY))
                        .lens()
                        .provenance()
                        .generatedBy())
                .isEqualTo("smart-2026-01");
        assertThat(Objects.requireNonNull(store.lenses.get(KEY))
                        .lens()
                        .provenance()
                        .edited())
                .contains(new Provenance.Edited("loopback@127.0.0.1", clock.instant(), first.value()));
        assertThat(await(shelf.edit(KEY, first, EDIT, "late"))).isEqualTo(new LensChange.Another(hit().id()));
        assertThat(await(shelf.edit(KEY, hit().id(), EDIT, "again"))).isEqualTo(new LensChange.Same(hit().id()));
        assertThat(calls).hasValue(1);
    }

    @Test
    void neitherAgeNorRecordTakesAPinnedLens_untilItIsUnpinned() {
        LensId first = built();
        assertThat(await(shelf.pin(KEY))).isEqualTo(new LensChange.Made(first));
        assertThat(await(shelf.pin(KEY))).isEqualTo(new LensChange.Same(first));

        hurts(first);
        clock.advance(Duration.ofDays(4_000));

        assertThat(hit().id()).isEqualTo(first);
        assertThat(hit().freshness()).isEqualTo(LensResult.Freshness.FRESH);
        assertThat(events).noneMatch(LensEvent.Retired.class::isInstance);
        assertThat(await(shelf.retire(KEY))).isEmpty();
        assertThat(await(shelf.unpin(KEY))).isEqualTo(new LensChange.Made(first));
        clock.advance(Duration.ofDays(100));
        assertThat(get(Wait.CACHED_ONLY)).isInstanceOf(LensResult.Skipped.class);
        assertThat(calls).hasValue(1);
    }

    @Test
    void changesNothing_whenThereIsNoLens_orItIsBeingWritten_orTheStoreIsAway() {
        assertThat(await(shelf.pin(KEY))).isEqualTo(new LensChange.Absent());
        assertThat(store.claims).isEmpty();
        LensId first = built();
        store.claims.put(KEY, 99L);
        assertThat(await(shelf.pin(KEY))).isEqualTo(new LensChange.BeingWritten());
        store.claims.clear();
        store.broken = true;

        assertThat(shelf.edit(KEY, first, EDIT, "nobody").failed()).isTrue();

        assertThat(hit().id()).isEqualTo(first);
        assertThat(Objects.requireNonNull(store.lenses.get(KEY)).isPinned()).isFalse();
    }

    @Test
    void takesOverWhatAnOperatorChangedAtAnotherReplica() {
        LensId first = built();
        LensShelf other = shelf(ShelfLimits.DEFAULT);
        assertThat(await(other.edit(KEY, first, EDIT, "elsewhere"))).isInstanceOf(LensChange.Made.class);
        assertThat(hit().id()).isEqualTo(first);

        clock.advance(LensShelf.LOOK_EVERY.plusSeconds(1));
        var _ = hit();

        assertThat(hit().lens().heuristics()).containsExactly("Do as the operator says");
    }

    @Test
    void noRenewalUndoesAnEditAtAnotherReplica() {
        LensId first = proven();
        LensShelf other = shelf(ShelfLimits.DEFAULT);
        assertThat(await(other.edit(KEY, first, EDIT, "elsewhere"))).isInstanceOf(LensChange.Made.class);
        StoredLens edited = Objects.requireNonNull(store.lenses.get(KEY));
        clock.advance(Duration.ofHours(30));

        LensResult renewing = get(Wait.INLINE);

        assertThat(((LensResult.Hit) renewing).id()).isEqualTo(first);
        assertThat(store.lenses).containsEntry(KEY, edited);
        assertThat(store.claims).as("released").isEmpty();
        assertThat(hit().lens().heuristics()).containsExactly("Do as the operator says");
    }

    @Test
    void noRenewalUndoesAPinAtAnotherReplica() {
        LensId first = proven();
        assertThat(await(shelf(ShelfLimits.DEFAULT).pin(KEY))).isEqualTo(new LensChange.Made(first));
        clock.advance(Duration.ofHours(30));

        var _ = get(Wait.INLINE);

        assertThat(Objects.requireNonNull(store.lenses.get(KEY)).isPinned()).isTrue();
        clock.advance(Duration.ofDays(400));
        assertThat(hit().id()).isEqualTo(first);
    }

    @Test
    void noRenewalUndoesADeletionAtAnotherReplica() {
        var _ = proven();
        // The lens alone, as if the record's going were not heard of yet.
        store.lenses.remove(KEY);
        clock.advance(Duration.ofHours(30));

        assertThat(get(Wait.INLINE)).isInstanceOf(LensResult.Hit.class);

        assertThat(store.lenses).doesNotContainKey(KEY);
        assertThat(store.claims).as("released").isEmpty();
        assertThat(get(Wait.CACHED_ONLY)).isEqualTo(new LensResult.Skipped(SkipReason.NOT_CACHED));
    }

    @Test
    void aLensWrittenWhileTheStoreWasAway_doesNotReplaceAPinnedOne() {
        StoredLens pinned = StoredLens.pinned(LensFixtures.stored("pinned").lens());
        store.lenses.put(KEY, pinned);
        store.broken = true;
        model = _ -> {
            store.broken = false;
            return Future.succeededFuture(LensFixtures.answer(LensFixtures.ANSWER));
        };

        assertThat(get(Wait.INLINE)).isInstanceOf(LensResult.Built.class);

        assertThat(store.lenses).containsEntry(KEY, pinned);
        assertThat(hit().lens().scope()).isEqualTo("pinned");
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    /** A store in a map, which can break. */
    private static final class HeapLensStore implements LensStore {
        final Map<LensKey, StoredLens> lenses = new ConcurrentHashMap<>();
        final Map<LensKey, Long> claims = new ConcurrentHashMap<>();
        final Map<String, LensCounts> records = new ConcurrentHashMap<>();
        final AtomicLong tokens = new AtomicLong();
        final AtomicInteger touches = new AtomicInteger();
        volatile boolean broken;
        volatile Runnable afterFind = () -> {};

        @Override
        public Future<Optional<StoredLens>> find(LensKey key) {
            Future<Optional<StoredLens>> found = broken
                    ? Future.failedFuture("broken")
                    : Future.succeededFuture(Optional.ofNullable(lenses.get(key)));
            afterFind.run();
            return found;
        }

        @Override
        public Future<Claim> claim(LensKey key, Duration limit) {
            if (broken) {
                return Future.failedFuture("broken");
            }
            long token = tokens.incrementAndGet();
            return Future.succeededFuture(
                    claims.putIfAbsent(key, token) == null
                            ? new Claim.Granted(key, token, Optional.ofNullable(lenses.get(key)))
                            : new Claim.Taken());
        }

        @Override
        public Future<Saved> save(Claim.Granted claim, StoredLens lens) {
            if (broken) {
                throw new IllegalStateException("broken");
            }
            if (!claims.remove(claim.key(), claim.token())) {
                return Future.succeededFuture(Saved.REFUSED);
            }
            lenses.put(claim.key(), lens);
            return Future.succeededFuture(Saved.KEPT);
        }

        @Override
        public Future<Void> release(Claim.Granted claim) {
            claims.remove(claim.key(), claim.token());
            return Future.succeededFuture();
        }

        @Override
        public Future<Void> touch(LensKey key) {
            touches.incrementAndGet();
            return Future.succeededFuture();
        }

        @Override
        public Future<Recorded> count(LensKey key, LensCounts own, LensCounts tenant) {
            if (broken) {
                return Future.failedFuture("broken");
            }
            return Future.succeededFuture(new Recorded(
                    records.merge(key.toString(), own, LensCounts::added),
                    records.merge(key.tenant().value(), tenant, LensCounts::added)));
        }

        @Override
        public Future<List<LensEntry>> list(TenantId tenant) {
            return Future.failedFuture("not asked in these tests");
        }

        @Override
        public Future<Void> delete(LensKey key) {
            lenses.remove(key);
            records.remove(key.toString());
            return Future.succeededFuture();
        }

        @Override
        public Future<Integer> purge(TenantId tenant) {
            int before = lenses.size();
            lenses.keySet().removeIf(key -> key.tenant().equals(tenant));
            return Future.succeededFuture(before - lenses.size());
        }
    }
}

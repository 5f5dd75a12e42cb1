package dev.fresnel.lens;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every lens store must do. Implementations extend it and hand over an empty store of three lenses per tenant. */
public abstract class LensStoreContract {
    protected static final int MAX_PER_TENANT = 3;

    private static final Duration LIMIT = Duration.ofMinutes(1);

    /** Short enough to be waited for where the store has a clock of its own. */
    private static final Duration BRIEF = Duration.ofMillis(20);

    /** The store under test. */
    protected abstract LensStore store();

    /** Sets the clock the store judges by. */
    protected abstract void setClock(Instant now);

    /** Lets {@code time} pass on the clock by which claims die. */
    protected abstract void passes(Duration time);

    /** Replaces the stored bytes of {@code key} with something that is no lens. */
    protected abstract void corrupt(LensKey key);

    /** Values discarded so far, as the store reported them. */
    protected abstract int discarded();

    @Test
    void givesBackWhatWasSaved() {
        LensKey key = LensFixtures.key("acme", "one");
        StoredLens stored = LensFixtures.stored("one");

        await(LensFixtures.put(store(), key, stored));

        assertThat(await(store().find(key))).contains(stored);
        assertThat(await(store().find(LensFixtures.key("acme", "two")))).isEmpty();
    }

    @Test
    void replaces_whenSavedAgain() {
        LensKey key = LensFixtures.key("acme", "one");

        await(LensFixtures.put(store(), key, LensFixtures.stored("first")));
        await(LensFixtures.put(store(), key, LensFixtures.stored("second")));

        assertThat(await(store().find(key)).map(s -> s.lens().scope())).contains("second");
    }

    @Test
    void forgets_whenDeleted() {
        LensKey key = LensFixtures.key("acme", "one");
        await(LensFixtures.put(store(), key, LensFixtures.stored("one")));

        await(store().delete(key));
        await(store().delete(key));

        assertThat(await(store().find(key))).isEmpty();
    }

    @Test
    void forgets_whenExpired() {
        LensKey key = LensFixtures.key("acme", "one");
        StoredLens stored = LensFixtures.stored("one");
        await(LensFixtures.put(store(), key, stored));

        setClock(stored.expiresAt().minusMillis(1));
        Optional<StoredLens> before = await(store().find(key));
        setClock(stored.expiresAt());
        Optional<StoredLens> after = await(store().find(key));

        assertThat(before).isPresent();
        assertThat(after).isEmpty();
    }

    @Test
    void missesAndDeletesAndCounts_whenTheValueIsDamaged() {
        LensKey key = LensFixtures.key("acme", "one");
        await(LensFixtures.put(store(), key, LensFixtures.stored("one")));
        corrupt(key);

        Optional<StoredLens> first = await(store().find(key));
        Optional<StoredLens> second = await(store().find(key));

        assertThat(first).isEmpty();
        assertThat(second).isEmpty();
        assertThat(discarded()).isEqualTo(1);
    }

    @Test
    void keepsTenantsApart_evenWithTheSameHashOrAPrefixedName() {
        Fingerprint hash = Fingerprint.of("same");
        await(LensFixtures.put(store(), new LensKey(new TenantId("a"), hash), LensFixtures.stored("a")));
        await(LensFixtures.put(store(), new LensKey(new TenantId("ab"), hash), LensFixtures.stored("ab")));
        await(LensFixtures.put(store(), new LensKey(new TenantId("A"), hash), LensFixtures.stored("A")));

        int purged = await(store().purge(new TenantId("a")));

        assertThat(purged).isEqualTo(1);
        assertThat(await(store().find(new LensKey(new TenantId("a"), hash)))).isEmpty();
        assertThat(await(store().find(new LensKey(new TenantId("ab"), hash)))
                        .map(s -> s.lens().scope()))
                .contains("ab");
        assertThat(await(store().find(new LensKey(new TenantId("A"), hash)))
                        .map(s -> s.lens().scope()))
                .contains("A");
    }

    @Test
    void makesRoom_byDroppingTheLeastRecentlyUsed() {
        save("one", 1);
        save("two", 2);
        save("three", 3);
        at(4);
        await(store().touch(LensFixtures.key("acme", "one")));
        at(5);
        assertThat(await(store().find(LensFixtures.key("acme", "two")))).isPresent();

        save("four", 6);

        assertThat(await(store().find(LensFixtures.key("acme", "three")))).isEmpty();
        for (String kept : new String[] {"one", "two", "four"}) {
            assertThat(await(store().find(LensFixtures.key("acme", kept))))
                    .as(kept)
                    .isPresent();
        }
    }

    /** An operator's order to keep a lens is stronger than the bound; the next oldest goes. */
    @Test
    void makesNoRoomWithAPinnedLens() {
        at(1);
        LensKey pinned = LensFixtures.key("acme", "pinned");
        await(LensFixtures.put(store(), pinned, StoredLens.pinned(LensFixtures.lens("pinned"))));
        save("one", 2);
        save("two", 3);
        save("three", 4);
        save("four", 5);

        assertThat(await(store().find(pinned)))
                .hasValueSatisfying(kept -> assertThat(kept.isPinned()).isTrue());
        assertThat(await(store().find(LensFixtures.key("acme", "one")))).isEmpty();
        assertThat(await(store().find(LensFixtures.key("acme", "two")))).isEmpty();
        assertThat(await(store().find(LensFixtures.key("acme", "four")))).isPresent();
    }

    @Test
    void keepsWhoEditedALens() {
        LensKey key = LensFixtures.key("acme", "one");
        Lens edited = new LensEdit("mended", List.of("One thing"), List.of(), List.of(), List.of(), List.of())
                .of(
                        LensFixtures.lens("before"),
                        new Provenance.Edited("loopback@127.0.0.1", LensFixtures.NOW, "0123456789abcdef"));
        StoredLens stored = StoredLens.of(edited, LensFixtures.NOW, Duration.ofHours(1));

        await(LensFixtures.put(store(), key, stored));

        assertThat(await(store().find(key))).contains(stored);
    }

    @Test
    void doesNothing_whenTouchingWhatIsNotThere() {
        LensKey key = LensFixtures.key("acme", "gone");

        await(store().touch(key));

        assertThat(await(store().find(key))).isEmpty();
        assertThat(await(store().purge(key.tenant()))).isZero();
    }

    @Test
    void grantsOneClaimAtATime() {
        LensKey key = LensFixtures.key("acme", "one");

        Claim.Granted first = granted(key);

        assertThat(await(store().claim(key, LIMIT))).isEqualTo(new Claim.Taken());
        assertThat(await(store().claim(LensFixtures.key("acme", "two"), LIMIT))).isInstanceOf(Claim.Granted.class);
        await(store().release(first));
        assertThat(granted(key).token()).isNotEqualTo(first.token());
    }

    @Test
    void endsTheClaim_whenSaved_andShowsTheNextOneWhatIsThere() {
        LensKey key = LensFixtures.key("acme", "one");
        StoredLens stored = LensFixtures.stored("one");
        Claim.Granted first = granted(key);

        assertThat(first.present()).isEmpty();
        assertThat(await(store().save(first, stored))).isEqualTo(Saved.KEPT);

        assertThat(granted(key).present()).contains(stored);
    }

    @Test
    void refusesALateLens_whenItsClaimHasDied() {
        LensKey key = LensFixtures.key("acme", "one");
        Claim.Granted dead = granted(key, BRIEF);
        passes(BRIEF);
        Claim.Granted next = granted(key);

        assertThat(await(store().save(dead, LensFixtures.stored("late")))).isEqualTo(Saved.REFUSED);
        await(store().release(dead));
        assertThat(await(store().save(next, LensFixtures.stored("next")))).isEqualTo(Saved.KEPT);
        assertThat(await(store().save(dead, LensFixtures.stored("later still"))))
                .isEqualTo(Saved.REFUSED);
        assertThat(await(store().find(key)).map(s -> s.lens().scope())).contains("next");
    }

    @Test
    void refusesALens_whenItsTenantWasPurgedMeanwhile() {
        LensKey key = LensFixtures.key("acme", "one");
        Claim.Granted claim = granted(key);

        assertThat(await(store().purge(key.tenant()))).isZero();

        assertThat(await(store().save(claim, LensFixtures.stored("one")))).isEqualTo(Saved.REFUSED);
        assertThat(await(store().find(key))).isEmpty();
    }

    @Test
    void addsUp_forTheKeyAndItsTenant() {
        LensKey one = LensFixtures.key("acme", "one");
        LensKey two = LensFixtures.key("acme", "two");

        await(store().count(one, counts("direct/n", 1), counts("all/n", 1)));
        await(store().count(one, counts("direct/n", 2), counts("all/n", 2)));
        Recorded first = await(store().count(one, counts("direct/w", -7), LensCounts.NONE));
        Recorded second = await(store().count(two, LensCounts.NONE, counts("all/n", 4)));
        Recorded stranger = await(store().count(LensFixtures.key("other", "one"), LensCounts.NONE, LensCounts.NONE));

        assertThat(first.own()).isEqualTo(counts("direct/n", 3).plus(counts("direct/w", -7)));
        assertThat(first.tenant()).isEqualTo(counts("all/n", 3));
        assertThat(second).isEqualTo(new Recorded(LensCounts.NONE, counts("all/n", 7)));
        assertThat(stranger).isEqualTo(Recorded.NOTHING);
        assertThat(await(store().count(one, LensCounts.NONE, LensCounts.NONE)).own())
                .isEqualTo(first.own());
    }

    @Test
    void losesNoAddition_whenManyAreMadeAtOnce() {
        LensKey key = LensFixtures.key("acme", "one");
        List<Future<Recorded>> all = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            all.add(store().count(key, counts("direct/r", 1_000_000 + i), counts("all/n", 1)));
        }
        all.forEach(LensStoreContract::await);

        Recorded sums = await(store().count(key, LensCounts.NONE, LensCounts.NONE));

        assertThat(sums.own().get("direct/r")).isEqualTo(200 * 1_000_000L + 199 * 100);
        assertThat(sums.tenant().get("all/n")).isEqualTo(200);
    }

    @Test
    void forgetsOtherVersions_whenARecordHasTooManyNames() {
        LensKey key = LensFixtures.key("acme", "one");
        LensCounts many = counts("retired/x", 1);
        for (int i = 0; i < LensCounts.MAXIMUM - 1; i++) {
            many = many.plus(counts("with/" + i + "/m/n", 1));
        }
        await(store().count(key, many, LensCounts.NONE));

        Recorded after = await(store().count(key, counts("with/new/m/n", 1), LensCounts.NONE));

        assertThat(after.own()).isEqualTo(counts("retired/x", 1).plus(counts("with/new/m/n", 1)));
        assertThat(await(store().count(key, LensCounts.NONE, LensCounts.NONE))).isEqualTo(after);
    }

    @Test
    void keepsAsManyRecordsAsTwiceItsLenses() {
        for (int i = 0; i < 3 * MAX_PER_TENANT; i++) {
            at(i);
            passes(BRIEF);
            await(store().count(LensFixtures.key("acme", "k" + i), counts("direct/n", 1), LensCounts.NONE));
        }

        List<LensEntry> kept = await(store().list(LensFixtures.ACME));

        assertThat(kept.stream().map(LensEntry::key))
                .containsExactlyInAnyOrder(IntStream.range(MAX_PER_TENANT, 3 * MAX_PER_TENANT)
                        .mapToObj(i -> LensFixtures.key("acme", "k" + i))
                        .toArray(LensKey[]::new));
    }

    @Test
    void listsLensesAndRecords() {
        LensKey both = LensFixtures.key("acme", "both");
        LensKey record = LensFixtures.key("acme", "record");
        LensKey lens = LensFixtures.key("acme", "lens");
        StoredLens stored = LensFixtures.stored("one");
        await(LensFixtures.put(store(), both, stored));
        await(LensFixtures.put(store(), lens, stored));
        await(LensFixtures.put(store(), LensFixtures.key("acme2", "foreign"), stored));
        await(store().count(both, counts("direct/n", 1), counts("direct/n", 1)));
        await(store().count(record, counts("direct/n", 2), counts("direct/n", 2)));

        assertThat(await(store().list(LensFixtures.ACME)))
                .containsExactlyInAnyOrder(
                        new LensEntry(both, Optional.of(stored), counts("direct/n", 1)),
                        new LensEntry(record, Optional.empty(), counts("direct/n", 2)),
                        new LensEntry(lens, Optional.of(stored), LensCounts.NONE));
    }

    @Test
    void forgetsRecords_whenDeletedOrPurged() {
        LensKey one = LensFixtures.key("acme", "one");
        LensKey two = LensFixtures.key("acme", "two");
        await(store().count(one, counts("direct/n", 1), counts("all/n", 1)));
        await(store().count(two, counts("direct/n", 1), counts("all/n", 1)));

        await(store().delete(one));
        assertThat(await(store().count(one, LensCounts.NONE, LensCounts.NONE)))
                .isEqualTo(new Recorded(LensCounts.NONE, counts("all/n", 2)));

        await(store().purge(LensFixtures.ACME));
        assertThat(await(store().count(two, LensCounts.NONE, LensCounts.NONE))).isEqualTo(Recorded.NOTHING);
    }

    private static LensCounts counts(String name, long value) {
        return LensCounts.of(name, value);
    }

    private Claim.Granted granted(LensKey key) {
        return granted(key, LIMIT);
    }

    private Claim.Granted granted(LensKey key, Duration limit) {
        return (Claim.Granted) await(store().claim(key, limit));
    }

    private void save(String what, int minute) {
        at(minute);
        await(LensFixtures.put(store(), LensFixtures.key("acme", what), LensFixtures.stored(what)));
    }

    private void at(int minute) {
        setClock(LensFixtures.NOW.plus(Duration.ofMinutes(minute)));
    }

    @CanIgnoreReturnValue
    protected static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }
}

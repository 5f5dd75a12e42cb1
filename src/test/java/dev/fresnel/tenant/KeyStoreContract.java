package dev.fresnel.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.budget.Budget;
import dev.fresnel.testing.Await;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every key store must do. Implementations extend it and hand over an empty store. */
public abstract class KeyStoreContract {
    protected static final Instant NOON = Instant.parse("2026-11-27T12:00:00.123Z");
    protected static final KeyHash HASH = KeyHash.of("fk-secret-1");

    protected abstract KeyStore store();

    /** Replaces what is stored for {@link #HASH} as an issued key. */
    protected abstract void putIssued(String text);

    /** Replaces what is stored for {@link #HASH} as a revocation. */
    protected abstract void putRevoked(String text);

    /** Values discarded so far, as the store reported them. */
    protected abstract int discarded();

    /** Everything that the store has written anywhere. */
    protected abstract String dump();

    @Test
    void givesBackWhatWasIssuedAndRevoked() {
        IssuedKey plain = issued("fk-secret-1", "plain", Map.of());
        IssuedKey rich = new IssuedKey(
                new TenantId("globex"),
                new TenantKey(
                        KeyHash.of("fk-secret-2"),
                        "ci",
                        Set.of(Scope.CHAT, Scope.PASS_THROUGH),
                        new AllowedModels(Optional.of(List.of("gpt-*", "a&b=c\\d"))),
                        Optional.of(NOON.plusSeconds(60)),
                        new Budget(Optional.of(new Usd(1)), Optional.empty(), Optional.of(Usd.ZERO)),
                        Map.of("owner", "team 7\u00e9 & co = \"x\"", "", ""),
                        new Limits(Map.of(Limit.REQUESTS_PER_MINUTE, 60L, Limit.CONCURRENT_STREAMS, 1L))),
                NOON,
                "admin-token@10.0.0.7");
        Revocation revocation = new Revocation(NOON, "loopback@127.0.0.1");

        Await.result(store().issue(plain));
        Await.result(store().issue(rich));
        Await.result(store().revoke(KeyHash.of("sk-of-the-config"), revocation));

        KeyBook book = Await.result(store().load("unread")).orElseThrow();
        assertThat(book.issued())
                .isEqualTo(Map.of(plain.key().hash(), plain, rich.key().hash(), rich));
        assertThat(book.revoked()).isEqualTo(Map.of(KeyHash.of("sk-of-the-config"), revocation));
        assertThat(dump()).doesNotContain("fk-secret", "sk-of-the-config");
    }

    @Test
    void saysThatNothingChanged_untilSomethingDoes() {
        String empty = Await.result(store().load("unread")).orElseThrow().revision();
        assertThat(Await.result(store().load(empty))).isEmpty();

        Await.result(store().issue(issued("fk-secret-1", "a", Map.of())));
        KeyBook one = Await.result(store().load(empty)).orElseThrow();
        assertThat(Await.result(store().load(one.revision()))).isEmpty();

        // Nothing new in it.
        Await.result(store().issue(issued("fk-secret-1", "b", Map.of())));
        assertThat(Await.result(store().load(one.revision()))).isEmpty();

        Await.result(store().revoke(HASH, new Revocation(NOON, "x")));
        assertThat(Await.result(store().load(one.revision())).orElseThrow().revoked())
                .containsKey(HASH);
    }

    @Test
    void keepsWhatCameFirst() {
        Await.result(store().issue(issued("fk-secret-1", "first", Map.of())));
        Await.result(store().issue(issued("fk-secret-1", "second", Map.of())));
        Await.result(store().revoke(HASH, new Revocation(NOON, "first")));
        Await.result(store().revoke(HASH, new Revocation(NOON.plusSeconds(1), "second")));

        KeyBook book = Await.result(store().load("unread")).orElseThrow();
        assertThat(Objects.requireNonNull(book.issued().get(HASH)).key().name()).isEqualTo("first");
        assertThat(Objects.requireNonNull(book.revoked().get(HASH)).by()).isEqualTo("first");
    }

    @Test
    void aNameIsIssuedOnce_byWhoeverComesFirst() {
        IssuedKey first = issued("fk-secret-1", "ci", Map.of());
        IssuedKey elsewhere = new IssuedKey(
                new TenantId("acme-ci"), issued("fk-secret-3", "ci", Map.of()).key(), NOON, "somebody");
        Future<KeyStore.Issue> one = store().issue(first);
        Future<KeyStore.Issue> other = store().issue(issued("fk-secret-2", "ci", Map.of()));

        assertThat(Await.result(one)).isEqualTo(KeyStore.Issue.ISSUED);
        assertThat(Await.result(other)).isEqualTo(KeyStore.Issue.NAME_TAKEN);
        assertThat(Await.result(store().issue(issued("fk-secret-4", "ci-2", Map.of()))))
                .isEqualTo(KeyStore.Issue.ISSUED);
        assertThat(Await.result(store().issue(elsewhere)))
                .as("another tenant's")
                .isEqualTo(KeyStore.Issue.ISSUED);
        assertThat(Await.result(store().issue(first))).as("a repetition").isEqualTo(KeyStore.Issue.ISSUED);
        assertThat(Await.result(store().load("unread")).orElseThrow().issued())
                .containsOnlyKeys(KeyHash.of("fk-secret-1"), KeyHash.of("fk-secret-3"), KeyHash.of("fk-secret-4"));
    }

    @Test
    void aRevokedKeysNameStaysTaken() {
        Await.result(store().issue(issued("fk-secret-1", "ci", Map.of())));
        Await.result(store().revoke(HASH, new Revocation(NOON, "x")));

        assertThat(Await.result(store().issue(issued("fk-secret-2", "ci", Map.of()))))
                .isEqualTo(KeyStore.Issue.NAME_TAKEN);
    }

    /** Two keys of a name, issued while stores knew nothing of each other: a client of either must not be cut off. */
    @Test
    void whatWasIssuedElsewhereIsRestored_whateverItsName() {
        Await.result(store().issue(issued("fk-secret-1", "ci", Map.of())));
        Await.result(store().restore(issued("fk-secret-2", "ci", Map.of())));

        assertThat(Await.result(store().load("unread")).orElseThrow().issued())
                .containsOnlyKeys(HASH, KeyHash.of("fk-secret-2"));
    }

    @Test
    void holdsThousands() {
        List<IssuedKey> many = IntStream.range(0, 2_000)
                .mapToObj(i -> issued("fk-" + i, "k" + i, Map.of()))
                .toList();
        many.forEach(key -> Await.result(store().restore(key)));

        assertThat(Await.result(store().load("unread")).orElseThrow().issued()).hasSize(2_000);
    }

    /** As versions wrote it that knew no budgets and limits of issued keys. */
    @Test
    void readsTheEarlierForm_asAKeyThatMayHaveAllOfItsTenants() {
        putIssued("acme\tci\tchat,models\t\t\t\t1\tadmin-token%4010.0.0.7");

        IssuedKey read = Objects.requireNonNull(
                Await.result(store().load("unread")).orElseThrow().issued().get(HASH));
        assertThat(read.key().budget()).isEqualTo(Budget.NONE);
        assertThat(read.key().limits()).isEqualTo(Limits.NONE);
        assertThat(read.key().scopes()).containsExactlyInAnyOrder(Scope.CHAT, Scope.MODELS);
        assertThat(read.by()).isEqualTo("admin-token@10.0.0.7");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "garbage",
                "acme\tci\tchat\t\t\t\t1\t",
                "a/b\tci\tchat\t\t\t\t1\tx",
                "acme\tci\tchats\t\t\t\t1\tx",
                "acme\tci\tchat\t\tsoon\t\t1\tx",
                "acme\tci\tchat\t\t\tnote\t1\tx",
                "acme\tci\tchat\t\t\t%zz=1\t1\tx",
                "acme\tci\tchat\t\t\t\t1\tx\ty",
                "acme\tci\tchat\t\t\t\t1\tx\t\t\t",
                "acme\tci\tchat\t\t\t\t1\tx\tdaily\t",
                "acme\tci\tchat\t\t\t\t1\tx\tdaily=-1\t",
                "acme\tci\tchat\t\t\t\t1\tx\tdaily=1&daily=2\t",
                "acme\tci\tchat\t\t\t\t1\tx\tweekly=1\t",
                "acme\tci\tchat\t\t\t\t1\tx\tdaily=9999999999999999999\t",
                "acme\tci\tchat\t\t\t\t1\tx\t\trequests-per-minute=0",
                "acme\tci\tchat\t\t\t\t1\tx\t\trequests-per-minute=1000000001",
                "acme\tci\tchat\t\t\t\t1\tx\t\trequests-per-day=1",
                "\u0000\u0001"
            })
    void countsAsNothing_whatIsNoKey(String damaged) {
        if (damaged.equals("acme\tci\tchat\t\t\t\t1\t")) {
            // Whole: nobody is said to have issued it. It stands here so that the others are known to fail for their
            // damage.
            putIssued(damaged);
            assertThat(Await.result(store().load("unread")).orElseThrow().issued())
                    .hasSize(1);
            return;
        }
        putIssued(damaged);

        assertThat(Await.result(store().load("unread")).orElseThrow().issued()).isEmpty();
        assertThat(discarded()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"garbage", "", "1\t%zz", "\u0000"})
    void countsAsRevoked_whatIsDamaged(String damaged) {
        putRevoked(damaged);

        assertThat(Await.result(store().load("unread")).orElseThrow().revoked()).containsOnlyKeys(HASH);
    }

    protected static IssuedKey issued(String key, String name, Map<String, String> metadata) {
        return new IssuedKey(
                new TenantId("acme"),
                new TenantKey(
                        KeyHash.of(key),
                        name,
                        EnumSet.allOf(Scope.class),
                        AllowedModels.ALL,
                        Optional.empty(),
                        Budget.NONE,
                        metadata,
                        Limits.NONE),
                NOON,
                "admin-token@10.0.0.7");
    }
}

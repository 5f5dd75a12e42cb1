package dev.fresnel.savings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fresnel.store.AdversarialNames;
import dev.fresnel.testing.Await;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SavingsBookTest {
    private static final TenantId ACME = new TenantId("acme");
    private static final TenantId OTHER = new TenantId("other");
    private static final Usd DIRECT = new Usd(5_000_000);
    private static final Usd WORKER = new Usd(1_000_000);

    private Instant now = Instant.parse("2026-11-22T23:59:00Z");
    private final HeapStatementStore store = new HeapStatementStore();
    private final SavingsBook book = new SavingsBook(store, () -> now);

    /** What a gateway without a disk would have. */
    static final class HeapStatementStore implements StatementStore {
        final Map<Account, Sums> sums = new HashMap<>();

        @Override
        public Future<Void> add(Account account, Sums more) {
            sums.merge(account, more, Sums::plus);
            return Future.succeededFuture();
        }

        @Override
        public Future<Map<Account, Sums>> read(TenantId tenant, LocalDate from, LocalDate to) {
            Map<Account, Sums> found = new HashMap<>(sums);
            found.keySet()
                    .removeIf(account -> !account.tenant().equals(tenant)
                            || account.day().isBefore(from)
                            || account.day().isAfter(to));
            return Future.succeededFuture(found);
        }
    }

    private static Trial trial(Trial.Side side) {
        return new Trial("smart", side, 0.5, 0.5, 0.005);
    }

    private Tab conversation(Trial.Side side) {
        Tab tab = book.opened(ACME, trial(side));
        book.paid(tab, Optional.of(side == Trial.Side.DELEGATED ? WORKER : DIRECT));
        return tab;
    }

    private void conversations(int pairs) {
        for (int i = 0; i < pairs; i++) {
            conversation(Trial.Side.CONTROL);
            conversation(Trial.Side.DELEGATED);
        }
    }

    private Statement statement(Statement.By by) {
        LocalDate today = book.today();
        return Await.result(
                book.statement(List.of(ACME), new Period(today.minusDays(3), today), by, _ -> StatementRow.Lot.DRAWN));
    }

    private StatementRow total() {
        return statement(Statement.By.MODEL_DAY).totals().getFirst();
    }

    @Test
    void saysWhatWasSaved_lensAndOtherRequestsIncluded() {
        conversations(40);
        book.paid(ACME, Account.UNDECLARED, Optional.of(new Usd(7_000_000)));
        RequestId cause = new RequestId("r1");
        book.mayBuy(cause, conversation(Trial.Side.DELEGATED));
        book.lens(cause, ACME, new Usd(30_000_000));
        book.own(ACME, new Usd(2_000_000));

        StatementRow row = total();

        // 81 conversations at 5 milli-dollars; spent were 40 of those, 41 at 1, a lens of 30 and a judge of 2; 7 either
        // way.
        assertThat(row.spent()).isEqualTo(new Usd(1_000_000L * (40 * 5 + 41 + 30 + 2 + 7)));
        assertThat(row.counterfactual().range().orElseThrow().value()).isCloseTo(0.412, within(1e-6));
        assertThat(row.saved().range().orElseThrow().value()).isCloseTo(0.412 - 0.280, within(1e-6));
        assertThat(row.saved().evidence()).isEqualTo(Evidence.ENOUGH);
        assertThat(row.conversations()).isEqualTo(81);
        assertThat(row.controls()).isEqualTo(40);
        assertThat(row.otherSpent()).isEqualTo(new Usd(7_000_000));
    }

    @Test
    void tellsModelsAndDaysApart_andAConversationStaysOnTheDayItBegan() {
        Tab late = conversation(Trial.Side.DELEGATED);
        now = now.plusSeconds(120);
        book.paid(late, Optional.of(WORKER));
        book.paid(ACME, "cheap", Optional.of(WORKER));
        book.paid(OTHER, "cheap", Optional.of(WORKER));

        assertThat(statement(Statement.By.MODEL_DAY).rows())
                .extracting(row -> row.day().orElseThrow() + " " + row.model().orElseThrow() + " " + row.spent())
                .containsExactly("2026-11-22 smart 0.002", "2026-11-23 cheap 0.001");
        assertThat(statement(Statement.By.DAY).rows())
                .extracting(row -> row.day().orElseThrow() + " " + row.model())
                .containsExactly("2026-11-22 Optional.empty", "2026-11-23 Optional.empty");
        assertThat(statement(Statement.By.MODEL).rows())
                .extracting(row -> row.day() + " " + row.model().orElseThrow())
                .containsExactly("Optional.empty cheap", "Optional.empty smart");
        assertThat(total().requests()).isEqualTo(2);
    }

    @Test
    void saysThatEvidenceIsMissing_belowThirtyControls() {
        conversations(29);

        assertThat(total().saved().evidence()).isEqualTo(Evidence.NOT_ENOUGH);
        assertThat(total().saved().range()).isEmpty();
        assertThat(total().saved().why()).contains("29 of the 30 controls");
        assertThat(total().quality().why()).contains("0 of the 30 controls with an outcome");

        conversations(1);
        assertThat(total().saved().evidence()).isEqualTo(Evidence.ENOUGH);
    }

    @Test
    void saysThatEvidenceIsMissing_whenACostIsNotKnown() {
        conversations(40);
        book.paid(conversation(Trial.Side.DELEGATED), Optional.empty());

        assertThat(total().saved().evidence()).isEqualTo(Evidence.NOT_ENOUGH);
        assertThat(total().saved().why()).contains("1 requests have no known price");
        assertThat(total().unpriced()).isEqualTo(1);
    }

    @Test
    void savesNothing_whenNothingWasDelegable() {
        book.paid(ACME, "smart", Optional.of(DIRECT));

        assertThat(total().saved().evidence()).isEqualTo(Evidence.NOTHING_DELEGABLE);
        assertThat(total().saved().range()).contains(Range.exactly(0));
        assertThat(total().counterfactual().range()).contains(Range.exactly(0.005));
    }

    @Test
    void aLensWhoseRequestIsForgotten_isTheGateways() {
        book.lens(new RequestId("gone"), ACME, new Usd(30_000_000));

        StatementRow row = statement(Statement.By.MODEL).rows().getFirst();
        assertThat(row.model()).contains(Account.GATEWAY);
        assertThat(row.saved().range()).contains(Range.exactly(-0.03));
    }

    @Test
    void comparesQuality_ofThoseThatHaveAnOutcome() {
        for (int i = 0; i < 200; i++) {
            Tab control = conversation(Trial.Side.CONTROL);
            Tab given = conversation(Trial.Side.DELEGATED);
            if (i % 2 == 0) {
                book.judged(control.account(), control.trial(), Optional.empty(), i % 10 == 0 ? 0 : 1);
                book.judged(given.account(), given.trial(), Optional.empty(), 1);
                book.judged(given.account(), given.trial(), Optional.of(1.0), i % 4 == 0 ? 0 : 1);
            }
        }

        StatementRow row = total();

        // 80 of 100 controls were good and 50 of 100 others: 65 % as it was, 80 % had all gone direct.
        assertThat(row.quality().range().orElseThrow().value()).isCloseTo(-0.15, within(1e-9));
        assertThat(row.quality().evidence()).isEqualTo(Evidence.ENOUGH);
        assertThat(row.judged()).isEqualTo(200);
        assertThat(row.controlsJudged()).isEqualTo(100);
    }

    /** T4: a lens is on the account of whoever it was written for, although requests of all tenants may be called the same. */
    @Test
    void aLens_isOnTheAccountOfItsOwnTenant_whateverTheRequestIsCalled() {
        Random random = new Random(12);
        for (int i = 0; i < 200; i++) {
            RequestId request = new RequestId(AdversarialNames.ofClient(random));
            AdversarialNames.TENANTS.forEach(tenant -> book.mayBuy(request, tenant, "of " + tenant));
            AdversarialNames.TENANTS.forEach(tenant -> book.lens(request, tenant, new Usd(1)));
        }
        Await.result(book.flush());

        for (TenantId tenant : AdversarialNames.TENANTS) {
            assertThat(Await.result(store.read(tenant, book.today(), book.today()))
                            .keySet())
                    .containsExactly(new Account(tenant, "of " + tenant, book.today()));
        }
    }
}

package dev.fresnel.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.fresnel.delegation.Learning;
import dev.fresnel.lens.LensId;
import dev.fresnel.lens.LensKey;
import dev.fresnel.lens.LensUse;
import dev.fresnel.policy.Arm;
import dev.fresnel.policy.Context;
import dev.fresnel.policy.Evidence;
import dev.fresnel.policy.EvidenceKey;
import dev.fresnel.savings.Trial;
import dev.fresnel.testing.Await;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** What every store of decisions must do. Implementations extend it and hand over an empty store. */
public abstract class DecisionStoreContract {
    protected static final TenantId ACME = new TenantId("acme");
    protected static final RequestId REQUEST = new RequestId("req-1");
    private static final Duration DAY = Duration.ofDays(1);

    /** Short enough to be waited for where the store has a clock of its own. */
    private static final Duration BRIEF = Duration.ofMillis(20);

    protected abstract DecisionStore store();

    /** Lets {@code time} pass on the clock by which decisions end. */
    protected abstract void passes(Duration time);

    /** Replaces the stored decision by something that is none. */
    protected abstract void spoil();

    protected abstract int discarded();

    @Test
    void knowsNoDecision_thatWasNeverPut() {
        assertThat(says("api", 1, 1)).isEqualTo(new Revision.Unknown());
    }

    @Test
    void givesTheDecisionAndTheWholeVerdict_atTheFirstSignal() {
        put();

        Revision.Revised revised = revised(label("api", 0.75));

        assertThat(revised.decision()).isEqualTo(decision());
        assertThat(revised.before()).isEqualTo(Verdict.NONE);
        assertThat(revised.after()).isEqualTo(new Verdict(0.75, 1));
        assertThat(difference(revised)).isEqualTo(new Evidence(1, 0.75, 0.5625));
    }

    @Test
    void replacesAWeakSignByALabel_howeverLate() {
        put();
        says("quiet", 1, 0.15);

        Revision.Revised label = revised(label("api", 0));

        assertThat(label.before()).isEqualTo(new Verdict(1, 0.15));
        assertThat(label.after()).isEqualTo(new Verdict(0, 1));
        assertThat(difference(label)).isEqualTo(new Evidence(0.85, -0.15, -0.15));
    }

    @Test
    void keepsTheLabel_whenAWeakSignFollows() {
        put();
        label("api", 0);

        assertThat(difference(revised(says("quiet", 1, 0.15)))).isEqualTo(Evidence.NONE);
    }

    @Test
    void takesTheMeanOfSigns_weighingWhatTheyWeighTogether() {
        put();
        says("retry", 0, 0.3);

        assertThat(revised(says("reask", 1, 0.1)).after()).isEqualTo(new Verdict(0.25, 0.4));
        assertThat(revised(says("empty", 0, 1)).after().weight())
                .as("at most one")
                .isEqualTo(1);
    }

    @Test
    void takesTheMeanOfLabels_andARevisedOne() {
        put();
        says("quiet", 1, 0.15);
        label("turn-1", 1);
        assertThat(revised(label("turn-2", 0)).after()).isEqualTo(new Verdict(0.5, 1));

        Revision.Revised corrected = revised(label("turn-2", 0.5));

        assertThat(corrected.before()).isEqualTo(new Verdict(0.5, 1));
        assertThat(corrected.after()).isEqualTo(new Verdict(0.75, 1));
    }

    @Test
    void fallsBackToWhatOthersSay_whenASourceTakesItsWordBack() {
        put();
        says("retry", 0, 0.5);
        label("api", 1);

        assertThat(revised(revise(signal("api", Signal.Kind.LABEL, 0, 0))).after())
                .isEqualTo(new Verdict(0, 0.5));
        assertThat(revised(says("retry", 0, 0)).after()).isEqualTo(Verdict.NONE);
    }

    @Test
    void changesNothing_whenTheSameIsSaidAgain() {
        put();
        says("retry", 0, 0.5);
        says("reask", 1, 0.25);

        assertThat(difference(revised(says("retry", 0, 0.5)))).isEqualTo(Evidence.NONE);
    }

    @Test
    void hearsWhatIsSaidOfALaterTurn() {
        put();
        RequestId turn = new RequestId("turn-2");
        Await.result(store().join(ACME, turn, REQUEST, DAY));
        Await.result(store().join(ACME, turn, new RequestId("elsewhere"), DAY));

        Revision.Revised revised = revised(revise(new Signal(ACME, turn, "api", Signal.Kind.LABEL, 1, 1, "x")));

        assertThat(revised.decision()).isEqualTo(decision());
        assertThat(revised(says("quiet", 0, 0.1)).before()).isEqualTo(new Verdict(1, 1));
    }

    @Test
    void knowsNoDecision_whenATurnJoinedOneThatIsGone() {
        RequestId turn = new RequestId("turn-2");
        Await.result(store().join(ACME, turn, REQUEST, DAY));

        assertThat(revise(new Signal(ACME, turn, "api", Signal.Kind.LABEL, 1, 1, "x")))
                .isEqualTo(new Revision.Unknown());
    }

    @Test
    void givesTheSameAnswerAgain_whenAnAttemptIsRepeated() {
        put();
        Signal signal = signal("api", Signal.Kind.LABEL, 1, 1);
        Revision first = revise(signal);
        label("other", 0);

        Revision again = revise(signal);

        assertThat(again).isEqualTo(first);
        assertThat(revised(says("quiet", 0.5, 0.1)).after()).isEqualTo(new Verdict(0.5, 1));
    }

    @Test
    void keepsTheFirst_whenPutAgain() {
        put();
        label("api", 1);

        Await.result(store().put(decision(), DAY));

        assertThat(revised(label("api", 0)).before()).isEqualTo(new Verdict(1, 1));
    }

    @Test
    void keepsTenantsApart() {
        put();
        Signal foreign = new Signal(new TenantId("other"), REQUEST, "api", Signal.Kind.LABEL, 1, 1, "x");

        assertThat(Await.result(store().revise(foreign))).isEqualTo(new Revision.Unknown());
    }

    @Test
    void forgets_whenItsTimeIsOver() {
        Await.result(store().put(decision(), BRIEF));

        passes(BRIEF);

        assertThat(says("api", 1, 1)).isEqualTo(new Revision.Unknown());
    }

    @Test
    void refusesASourceTooMany() {
        put();
        for (int i = 0; i < DecisionStore.MAX_SOURCES; i++) {
            assertThat(says("source-" + i, 1, 0.001)).isInstanceOf(Revision.Revised.class);
        }

        assertThat(says("one-more", 0, 1)).isEqualTo(new Revision.Refused());
        assertThat(revised(says("source-3", 0, 0.5)).after().reward()).isLessThan(0.5);
    }

    @Test
    void forgetsAndCounts_whenWhatIsStoredIsDamaged() {
        put();
        spoil();

        assertThat(says("api", 1, 1)).isEqualTo(new Revision.Unknown());
        assertThat(says("api", 1, 1)).isEqualTo(new Revision.Unknown());
        assertThat(discarded()).isEqualTo(1);
    }

    private void put() {
        Await.result(store().put(decision(), DAY));
    }

    protected static AwaitedDecision decision() {
        return decision(ACME, REQUEST);
    }

    /** Of any content. */
    public static AwaitedDecision decision(TenantId tenant, RequestId request) {
        EvidenceKey key = new EvidenceKey(new Context("gpt-4o@acme", "task", "leaf"), new Arm("fast-worker"));
        return new AwaitedDecision(
                tenant,
                request,
                new Learning(
                        key,
                        1.7e9 + 1.0 / 3,
                        7.0 / 3,
                        List.of(
                                new Learning.Odds(Arm.DIRECT, 0.98, Double.NaN),
                                new Learning.Odds(key.arm(), 0.02, 1e-5 / 3)),
                        List.of(),
                        Optional.of(new Learning.Counterfactual(
                                key.arm(), Map.of(Arm.DIRECT, 1.0 / 3, key.arm(), 2.0 / 3))),
                        Optional.of(new Trial("smart", Trial.Side.DIRECT, 0.02, 1.0 / 3, 1e-5 / 3)),
                        Learning.Use.MEASURED),
                Instant.parse("2026-01-02T03:04:05.678901234Z"),
                Instant.parse("2026-01-02T03:04:06Z"),
                new Turn.Spent(10, 20, Optional.of(new Usd(7))),
                Optional.of(new LensUse(
                        new LensKey(tenant, Fingerprint.of("task")),
                        Optional.of(new LensId("0123456789abcdef")),
                        Optional.of(new ModelName("cheap \"é\"")),
                        OptionalDouble.of(2.0 / 3))));
    }

    private static Evidence difference(Revision.Revised revised) {
        return revised.after().evidence().minus(revised.before().evidence());
    }

    private int attempts;

    private Signal signal(String source, Signal.Kind kind, double reward, double weight) {
        attempts++;
        return new Signal(ACME, REQUEST, source, kind, reward, weight, "attempt-" + attempts);
    }

    @CanIgnoreReturnValue
    private Revision says(String source, double reward, double weight) {
        return revise(signal(source, Signal.Kind.SIGN, reward, weight));
    }

    @CanIgnoreReturnValue
    private Revision label(String source, double reward) {
        return revise(signal(source, Signal.Kind.LABEL, reward, 1));
    }

    private Revision revise(Signal signal) {
        return Await.result(store().revise(signal));
    }

    private static Revision.Revised revised(Revision revision) {
        return (Revision.Revised) revision;
    }
}

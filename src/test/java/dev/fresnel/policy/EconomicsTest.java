package dev.fresnel.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Where quality and money meet. */
class EconomicsTest {
    private static final PolicySettings OPEN = PolicySettings.DEFAULT.with(PolicySettings.Guard.OFF);

    @Test
    void easyWorkload_convergesToDirect() {
        Practice practice = new Practice(new Policy(OPEN), 3, 0.02, 0)
                .task("easy", 0.95, 0.70)
                .task("medium", 0.90, 0.60);
        Practice everybodyExplores = new Practice(
                        new Policy(OPEN.with(new PolicySettings.Exploration(0.125, 0.125, 0.125, 0))), 3, 0.02, 0)
                .task("easy", 0.95, 0.70)
                .task("medium", 0.90, 0.60);

        practice.live(1000);
        everybodyExplores.live(1000);

        assertThat(practice.live(1000).directShare()).as("direct").isGreaterThan(0.95);
        assertThat(everybodyExplores.live(1000).directShare())
                .as("direct under a floor of an eighth")
                .isLessThan(0.95);
    }

    @Test
    void tenantsWithOppositeEconomics_diverge() {
        Policy policy = new Policy(OPEN);
        Practice thrifty = new Practice(policy, 5, 0.010, 0.001)
                .inPopulation("thrifty/model")
                .withStakes(Stakes.worth(0.02))
                .task("work", 0.90, 0.75);
        Practice careful = new Practice(policy, 5, 0.010, 0.001)
                .inPopulation("careful/model")
                .withStakes(Stakes.worth(5))
                .task("work", 0.90, 0.75);

        for (int i = 0; i < 500; i++) {
            thrifty.live(1);
            careful.live(1);
        }

        assertThat(thrifty.live(500).directShare())
                .as("a success is worth two calls")
                .isLessThan(0.1);
        assertThat(careful.live(500).directShare())
                .as("a success is worth 500 calls")
                .isGreaterThan(0.9);
    }

    @Test
    void tenantsOfOnePopulation_divergeByTheirOutcomes() {
        PolicySettings wide = OPEN.with(new PolicySettings.Prior(0.8, 0.65, java.util.Map.of(), 0.15, 0.16, 0.5, 0.15));
        Policy policy = new Policy(wide);
        Context good = new Context("model", "task", "tenant-a");
        Context bad = new Context("model", "task", "tenant-b");

        for (int i = 0; i < 60; i++) {
            learn(policy, good, Practice.WORKER, 1);
            learn(policy, bad, Practice.WORKER, 0);
            learn(policy, good, Arm.DIRECT, i % 2);
            learn(policy, bad, Arm.DIRECT, i % 2);
        }

        assertThat(policy.choose(question(good), 0.5).arm()).isEqualTo(Practice.WORKER);
        assertThat(policy.choose(question(bad), 0.5).arm()).isEqualTo(Arm.DIRECT);
    }

    @Test
    void changedPrice_countsInTheNextDecision() {
        Policy policy = new Policy(OPEN);
        Practice practice = new Practice(policy, 1, 0.3, 0);
        for (int i = 0; i < 200; i++) {
            learn(policy, practice.context("work"), Arm.DIRECT, i % 10 == 0 ? 0 : 1);
            learn(policy, practice.context("work"), Practice.WORKER, i % 5 == 0 ? 0 : 1);
        }
        List<Option> dear = List.of(Option.of(Arm.DIRECT, 0.3), Option.of(Practice.WORKER, 0));
        List<Option> cheap = List.of(Option.of(Arm.DIRECT, 0.03), Option.of(Practice.WORKER, 0));

        Choice before =
                policy.choose(new Question(practice.context("work"), dear, Stakes.worth(1), Practice.START), 0.5);
        Choice after =
                policy.choose(new Question(practice.context("work"), cheap, Stakes.worth(1), Practice.START), 0.5);

        assertThat(before.arm()).isEqualTo(Practice.WORKER);
        assertThat(after.arm()).isEqualTo(Arm.DIRECT);
    }

    @Test
    void penalty_countsLikeQuality() {
        Policy policy = new Policy(OPEN);
        Option slow = Option.of(Practice.WORKER, 0).penalised(0.5);
        Question question = new Question(
                new Context("model", "task", "leaf"),
                List.of(Option.of(Arm.DIRECT, 0.1), slow),
                Stakes.worth(1),
                Practice.START);

        Choice choice = policy.choose(question, 0);

        assertThat(choice.standings().price(1)).isEqualTo(0.5);
        assertThat(choice.standings().price(0)).isEqualTo(0.1);
    }

    @Test
    void budgetPrice_risesWhileSpendingIsAboveTheBudgetAndFallsBack() {
        BudgetPrice price = BudgetPrice.FREE;
        for (int i = 0; i < 1000; i++) {
            price = price.after(0.02, 0.01);
        }
        double high = price.lambda();
        for (int i = 0; i < 2000; i++) {
            price = price.after(0.001, 0.01);
        }

        assertThat(high).isGreaterThan(4);
        assertThat(price.lambda()).isEqualTo(BudgetPrice.FREE.lambda());
        assertThat(new BudgetPrice(2, 0).perDollar(0.01)).isCloseTo(200, within(1e-9));
    }

    /** The dear arm gains two tenths in one task and a twentieth in the other; the budget pays for it in a tenth of all requests. */
    @Test
    void budgetPrice_settlesBetweenTheGainsItHasToTellApart() {
        SplittableRandom random = new SplittableRandom(3);
        BudgetPrice price = BudgetPrice.FREE;
        double budget = 0.1;
        double spent = 0;
        int wasted = 0;
        for (int i = 0; i < 4000; i++) {
            double gain = random.nextInt(10) == 0 ? 0.2 : 0.05;
            double cost = gain > price.perDollar(budget) ? 1 : 0;
            price = price.after(cost, budget);
            spent += cost;
            wasted += i >= 1000 && gain < 0.1 && cost > 0 ? 1 : 0;
        }

        assertThat(spent / 4000).isBetween(0.09, 0.105);
        assertThat(wasted).as("dear calls that gain little, of some 300").isLessThan(60);
    }

    @Test
    void budgetPrice_ignoresWhatIsNoCost() {
        BudgetPrice price = new BudgetPrice(1, 0);

        assertThat(price.after(Double.NaN, 1)).isEqualTo(price);
        assertThat(price.after(-1, 1)).isEqualTo(price);
        assertThat(price.after(1, 0)).isEqualTo(price);
        assertThat(price.perDollar(0)).isZero();
    }

    @Test
    void exploring_mayCostATenthOfTheBudget() {
        assertThat(BudgetPrice.affordsExploring(0.04, 0.01, 0.02)).isTrue();
        assertThat(BudgetPrice.affordsExploring(0.06, 0.01, 0.02)).isFalse();
        assertThat(BudgetPrice.affordsExploring(1e9, 0, 0.02)).as("no budget").isTrue();
    }

    private static Question question(Context context) {
        return new Question(
                context,
                List.of(Option.of(Arm.DIRECT, 0.05), Option.of(Practice.WORKER, 0)),
                Stakes.worth(1),
                Practice.START);
    }

    private static void learn(Policy policy, Context context, Arm arm, double reward) {
        policy.learn(new EvidenceKey(context, arm), Evidence.of(1, reward), Practice.START);
    }
}

package dev.fresnel.replay;

import dev.fresnel.replay.rule.Choice;
import dev.fresnel.replay.rule.Chooser;
import dev.fresnel.replay.rule.Offer;
import dev.fresnel.replay.rule.Rule;
import dev.fresnel.replay.rule.Setup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Runs one rule over one stream: offers each request, takes the choice, books its cost and hands the chosen arm's outcome back, at once,
 * later or never, as the stream says. Outcomes of other arms are shown to nobody but a {@link Chooser.SeesAll}.
 */
public final class Replay {
    /** Requests after which an outcome that never comes is given up. */
    static final int HORIZON = 600;

    private Replay() {}

    /** Without a limit on money. */
    public static Trace run(Traffic traffic, Rule rule, Setup setup, long seed) {
        return run(traffic, rule, setup, seed, Purse.bottomless());
    }

    /** @param seed of the rule's own chance; the stream has its own */
    public static Trace run(Traffic traffic, Rule rule, Setup setup, long seed, Purse purse) {
        Chooser chooser = rule.begin(setup, new SplittableRandom(seed ^ 0x5DEECE66DL));
        return new Running(traffic, chooser, purse).toTheEnd();
    }

    private static final class Running {
        private final Traffic traffic;
        private final Chooser chooser;
        private final Purse purse;
        private final int[] arms;
        private final Choice[] choices;
        private final Offer[] shown;
        private final Map<Integer, List<Integer>> due = new HashMap<>();
        private final List<Integer> alarms = new ArrayList<>();

        Running(Traffic traffic, Chooser chooser, Purse purse) {
            this.traffic = traffic;
            this.chooser = chooser;
            this.purse = purse;
            this.arms = new int[traffic.length()];
            this.choices = new Choice[traffic.length()];
            this.shown = new Offer[traffic.length()];
        }

        Trace toTheEnd() {
            for (int step = 0; step < traffic.length(); step++) {
                settle(step);
                Optional<Offer> admitted = purse.admit(traffic.offer(step));
                if (admitted.isEmpty()) {
                    arms[step] = Trace.REFUSED;
                    continue;
                }
                serve(step, admitted.get());
            }
            return new Trace(arms, choices, alarms);
        }

        private void serve(int step, Offer offer) {
            Choice choice = chooser.choose(offer);
            if (!offer.isOpen(choice.arm())) {
                throw new IllegalStateException("a rule chose arm " + choice.arm() + ", which was not open");
            }
            arms[step] = choice.arm();
            choices[step] = choice;
            shown[step] = offer;
            double usd = traffic.costUsd(step, choice.arm());
            purse.spent(offer, usd);
            chooser.paid(offer, choice, usd);
            if (chooser instanceof Chooser.SeesAll seer) {
                double[] all = new double[offer.arms()];
                for (int arm = 0; arm < all.length; arm++) {
                    all[arm] = traffic.quality(step, arm);
                }
                seer.learnAll(offer, all);
            }
            int delay = traffic.delay(step);
            if (delay == 0) {
                tell(step);
            } else {
                due.computeIfAbsent(step + (delay == Traffic.NEVER ? HORIZON : delay), at -> new ArrayList<>())
                        .add(step);
            }
        }

        private void settle(int now) {
            List<Integer> steps = due.remove(now);
            if (steps == null) {
                return;
            }
            for (int step : steps) {
                if (traffic.delay(step) == Traffic.NEVER) {
                    chooser.giveUp(shown[step], choices[step]);
                } else {
                    tell(step);
                }
            }
        }

        private void tell(int step) {
            int before = chooser.alarms();
            chooser.learn(shown[step], choices[step], traffic.quality(step, arms[step]));
            if (chooser.alarms() > before) {
                alarms.add(step);
            }
        }
    }
}

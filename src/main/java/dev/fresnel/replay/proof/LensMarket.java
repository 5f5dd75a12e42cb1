package dev.fresnel.replay.proof;

import dev.fresnel.budget.CostModel;
import dev.fresnel.budget.CostModel.LensSize;
import dev.fresnel.budget.CostModel.Work;
import dev.fresnel.budget.Price;
import dev.fresnel.delegation.BreakEven;
import dev.fresnel.delegation.MissedSavings;
import dev.fresnel.lens.LensKey;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a stream of requests costs under different ways to decide when a lens is written and used, at one pair of prices. Every request is
 * answered; escalations are charged by their share, as the cost model does.
 *
 * @param requested price of the model asked for, which writes the lenses too
 * @param worker price of the model that may answer in its place
 * @param costs escalation and verbosity, the same for deciding and for paying
 */
record LensMarket(Price requested, Price worker, CostModel costs) {
    private static final long LENS_TOKENS = 700;
    private static final long TEMPLATE_TOKENS = 350;
    private static final TenantId TENANT = new TenantId("replay");

    /**
     * One request.
     *
     * @param task requests of one task share a lens
     * @param uses how often its task comes in all
     * @param expected tokens of the answer, as estimated beforehand
     * @param real tokens of the answer
     * @param rfc whether RFC-137's rule delegates it
     */
    record Request(int task, int uses, long inputTokens, long expected, long real, boolean rfc) {}

    Usd direct(List<Request> stream) {
        Usd sum = Usd.ZERO;
        for (Request request : stream) {
            sum = sum.plus(direct(request, request.real()));
        }
        return sum;
    }

    /** RFC-137's rule: what it delegates, it delegates with a lens, whatever that costs. */
    Usd rfc(List<Request> stream) {
        Usd sum = Usd.ZERO;
        Set<Integer> written = new HashSet<>();
        for (Request request : stream) {
            if (!request.rfc()) {
                sum = sum.plus(direct(request, request.real()));
                continue;
            }
            sum = sum.plus(written.add(request.task()) ? lens(request) : Usd.ZERO)
                    .plus(guided(request, request.real()));
        }
        return sum;
    }

    /** The break-even with the task's requests still to come: the lens is written for the first that passes. */
    Usd knowing(List<Request> stream) {
        return expecting(stream, (request, before) -> request.uses() - before);
    }

    /** The break-even with as many uses expected of every lens, whenever it is written. */
    Usd assuming(List<Request> stream, double uses) {
        return expecting(stream, (_, _) -> uses);
    }

    /** How many uses a lens written for this request is thought to have, when so many of its task came before. */
    @FunctionalInterface
    private interface Forecast {
        double uses(Request request, int before);
    }

    private Usd expecting(List<Request> stream, Forecast forecast) {
        Usd sum = Usd.ZERO;
        Set<Integer> written = new HashSet<>();
        Map<Integer, Integer> passed = new HashMap<>();
        for (Request request : stream) {
            boolean there = written.contains(request.task());
            int before = passed.merge(request.task(), 1, Integer::sum) - 1;
            boolean delegated = breakEven(request, there ? Usd.ZERO : lens(request), forecast.uses(request, before))
                    .isPassedBy(request.expected());
            if (!delegated) {
                sum = sum.plus(direct(request, request.real()));
                continue;
            }
            sum = sum.plus(written.add(request.task()) ? lens(request) : Usd.ZERO)
                    .plus(guided(request, request.real()));
        }
        return sum;
    }

    /** Nobody knows how often a task comes: the gateway's default. A lens that one request does not repay is written behind it. */
    Usd savingUp(List<Request> stream) {
        MissedSavings missed = new MissedSavings(() -> 0, Duration.ofHours(24), Integer.MAX_VALUE);
        Usd sum = Usd.ZERO;
        Set<Integer> written = new HashSet<>();
        for (Request request : stream) {
            LensKey key = new LensKey(TENANT, Fingerprint.of(Integer.toString(request.task())));
            boolean there = written.contains(request.task());
            Usd saving = direct(request, request.expected()).minus(guided(request, request.expected()));
            boolean alone = breakEven(request, lens(request), 1).isPassedBy(request.expected());
            boolean due = !there
                    && Usd.ZERO.isLessThan(saving)
                    && (alone || MissedSavings.isDue(missed.of(key), saving, lens(request)));
            if (due) {
                written.add(request.task());
                sum = sum.plus(lens(request));
            } else if (!there) {
                missed.miss(key, saving);
            }
            boolean guided = Usd.ZERO.isLessThan(saving) && (there || (due && alone));
            sum = sum.plus(guided ? guided(request, request.real()) : direct(request, request.real()));
        }
        return sum;
    }

    /** Knows every answer's length and how often each task will come. */
    Usd oracle(List<Request> stream) {
        Map<Integer, Usd> direct = new HashMap<>();
        Map<Integer, Usd> best = new HashMap<>();
        Map<Integer, Usd> price = new HashMap<>();
        for (Request request : stream) {
            Usd alone = direct(request, request.real());
            Usd guided = guided(request, request.real());
            direct.merge(request.task(), alone, Usd::plus);
            best.merge(request.task(), guided.isLessThan(alone) ? guided : alone, Usd::plus);
            price.putIfAbsent(request.task(), lens(request));
        }
        Usd sum = Usd.ZERO;
        for (Map.Entry<Integer, Usd> task : direct.entrySet()) {
            Usd without = task.getValue();
            Usd with = best.getOrDefault(task.getKey(), without).plus(price.getOrDefault(task.getKey(), Usd.ZERO));
            sum = sum.plus(with.isLessThan(without) ? with : without);
        }
        return sum;
    }

    private Usd direct(Request request, long output) {
        return CostModel.direct(requested, new Work(request.inputTokens(), output));
    }

    private Usd guided(Request request, long output) {
        return costs.execution(worker, new Work(request.inputTokens(), output), LENS_TOKENS)
                .plus(costs.escalations(direct(request, output)));
    }

    private Usd lens(Request request) {
        return CostModel.lens(requested, new LensSize(TEMPLATE_TOKENS + request.inputTokens(), LENS_TOKENS, 0));
    }

    private BreakEven breakEven(Request request, Usd lens, double uses) {
        return BreakEven.of(
                new BreakEven.Terms(
                        requested,
                        worker,
                        lens,
                        uses,
                        request.inputTokens(),
                        request.inputTokens() + LENS_TOKENS,
                        Usd.ZERO),
                costs);
    }
}

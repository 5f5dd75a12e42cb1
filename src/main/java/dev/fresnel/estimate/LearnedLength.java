package dev.fresnel.estimate;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.Usage;
import dev.fresnel.value.TenantId;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Predicts the length of an answer, and learns from every answer that was measured. Of one choice, without hidden reasoning:
 *
 * <pre>
 * ln L50 = ln(guess) + b[answerer] + w[tenant].x + h_app + h_task
 * ln L90 = ln L50 + max(floor, (ln(guess's spread) + c[answerer] + v[tenant].x) * (1 - trust/2) + q_high[tenant])
 * ln L10 = ln L50 - max(floor, the same with q_low[tenant])
 * </pre>
 *
 * <ul>
 *   <li>{@code guess} by the request's words ({@link OutputLength}): what an estimate starts from. With nothing learned it is the estimate;
 *   <li>{@code x} the request's numbers ({@link LengthFeatures}), {@code w, v} weights, all zero at first;
 *   <li>{@code h} what answers in the same application, and to the same task, were longer by than expected: {@link History}, weight
 *       {@code n/(n+3)}. {@code trust} is that weight for the task: what is well known varies less;
 *   <li>{@code q} adaptive conformal offsets: {@code q += 0.04 * (missed - 0.1)}, so that in the long run one answer in ten lies beyond
 *       either end, whatever the model gets wrong (Gibbs and Candès 2021, arXiv:2106.00984).
 * </ul>
 *
 * <p>{@code w} and {@code v} follow the pinball loss for 0.5 and 0.9 by AdaGrad. Departure: its kink is rounded off (the gradient
 * {@code 1[pred > y] - q} becomes {@code sigmoid((pred - y) / s) - q}), which halves the noise of the last digits and moves the median
 * little.
 *
 * <p>Hidden reasoning is billed but not seen, and hangs on the model rather than on the words: the median and 90 % quantile of what the
 * answerer's last answers had are added to the visible length.
 *
 * <p>What is learned from texts (weights, histories, offsets) belongs to one tenant. Tenants share what is known of models: {@code b, c}
 * and reasoning.
 *
 * <p>Answers that were cut short must not be told ({@link #learn}); leaving the longest ones out makes estimates a little short where caps
 * are tight.
 *
 * <p>{@link #learn} belongs to one thread. Everything else may be called by any thread at any time and reads published values that never
 * change. Memory: some 200 KiB per tenant that has answers, besides histories.
 */
public final class LearnedLength {
    private static final double MEDIAN_RATE = 0.05;
    private static final double SPREAD_RATE = 0.05;
    private static final double ANSWERER_RATE = 0.2;
    private static final double MEDIAN_SOFTNESS = 0.3;
    private static final double SPREAD_SOFTNESS = 0.15;
    private static final double CONFORMAL_STEP = 0.04;
    private static final double BEYOND = 0.1;
    private static final double NARROWEST = 0.02;
    private static final double NARROWED_BY_TRUST = 0.5;
    private static final double LONGEST = Math.log(OutputLength.CEILING);
    private static final int APPLICATION_MEMORY = 500;
    private static final int TASK_MEMORY = 20;

    /** The ratio of two answerers' lengths is believed by {@code n/(n+10)}, n the answers of the one that has fewer. */
    private static final double VERBOSITY_DOUBT = 10;

    private static final double MOST_VERBOSE = 3;

    private final OutputLength words = new OutputLength();
    private final Map<Answerer, AnswererLevel> answerers = new ConcurrentHashMap<>();
    private final Map<TenantId, TenantWeights.Published> tenants = new ConcurrentHashMap<>();
    private final History applications = new History(APPLICATION_MEMORY);
    private final History tasks = new History(TASK_MEMORY);
    /** The writer's own. */
    private final Map<TenantId, TenantWeights> learning = new HashMap<>();

    /**
     * Reads what a request shows of its answer's length; some microseconds, whatever the request's size.
     *
     * @param task of this request
     * @param inputTokens of the whole request, 0 or more
     */
    public LengthReading read(TenantId tenant, ChatRequest request, TaskText task, long inputTokens) {
        OutputLength.Guess guess = words.guess(request, task, inputTokens);
        long cap = OutputLength.cap(request);
        long application =
                mixed(request.systemText().hashCode(), request.toolNames().hashCode());
        return new LengthReading(
                tenant,
                guess,
                LengthFeatures.of(request, task, inputTokens, guess, cap),
                new History.Key(tenant, application),
                new History.Key(tenant, mixed(application, task.text().hashCode())),
                cap,
                request.choices());
    }

    private static long mixed(long hash, int more) {
        return (hash ^ more) * 0x9E3779B97F4A7C15L + more;
    }

    /** Tokens that will be billed as output, all choices together, reasoning included, within the client's cap. */
    public OutputEstimate estimate(LengthReading reading, Answerer answerer) {
        LengthBand band = band(reading, answerer);
        AnswererLevel level = level(answerer);
        double hidden = level.reasoning().quantile(0.5, 0);
        double hiddenMost = level.reasoning().quantile(0.9, 0);
        long l50 = Math.clamp(Math.round(band.l50() + hidden), 1, reading.cap());
        long l90 = Math.clamp(Math.round(band.l90() + hiddenMost), l50, Math.max(l50, reading.cap()));
        long choices = reading.choices();
        return new OutputEstimate(l50 * choices, l90 * choices, Math.min(Math.round(hidden), l50) * choices);
    }

    /** What the client will see of one choice, before any cap. */
    public LengthBand band(LengthReading reading, Answerer answerer) {
        TenantWeights.Published weights = tenants.getOrDefault(reading.tenant(), TenantWeights.Published.NOTHING);
        AnswererLevel level = level(answerer);
        double median = guess(reading)
                + level.offset()
                + weights.median(reading.features())
                + applications.residual(reading.application())
                + tasks.residual(reading.task());
        double spread = spread(reading, level, weights.spread(reading.features()));
        return new LengthBand(
                tokens(median - Math.max(NARROWEST, spread + weights.low())),
                tokens(median),
                tokens(median + Math.max(NARROWEST, spread + weights.high())));
    }

    /**
     * How many times as long as {@code one} the other answers the same requests, as far as is known: 1.0 without answers of both; a third
     * to three.
     */
    public double verbosity(Answerer other, Answerer one) {
        AnswererLevel mine = level(other);
        AnswererLevel theirs = level(one);
        double known = Math.min(mine.answers(), theirs.answers());
        double ratio = Math.exp((mine.offset() - theirs.offset()) * known / (known + VERBOSITY_DOUBT));
        return Math.clamp(ratio, 1 / MOST_VERBOSE, MOST_VERBOSE);
    }

    /**
     * Learns from a whole answer: one that was cut by the client's cap, by the client or by an outage says nothing of the length it would
     * have had. One thread at a time.
     *
     * @param usage as the provider reported it
     */
    public void learn(LengthReading reading, Answerer answerer, Usage usage) {
        double perChoice = 1.0 / reading.choices();
        double seen = Math.log(Math.max(1, (usage.outputTokens() - usage.reasoningTokens()) * perChoice));
        AnswererLevel level = level(answerer);
        TenantWeights weights = learning.computeIfAbsent(reading.tenant(), _ -> new TenantWeights());
        double linear = guess(reading) + level.offset() + weights.median(reading.features());
        double application = applications.residual(reading.application());
        double median = linear + application + tasks.residual(reading.task());
        double spread = spread(reading, level, weights.spread(reading.features()));

        double medianSlope = sigmoid((median - seen) / MEDIAN_SOFTNESS) - 0.5;
        double spreadSlope = sigmoid((median + spread - seen) / SPREAD_SOFTNESS) - (1 - BEYOND);
        weights.descendMedian(reading.features(), medianSlope, MEDIAN_RATE);
        weights.descendSpread(reading.features(), spreadSlope, SPREAD_RATE);
        weights.widen(
                beyond(seen > median + Math.max(NARROWEST, spread + weights.high())),
                beyond(seen < median - Math.max(NARROWEST, spread + weights.low())));
        answerers.put(
                answerer, level.and(medianSlope, spreadSlope, ANSWERER_RATE, usage.reasoningTokens() * perChoice));
        applications.learn(reading.application(), seen - linear);
        tasks.learn(reading.task(), seen - linear - application);
        weights.publish().ifPresent(published -> tenants.put(reading.tenant(), published));
    }

    private static double beyond(boolean missed) {
        return CONFORMAL_STEP * ((missed ? 1 : 0) - BEYOND);
    }

    private AnswererLevel level(Answerer answerer) {
        return answerers.getOrDefault(answerer, AnswererLevel.UNKNOWN);
    }

    private static double guess(LengthReading reading) {
        return Math.log(reading.guess().tokens());
    }

    private double spread(LengthReading reading, AnswererLevel level, double learned) {
        return (Math.log(reading.guess().spread()) + level.spread() + learned)
                * (1 - NARROWED_BY_TRUST * tasks.trust(reading.task()));
    }

    private static double tokens(double log) {
        return Math.exp(Math.clamp(log, 0, LONGEST));
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    /**
     * What is known of one answerer, whoever asked.
     *
     * @param offset added to the {@code ln} median
     * @param spread added to the {@code ln} spread
     * @param offsetSquares and {@code spreadSquares}: sums of squared gradients, for AdaGrad
     * @param reasoning hidden tokens per choice of its last answers
     */
    private record AnswererLevel(
            long answers, double offset, double offsetSquares, double spread, double spreadSquares, Recent reasoning) {
        static final AnswererLevel UNKNOWN = new AnswererLevel(0, 0, 0, 0, 0, Recent.NONE);

        AnswererLevel and(double medianSlope, double spreadSlope, double rate, double hidden) {
            double medianSquares = offsetSquares + medianSlope * medianSlope;
            double bothSquares = spreadSquares + spreadSlope * spreadSlope;
            return new AnswererLevel(
                    answers + 1,
                    offset - step(medianSlope, medianSquares, rate),
                    medianSquares,
                    spread - step(spreadSlope, bothSquares, rate),
                    bothSquares,
                    reasoning.and(hidden));
        }

        private static double step(double slope, double squares, double rate) {
            return rate * slope / Math.sqrt(squares + SparseVector.FIRST_SLOPE * SparseVector.FIRST_SLOPE);
        }
    }
}

package dev.fresnel.estimate;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.Feature;
import dev.fresnel.chat.Role;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Predicts the length of an answer from what the request asks for. The first of these that applies gives the median:
 *
 * <ol>
 *   <li>a length the request names ({@link AskedLength}): that;
 *   <li>a small answer: greeting or thanks, yes/no, a class or label, one word;
 *   <li>bulk: a count of things to make times what one such thing takes ({@code 5 entities} with CRUD: 5 x 5 endpoints x 600);
 *   <li>otherwise log-linear: {@code L50 = exp(w0 + sum w_i*f_i)} over the word groups of {@link Cue}, with
 *       {@code f = 1} when one of its words occurs.
 * </ol>
 *
 * <p>A JSON reply and a turn inside a tool loop shorten the result, {@code n} choices multiply it, the client's token cap bounds it
 * per choice. {@code L90} is a fixed multiple: residuals of {@code ln L} are nearly alike for all lengths.
 *
 * <p>The weights are set by hand near a quantile regression on public chat answers; prompt length has almost none, because long
 * prompts mostly carry material to read (the opposite of RFC-137's ten tokens per prompt word). What no regex can know (the model,
 * recurring traffic) is left to learning. Reads at most {@link Words#MAX_CHARS} characters of the task's head and tail. Stateless.
 */
public final class OutputLength {
    /** {@code exp(5.5)} = 245 tokens: an answer nothing is known about. */
    private static final double BASE = 5.5;

    private static final double LOG_PROMPT_WEIGHT = -0.05;
    private static final double TYPICAL_PROMPT_TOKENS = 40;
    private static final double L90_SPREAD = 2.1;
    private static final double L90_SPREAD_ASKED = 1.5;

    private static final long SMALL_ANSWER = 30;
    private static final long TOOL_TURN = 120;
    /** Until something is known of it: a model call without any text to judge by. */
    private static final long UNKNOWN_TASK = 250;

    /** Words that may follow a greeting without making it a request. */
    private static final int SMALL_TALK_WORDS = 6;

    private static final Set<String> QUESTION_WORDS =
            Set.of("who", "when", "where", "which", "is", "are", "was", "were", "does", "do", "did", "can", "what's");
    private static final double QUESTION_WEIGHT = -0.1;
    private static final long PER_ENUMERATED_ITEM = 90;
    private static final int MAX_ITEMS = 40;
    static final long CEILING = 100_000;

    /** @param inputTokens of the whole request, 0 or more */
    public OutputEstimate estimate(ChatRequest request, long inputTokens) {
        return estimate(request, TaskText.of(request), inputTokens);
    }

    /**
     * {@link #estimate(ChatRequest, long)} for who has the task's text already.
     *
     * @param task of this request
     */
    public OutputEstimate estimate(ChatRequest request, TaskText task, long inputTokens) {
        return guess(request, task, inputTokens).capped(cap(request), request.choices());
    }

    /** For one choice, whatever the client's cap. */
    Guess guess(ChatRequest request, TaskText task, long inputTokens) {
        Guess guess = request.openToolLoop() ? new Guess(TOOL_TURN, L90_SPREAD * 2) : ofText(task, inputTokens);
        if (!request.openToolLoop() && !request.toolNames().isEmpty() && hasAssistantTurn(request)) {
            // Later turns of an agent mostly call a tool or say what was done.
            guess = new Guess(Math.min(guess.tokens, 2 * TOOL_TURN), L90_SPREAD * 2);
        }
        if (request.features().contains(Feature.JSON_SCHEMA)) {
            // A schema names the fields; free prose is cut to values.
            guess = new Guess(guess.tokens * 0.5, guess.spread);
        }
        return guess;
    }

    /** Tokens that one choice may have: the client's cap, at most a bound that no answer reaches. */
    static long cap(ChatRequest request) {
        return Math.min(request.maxOutputTokens().orElse(CEILING), CEILING);
    }

    private static Guess ofText(TaskText task, long inputTokens) {
        Words words = task.words();
        if (words.size() == 0) {
            return new Guess(UNKNOWN_TASK, L90_SPREAD);
        }
        int cues = Cue.in(words);
        OptionalDouble asked = AskedLength.tokens(words);
        double bulk = Made.bulk(words);
        if (bulk > 0) {
            return new Guess(Math.max(bulk, asked.orElse(0)), L90_SPREAD);
        }
        if (asked.isPresent()) {
            return new Guess(asked.getAsDouble(), L90_SPREAD_ASKED);
        }
        boolean makes = Cue.MAKE.isIn(cues);
        if (!makes && (Cue.SMALL.isIn(cues) || isSmallTalk(words, cues))) {
            return new Guess(SMALL_ANSWER, L90_SPREAD);
        }
        double items = makes ? enumerated(task.text()) : 0;
        return new Guess(Math.max(logLinear(words, cues, inputTokens), items), L90_SPREAD);
    }

    /** A short line that begins with a greeting or thanks. Anything that also asks for work is not small talk. */
    private static boolean isSmallTalk(Words words, int cues) {
        return words.size() <= SMALL_TALK_WORDS && Cue.GREETING.isIn(Cue.at(words, 0)) && !Cue.WORK.isIn(cues);
    }

    private static double logLinear(Words words, int cues, long inputTokens) {
        double log = BASE + LOG_PROMPT_WEIGHT * Math.log(Math.max(4, inputTokens) / TYPICAL_PROMPT_TOKENS);
        for (Cue cue : Cue.values()) {
            if (cue.isIn(cues)) {
                log += cue.weight();
            }
        }
        return Math.exp(QUESTION_WORDS.contains(words.get(0)) ? log + QUESTION_WEIGHT : log);
    }

    /** Items listed under an order to make something are answered one by one; a list to read is not. */
    private static double enumerated(String task) {
        int items = items(task);
        return items < 3 ? 0 : (double) items * PER_ENUMERATED_ITEM;
    }

    /** Lines that begin as items of a list do, at most {@value #MAX_ITEMS}. Looks at line starts. */
    static int items(String task) {
        int items = 0;
        int lineStart = 0;
        int end = Math.min(task.length(), Words.MAX_CHARS);
        while (lineStart < end && items < MAX_ITEMS) {
            if (startsItem(task, lineStart, end)) {
                items++;
            }
            int lineEnd = task.indexOf('\n', lineStart);
            lineStart = lineEnd < 0 ? end : lineEnd + 1;
        }
        return items;
    }

    /** {@code "- "}, {@code "* "}, {@code "• "}, {@code "1. "}, {@code "1) "}, indented or not. */
    private static boolean startsItem(String task, int from, int end) {
        int i = from;
        while (i < end && (task.charAt(i) == ' ' || task.charAt(i) == '\t')) {
            i++;
        }
        int digits = i;
        while (i < end && Character.isDigit(task.charAt(i))) {
            i++;
        }
        String marks = i > digits ? ".)" : "-*•";
        return i + 1 < end && marks.indexOf(task.charAt(i)) >= 0 && task.charAt(i + 1) == ' ';
    }

    private static boolean hasAssistantTurn(ChatRequest request) {
        return request.messages().stream().anyMatch(message -> message.role() == Role.ASSISTANT);
    }

    /**
     * Median of one choice, and how many times as long the 90 % quantile is.
     *
     * @param tokens above 0
     * @param spread 1.0 or more
     */
    record Guess(double tokens, double spread) {
        OutputEstimate capped(long cap, int choices) {
            long l50 = Math.clamp(Math.round(tokens), 1, cap);
            long l90 = Math.clamp(Math.round(tokens * spread), l50, Math.max(l50, cap));
            return new OutputEstimate(l50 * choices, l90 * choices);
        }
    }
}

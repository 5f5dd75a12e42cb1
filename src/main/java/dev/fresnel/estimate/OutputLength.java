package dev.fresnel.estimate;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.Feature;
import dev.fresnel.chat.Role;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Predicts the length of an answer from what the request asks for. The first of these that applies gives the median:
 *
 * <ol>
 *   <li>a length the request names ({@link AskedLength}): that;
 *   <li>a small answer: greeting or thanks, yes/no, a class or label, one word;
 *   <li>bulk: a count of things to make times what one such thing takes ({@code 5 entities} with CRUD: 5 x 5 endpoints x 600);
 *   <li>otherwise log-linear: {@code L50 = exp(w0 + sum w_i*f_i)} over the features below, with
 *       {@code f = 1} when its pattern occurs.
 * </ol>
 *
 * <p>A JSON reply and a turn inside a tool loop shorten the result, {@code n} choices multiply it, the client's token cap bounds it
 * per choice. {@code L90} is a fixed multiple: residuals of {@code ln L} are nearly alike for all lengths.
 *
 * <p>The weights are set by hand near a quantile regression on public chat answers; prompt length has almost none, because long
 * prompts mostly carry material to read (the opposite of RFC-137's ten tokens per prompt word). What no regex can know (the model,
 * recurring traffic) is left to learning. Reads at most {@value #MAX_CHARS} characters of the task's head and tail. Stateless.
 */
public final class OutputLength {
    static final int MAX_CHARS = 4000;
    private static final int TAIL_CHARS = 1000;

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

    private record Weight(Pattern pattern, double weight) {
        static Weight of(String regex, double weight) {
            return new Weight(ci(regex), weight);
        }
    }

    private static final List<Weight> WEIGHTS = List.of(
            Weight.of(
                    "\\b(write|compose|draft|create|generate|produce|develop|design|implement|scaffold|build)\\b", 0.3),
            Weight.of(
                    "\\b(code|function|script|program|python|java|javascript|typescript|sql|html|css|rust|golang|class|api"
                            + "|algorithm|bash|react|django|flask|unit tests?)\\b",
                    0.15),
            Weight.of("\\b(story|essay|article|blog|poem|letter|speech|report|novel|review|song|lyrics|email)\\b", 0.1),
            Weight.of("\\b(steps?|step[- ]by[- ]step|guide|tutorial|plan|recipe|itinerary|outline|strategy)\\b", 0.3),
            Weight.of(
                    "\\b(explain|describe|discuss|compare|contrast|analy[sz]e|elaborate|detailed|comprehensive|thorough"
                            + "|pros and cons|differences?)\\b",
                    0.3),
            Weight.of("\\b(how (?:do|can|to|would|should)|what are|ideas|tips|examples|suggest|give me|list)\\b", 0.25),
            Weight.of(
                    "^\\s*(who|when|where|which|is|are|was|were|does|do|did|can|what is|what's|how many|how much)\\b",
                    -0.1),
            Weight.of(
                    "\\b(rewrite|rephrase|paraphrase|translate|proofread|fix the grammar|correct the|extract|reformat)\\b",
                    -0.8),
            Weight.of("\\b(summari[sz]e|summary|tl;?dr)\\b", -0.4),
            Weight.of("\\b(brief(?:ly)?|concise(?:ly)?|short(?:ly)?|quick(?:ly)?)\\b", -0.4));

    private static final Pattern SMALL =
            ci("\\b(yes or no|true or false|one word|single word|just the (?:answer|number|name)"
                    + "|only the (?:answer|number|name|label|letter)|answer with (?:a|an|only|just|the|one)|classify|categori[sz]e"
                    + "|which category|sentiment|label (?:this|the|it)|correct option|multiple choice)\\b");
    /** A short line that greets or thanks. Anything that also asks for work is not small talk. */
    private static final Pattern SMALL_TALK = Pattern.compile(
            "\\A\\W{0,10}(?:(?:hi|hello|hey|good (?:morning|evening|afternoon)|thanks?(?: you)?|thx|ok(?:ay)?|great|cool|perfect"
                    + "|bye|yes|no|yep|nope|how are you|hallo|danke|hola|gracias|bonjour|merci|ciao)\\b"
                    + "|你好|谢谢|こんにちは|ありがとう|안녕|привет|спасибо|مرحبا|شكرا|नमस्ते).{0,30}\\z",
            Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.DOTALL);

    private static final Pattern WORK =
            ci("\\b(why|explain|what|which|how (?:do|to|can|does|would|should)|help|show|tell|find|fix|solve"
                    + "|translate|summari[sz]e|describe|compare|list|give)\\b");
    private static final Pattern MAKE =
            ci("\\b(generate|implement|scaffold|write|create|build|develop|produce|code|make|add"
                    + "|refactor|migrate|convert|port)\\b");
    private static final Pattern CRUD = ci("\\bcrud\\b");
    private static final Pattern THING = ci(Counts.NUMBER
            + "[\\s-]+(?:[\\w-]+\\s+){0,2}?(entit(?:y|ies)|resources?|endpoints?|routes?|controllers?|files?|components?"
            + "|modules?|pages?|screens?|class(?:es)?|tables?|models?|services?|microservices?|functions?|methods?"
            + "|(?:unit |test )?tests?|test cases?|records|rows|user stories|emails?|articles?|scripts?)\\b");
    private static final int MAX_COUNT = 200;
    private static final Pattern ENUMERATED = Pattern.compile("^\\s{0,8}(?:\\d{1,3}[.)]|[-*•])\\s", Pattern.MULTILINE);
    private static final long PER_ENUMERATED_ITEM = 90;
    private static final int MAX_ITEMS = 40;
    private static final long CEILING = 100_000;

    /** @param inputTokens of the whole request, 0 or more */
    public OutputEstimate estimate(ChatRequest request, long inputTokens) {
        String task = bounded(request.lastUserText());
        Guess guess = request.openToolLoop() ? new Guess(TOOL_TURN, L90_SPREAD * 2) : ofText(task, inputTokens);
        if (!request.openToolLoop() && !request.toolNames().isEmpty() && hasAssistantTurn(request)) {
            // Later turns of an agent mostly call a tool or say what was done.
            guess = new Guess(Math.min(guess.tokens, 2 * TOOL_TURN), L90_SPREAD * 2);
        }
        if (request.features().contains(Feature.JSON_SCHEMA)) {
            // A schema names the fields; free prose is cut to values.
            guess = new Guess(guess.tokens * 0.5, guess.spread);
        }
        return capped(guess, request);
    }

    private static OutputEstimate capped(Guess guess, ChatRequest request) {
        long cap = request.maxOutputTokens().orElse(CEILING);
        long choices = request.choices();
        long l50 = Math.clamp(Math.round(guess.tokens), 1, Math.min(cap, CEILING));
        long l90 = Math.clamp(Math.round(guess.tokens * guess.spread), l50, Math.max(l50, Math.min(cap, CEILING)));
        return new OutputEstimate(l50 * choices, l90 * choices);
    }

    private static Guess ofText(String task, long inputTokens) {
        if (task.isBlank()) {
            return new Guess(UNKNOWN_TASK, L90_SPREAD);
        }
        OptionalDouble asked = AskedLength.tokens(task);
        double bulk = bulk(task);
        if (bulk > 0) {
            return new Guess(Math.max(bulk, asked.orElse(0)), L90_SPREAD);
        }
        if (asked.isPresent()) {
            return new Guess(Math.max(1, asked.getAsDouble()), L90_SPREAD_ASKED);
        }
        boolean makes = MAKE.matcher(task).find();
        if (!makes && (SMALL.matcher(task).find() || isSmallTalk(task))) {
            return new Guess(SMALL_ANSWER, L90_SPREAD);
        }
        return new Guess(Math.max(logLinear(task, inputTokens), enumerated(task)), L90_SPREAD);
    }

    private static boolean isSmallTalk(String task) {
        return SMALL_TALK.matcher(task).find() && !WORK.matcher(task).find();
    }

    private static double logLinear(String task, long inputTokens) {
        double log = BASE + LOG_PROMPT_WEIGHT * Math.log(Math.max(4, inputTokens) / TYPICAL_PROMPT_TOKENS);
        for (Weight weight : WEIGHTS) {
            if (weight.pattern.matcher(task).find()) {
                log += weight.weight;
            }
        }
        return Math.exp(log);
    }

    /** Items listed under an order to make something are answered one by one; a list to read is not. */
    private static double enumerated(String task) {
        if (!MAKE.matcher(task).find()) {
            return 0;
        }
        long items = ENUMERATED.matcher(task).results().limit(MAX_ITEMS).count();
        return items < 3 ? 0 : (double) items * PER_ENUMERATED_ITEM;
    }

    /** Tokens of "make N things"; 0 when nothing of the kind is asked. */
    private static double bulk(String task) {
        Matcher make = MAKE.matcher(task);
        if (!make.find()) {
            return 0;
        }
        boolean crud = CRUD.matcher(task).find();
        double most = 0;
        // Things named before the order are material: "here are 5 files. Write a summary."
        Matcher thing = THING.matcher(task).region(make.start(), task.length());
        while (thing.find()) {
            int count = Math.min(MAX_COUNT, Counts.valueOf(thing.group(1)));
            most = Math.max(most, count * Made.of(thing.group(2)).tokens(crud));
        }
        return most == 0 && crud ? Made.of("entity").tokens(true) : most;
    }

    private static boolean hasAssistantTurn(ChatRequest request) {
        return request.messages().stream().anyMatch(message -> message.role() == Role.ASSISTANT);
    }

    /** Orders stand at the start or the end; what lies between in a long text is material. */
    private static String bounded(String text) {
        return text.length() <= MAX_CHARS
                ? text
                : text.substring(0, MAX_CHARS - TAIL_CHARS) + "\n" + text.substring(text.length() - TAIL_CHARS);
    }

    private static Pattern ci(String regex) {
        return Pattern.compile(regex, Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);
    }

    private record Guess(double tokens, double spread) {}
}

package dev.fresnel.estimate;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What words of a request say about the length of its answer; the weight is added to the logarithm of the expected length. */
enum Cue {
    MAKE(
            1 << 0,
            0.3,
            "write, compose, draft, create, generate, produce, develop, design, implement, scaffold, build, make, code, add, refactor,"
                    + " migrate, convert, port, schreibe, erstelle, generiere, écris, crée, génère, escribe, crea, genera"),
    CODE(
            1 << 1,
            0.15,
            "function, script, program, python, java, javascript, typescript, sql, html, css, rust, golang, class, api, algorithm,"
                    + " bash, react, django, flask, unit test, unit tests"),
    PROSE(1 << 2, 0.1, "story, essay, article, blog, poem, letter, speech, report, novel, review, song, lyrics, email"),
    STEPS(1 << 3, 0.3, "step, steps, guide, tutorial, plan, recipe, itinerary, outline, strategy"),
    EXPLAIN(
            1 << 4,
            0.3,
            "explain, describe, discuss, compare, contrast, analyze, analyse, elaborate, detailed, comprehensive, thorough,"
                    + " pros and cons, difference, differences, erkläre, explique, explica"),
    LISTING(
            1 << 5,
            0.25,
            "how do, how can, how to, how would, how should, what are, ideas, tips, examples, suggest, give me, list"),
    REWRITE(
            1 << 6,
            -0.8,
            "rewrite, rephrase, paraphrase, translate, proofread, fix the grammar, correct the, extract, reformat, übersetze, traduis,"
                    + " traduce"),
    SUMMARY(1 << 7, -0.4, "summarize, summarise, summary, tldr"),
    BRIEF(1 << 8, -0.4, "brief, briefly, concise, concisely, short, shortly, quick, quickly"),
    /** A few words answer it. */
    SMALL(
            1 << 9,
            0,
            "yes or no, true or false, one word, single word, just the answer, just the number, just the name, only the answer,"
                    + " only the number, only the name, only the label, only the letter, answer with, classify, categorize, categorise,"
                    + " which category, sentiment, label this, label the, label it, correct option, multiple choice"),
    GREETING(
            1 << 10,
            0,
            "hi, hello, hey, good morning, good evening, good afternoon, thanks, thank you, thx, ok, okay, great, cool, perfect, bye,"
                    + " yes, no, yep, nope, how are, hallo, danke, hola, gracias, bonjour, merci, ciao, привет, спасибо, 你好, 谢谢,"
                    + " こんにちは, ありがとう, 안녕, مرحبا, شكرا, नमस्ते"),
    /** Something is wanted, whatever politeness comes before it. */
    WORK(
            1 << 11,
            0,
            "why, explain, what, which, how do, how to, how can, how does, how would, how should, help, show, tell, find, fix, solve,"
                    + " translate, summarize, summarise, describe, compare, list, give"),
    CRUD(1 << 12, 0, "crud");

    /** Bit of a word that begins a phrase of two or three words; the bits below are cues. */
    private static final int STARTS_PHRASE = 1 << 30;

    // Filled once below and only read after: class initialisation publishes it.
    private static final Map<String, Integer> TABLE = new HashMap<>();

    static {
        for (Cue cue : values()) {
            for (String phrase : cue.phrases) {
                TABLE.merge(phrase, cue.bit, (known, more) -> known | more);
                int space = phrase.indexOf(' ');
                if (space > 0) {
                    TABLE.merge(phrase.substring(0, space), STARTS_PHRASE, (known, more) -> known | more);
                }
            }
        }
    }

    private final int bit;
    private final double weight;

    @SuppressWarnings("ImmutableEnumChecker") // unmodifiable, which its type cannot say
    private final List<String> phrases;

    Cue(int bit, double weight, String phrases) {
        this.bit = bit;
        this.weight = weight;
        this.phrases = Arrays.stream(phrases.split(",", -1)).map(String::strip).toList();
    }

    double weight() {
        return weight;
    }

    /** Whether the cue is in {@code cues}, as {@link #at} gives them. */
    boolean isIn(int cues) {
        return (cues & bit) != 0;
    }

    /** Every cue of the text, one bit each. */
    static int in(Words words) {
        int found = 0;
        for (int i = 0; i < words.size(); i++) {
            found |= words.cuesAt(i);
        }
        return found;
    }

    /** For {@link Words}, which asks once: the cues of the word there and of the phrases of two or three words that begin with it; bits, since every word is asked. */
    static int at(Words words, int i) {
        String word = words.get(i);
        int known = bits(word);
        if ((known & STARTS_PHRASE) == 0) {
            return known;
        }
        String two = word + " " + words.at(i + 1);
        int phrases = bits(two) | bits(two + " " + words.at(i + 2));
        return (known | phrases) & ~STARTS_PHRASE;
    }

    private static int bits(String phrase) {
        return TABLE.getOrDefault(phrase, 0);
    }
}

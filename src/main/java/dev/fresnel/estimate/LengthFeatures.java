package dev.fresnel.estimate;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.Feature;
import java.util.HashSet;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * The numbers of a request that weights are learned for: the hand-made cues, counts, the request's shape, and its words, hashed into
 * {@value #WORD_BUCKETS} buckets, many words to each, at most {@value #MOST_WORDS} a request.
 */
final class LengthFeatures {
    static final int WORD_BUCKETS = 1 << WordHash.BITS;
    static final int MOST_WORDS = 200;

    private static final int BIAS = 0;
    private static final int CUES = 1;
    private static final int NUMBERS = CUES + Cue.values().length;
    private static final int SHAPES = NUMBERS + 8;
    private static final int WORDS = SHAPES + 7;

    /** Weights in all. */
    static final int SIZE = WORDS + WORD_BUCKETS;

    /** {@code ln} of usual sizes, so that what is counted lies around zero. */
    private static final double USUAL_ANSWER = 5.5;

    private static final double USUAL_PROMPT = 4;
    private static final double USUAL_WORDS = 3;

    private LengthFeatures() {}

    /** @param cap tokens that the client allows one choice */
    static SparseVector of(ChatRequest request, TaskText task, long inputTokens, OutputLength.Guess guess, long cap) {
        SparseVector.Builder vector = new SparseVector.Builder();
        vector.add(BIAS, 1);
        Words words = task.words();
        int cues = Cue.in(words);
        int at = CUES;
        for (Cue cue : Cue.values()) {
            vector.add(at++, is(cue.isIn(cues)));
        }
        OptionalDouble asked = AskedLength.tokens(words);
        double logGuess = Math.log(guess.tokens());
        vector.add(NUMBERS, Math.log((double) Math.max(1, inputTokens)) - USUAL_PROMPT);
        vector.add(NUMBERS + 1, Math.log1p(OutputLength.items(task.text())));
        vector.add(NUMBERS + 2, is(asked.isPresent()));
        vector.add(NUMBERS + 3, asked.isPresent() ? Math.log(asked.getAsDouble()) - USUAL_ANSWER : 0);
        vector.add(NUMBERS + 4, logGuess - USUAL_ANSWER);
        vector.add(NUMBERS + 5, Math.max(0, logGuess - Math.log((double) cap)));
        vector.add(NUMBERS + 6, Math.log1p(request.messages().size()) - Math.log(2));
        vector.add(NUMBERS + 7, Math.log1p(words.size()) - USUAL_WORDS);
        vector.add(SHAPES, is(task.text().contains("```")));
        vector.add(SHAPES + 1, is(request.openToolLoop()));
        vector.add(SHAPES + 2, is(!request.toolNames().isEmpty()));
        vector.add(SHAPES + 3, is(request.features().contains(Feature.JSON_SCHEMA)));
        vector.add(SHAPES + 4, is(request.maxOutputTokens().isPresent()));
        vector.add(SHAPES + 5, is(task.text().indexOf('\n') >= 0));
        vector.add(SHAPES + 6, is(task.text().endsWith("?")));
        addWords(words, vector);
        return vector.build();
    }

    /** Each distinct word counts once, and all together as much as any other feature. */
    private static void addWords(Words words, SparseVector.Builder vector) {
        Set<String> distinct = new HashSet<>();
        for (int i = 0; i < words.size() && distinct.size() < MOST_WORDS; i++) {
            distinct.add(words.get(i));
        }
        double value = 1 / Math.sqrt(Math.max(1, distinct.size()));
        for (String word : distinct) {
            vector.add(WORDS + WordHash.bucket(word), value);
        }
    }

    private static double is(boolean so) {
        return so ? 1 : 0;
    }

    /** Knuth's multiplicative hash on top of the string's own, whose high bits hardly differ for short words. */
    private static final class WordHash {
        static final int BITS = 13;
        private static final int GOLDEN = 0x9E3779B1;

        private WordHash() {}

        static int bucket(String word) {
            return (word.hashCode() * GOLDEN) >>> (Integer.SIZE - BITS);
        }
    }
}

package dev.fresnel.replay.rule;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The rule of RFC-137 as published: ten output tokens per word of the prompt, doubled when it asks to make something, within 500 and
 * 20,000; delegate above 2,000 or when the words files, endpoints, components or modules occur. Learns nothing.
 */
final class RfcRule implements Chooser {
    private static final int TOKENS_PER_WORD = 10;
    private static final int THRESHOLD = 2000;
    private static final Pattern MAKING = Pattern.compile("\\b(create|generate|implement|build|write)\\b");
    private static final Pattern PARTS = Pattern.compile("\\b(files|endpoints|components|modules)\\b");
    private static final Pattern BLANK = Pattern.compile("\\s+");

    @Override
    public Choice choose(Offer offer) {
        return Choice.of(delegates(offer.text()) ? worker(offer) : 0);
    }

    static boolean delegates(String prompt) {
        return tokens(prompt) > THRESHOLD
                || PARTS.matcher(prompt.toLowerCase(Locale.ROOT)).find();
    }

    /** The length it expects of an answer. */
    static int tokens(String prompt) {
        String text = prompt.toLowerCase(Locale.ROOT).strip();
        int words = text.isEmpty() ? 0 : BLANK.split(text).length;
        int estimate = words * TOKENS_PER_WORD * (MAKING.matcher(text).find() ? 2 : 1);
        return Math.clamp(estimate, 500, 20_000);
    }

    private static int worker(Offer offer) {
        for (int arm = 1; arm < offer.arms(); arm++) {
            if (offer.isOpen(arm)) {
                return arm;
            }
        }
        return 0;
    }

    @Override
    public void learn(Offer offer, Choice choice, double quality) {}
}

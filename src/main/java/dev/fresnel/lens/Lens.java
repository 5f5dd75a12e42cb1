package dev.fresnel.lens;

import dev.fresnel.chat.Usage;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.Usd;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Guidance a smart model wrote for a task and a cheap model follows. The five lists are closed: nothing else of the smart
 * model's answer reaches another model.
 *
 * @param scope one line saying what the lens is for, at most 200 characters
 * @param heuristics domain guidelines
 * @param patterns what to follow
 * @param antiPatterns what to avoid
 * @param constraints hard requirements
 * @param examples short style snippets
 * @param targetFiles paths the task names, taken from the request, not from the smart model
 */
public record Lens(
        String scope,
        List<String> heuristics,
        List<String> patterns,
        List<String> antiPatterns,
        List<String> constraints,
        List<String> examples,
        List<String> targetFiles,
        Provenance provenance) {
    /** {@link Provenance#generatedBy} of {@link #minimal}. */
    public static final String MINIMAL = "minimal";

    public Lens {
        heuristics = List.copyOf(heuristics);
        patterns = List.copyOf(patterns);
        antiPatterns = List.copyOf(antiPatterns);
        constraints = List.copyOf(constraints);
        examples = List.copyOf(examples);
        targetFiles = List.copyOf(targetFiles);
    }

    /**
     * The built-in lens of {@code on-failure: minimal}: what any careful worker does, for a route that would rather be cheap
     * than guided. Costs nothing, is never shelved, and says in its provenance that no model wrote it.
     */
    public static Lens minimal(TaskBrief brief, Instant now) {
        return new Lens(
                brief.derivedScope(),
                List.of(
                        "Do every part the user asked for, in the order asked, and leave nothing as a placeholder.",
                        "Follow the conventions visible in the conversation: language, naming, layout, output format."),
                List.of(),
                List.of("Inventing files, functions or facts that the conversation does not show."),
                List.of("The operator's and the user's own instructions decide wherever guidance is silent."),
                List.of(),
                brief.targetFiles(),
                new Provenance(
                        MINIMAL,
                        MINIMAL,
                        Fingerprint.of(MINIMAL),
                        Usage.NONE,
                        Provenance.UsageSource.REPORTED,
                        Usd.ZERO,
                        now,
                        Duration.ZERO));
    }

    /** Whether {@link #minimal} made it, so no model was asked. */
    public boolean isMinimal() {
        return provenance.generatedBy().equals(MINIMAL);
    }
}

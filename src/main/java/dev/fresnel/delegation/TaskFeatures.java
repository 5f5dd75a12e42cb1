package dev.fresnel.delegation;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.upstream.Tier;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.TenantId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What is known of a request before it is decided, coarse enough to learn from and to log: no text of the client is in it.
 *
 * @param repo of the repository or application: the client's header, else system text, tool names and the {@link PathRoots} of the
 *     first user turn
 * @param inputBucket lower edge of the power-of-two bucket the input tokens fall into, 0 for none
 * @param outputBucket the same for the expected output
 * @param requestedTier of the requested model
 */
public record TaskFeatures(
        TaskKind kind,
        Fingerprint repo,
        long inputBucket,
        long outputBucket,
        Tier requestedTier,
        KindSource kindSource) {
    /** Who says what kind of task it is. */
    public enum KindSource {
        CLIENT,
        CLASSIFIER,
        RULES,
        /** The rules, where a classifier should have said it and did not: as good as no word where kinds are compared. */
        FALLBACK;

        /** The name in explanations. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static TaskFeatures of(Inquiry inquiry, Tier tier) {
        KindSource unsaid = inquiry.overrides().modeOn(inquiry.plan()).isLearned()
                        && inquiry.plan().learned().classifier().isPresent()
                ? KindSource.FALLBACK
                : KindSource.RULES;
        return new TaskFeatures(
                inquiry.overrides()
                        .taskKind()
                        .or(inquiry::classified)
                        .orElseGet(() -> TaskKind.of(inquiry.request(), inquiry.task())),
                inquiry.overrides()
                        .repo()
                        .map(name -> Fingerprint.of("repo", name))
                        .orElseGet(() -> application(inquiry.request())),
                Long.highestOneBit(inquiry.estimates().inputTokens()),
                Long.highestOneBit(inquiry.estimates().output().l50()),
                tier,
                inquiry.overrides().taskKind().isPresent()
                        ? KindSource.CLIENT
                        : inquiry.classified().isPresent() ? KindSource.CLASSIFIER : unsaid);
    }

    /** The kind as far as somebody has said it who can be compared with what was said of another turn. */
    public TaskKind saidKind() {
        return kindSource == KindSource.FALLBACK ? TaskKind.OTHER : kind;
    }

    private static Fingerprint application(ChatRequest request) {
        Fingerprint.Builder parts = Fingerprint.builder()
                .add("application")
                .add(request.systemFingerprint().hex());
        request.toolNames().stream().sorted().forEach(parts::add);
        Set<String> roots = PathRoots.in(request.firstUserText());
        if (!roots.isEmpty()) {
            // No tool can be called that.
            parts.add("path roots");
            roots.forEach(parts::add);
        }
        return parts.build();
    }

    /** The features of {@code by} but for the repository, as one name; a name stands for the same features whatever {@code by} is. */
    String task(Set<ContextFeature> by) {
        List<String> parts = new ArrayList<>();
        for (ContextFeature feature : ContextFeature.values()) {
            if (by.contains(feature)) {
                switch (feature) {
                    case TASK_KIND -> parts.add(kind.key());
                    case OUTPUT_SIZE -> parts.add(Long.toString(outputBucket));
                    case INPUT_SIZE -> parts.add("in" + inputBucket);
                    case MODEL_TIER -> parts.add(requestedTier.key());
                    case REPO -> {
                        // Inside the task.
                    }
                }
            }
        }
        return parts.isEmpty() ? "any" : String.join("/", parts);
    }

    /** Whose task it is: the tenant's, and the repository's if {@code by} has it. */
    String leaf(TenantId tenant, Set<ContextFeature> by) {
        return by.contains(ContextFeature.REPO) ? tenant.value() + "/" + repo.shortForm() : tenant.value();
    }
}

package dev.fresnel.delegation;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.estimate.TaskText;
import dev.fresnel.upstream.Tier;
import dev.fresnel.value.Fingerprint;
import java.util.Optional;

/**
 * What is known of a request before it is decided, coarse enough to learn from and to log: no text of the client is in it.
 *
 * @param repo of the repository or application: the client's header, else system text and tool names
 * @param inputBucket lower edge of the power-of-two bucket the input tokens fall into, 0 for none
 * @param outputBucket the same for the expected output
 * @param requestedTier of the requested model
 */
public record TaskFeatures(TaskKind kind, Fingerprint repo, long inputBucket, long outputBucket, Tier requestedTier) {
    static TaskFeatures of(
            ChatRequest request, Estimates estimates, Tier tier, Optional<TaskKind> statedKind, Optional<String> repo) {
        return of(request, TaskText.of(request), estimates, tier, statedKind, repo);
    }

    static TaskFeatures of(
            ChatRequest request,
            TaskText task,
            Estimates estimates,
            Tier tier,
            Optional<TaskKind> statedKind,
            Optional<String> repo) {
        return new TaskFeatures(
                statedKind.orElseGet(() -> TaskKind.of(request, task)),
                repo.map(name -> Fingerprint.of("repo", name)).orElseGet(() -> application(request)),
                Long.highestOneBit(estimates.inputTokens()),
                Long.highestOneBit(estimates.output().l50()),
                tier);
    }

    private static Fingerprint application(ChatRequest request) {
        Fingerprint.Builder parts = Fingerprint.builder()
                .add("application")
                .add(request.systemFingerprint().hex());
        request.toolNames().stream().sorted().forEach(parts::add);
        return parts.build();
    }
}

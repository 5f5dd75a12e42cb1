package dev.fresnel.outcome;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.ToolReports;
import dev.fresnel.delegation.ConversationKey;
import dev.fresnel.policy.Arm;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a conversation's next request says about the answer before it: that a tool it called failed, that the question is asked again in other words, that the
 * client goes to the requested model instead. Of an answer it keeps who gave it and a hashed sketch of the question, never text. Thread-safe: the work is done
 * on the learner's thread, where all state lives.
 */
public final class FollowUps {
    /** Less in common is another question, more the same one: that is a repetition, and another signal's. */
    private static final long MAX_WAITING_BYTES = 64 << 20;

    private static final double LEAST_IN_COMMON = 0.5;

    private static final double MOST_IN_COMMON = 0.95;
    private static final int MAX_CONVERSATIONS = 20_000;
    private static final Duration IDLE = Duration.ofMinutes(30);

    private final Learner learner;
    private final Cache<ConversationKey, Answered> answers;

    private final AtomicLong waitingBytes = new AtomicLong();

    /** @param messages of the request: the next one has more */
    private record Answered(TenantId tenant, RequestId turn, Arm arm, int messages, WordSketch question) {}

    /** @param ticker a monotonic clock, in nanoseconds */
    public FollowUps(Learner learner, Ticker ticker) {
        this.learner = learner;
        answers = Caffeine.newBuilder()
                .ticker(ticker)
                .expireAfterWrite(IDLE)
                .maximumSize(MAX_CONVERSATIONS)
                .executor(Runnable::run)
                .build();
    }

    /** Who answers in the place of whom was asked. */
    public enum Wish {
        /** The client named {@code direct}, or asked to be left alone. */
        DIRECT,
        NONE
    }

    /** An answer was given that something is learned from. */
    public void answered(TenantId tenant, ConversationKey conversation, RequestId turn, Arm arm, ChatRequest request) {
        submit(
                request,
                () -> answers.put(
                        conversation,
                        new Answered(
                                tenant, turn, arm, request.messages().size(), WordSketch.of(request.lastUserText()))));
    }

    /** A request of the conversation has come. Nothing happens when no answer of it is known. */
    public void asked(ConversationKey conversation, ChatRequest request, Wish wish) {
        submit(request, () -> {
            Answered before = answers.getIfPresent(conversation);
            if (before != null) {
                look(conversation, before, request, wish);
            }
        });
    }

    /** What waits holds its request's bytes: beyond {@value #MAX_WAITING_BYTES} of them nothing more is looked at. */
    private void submit(ChatRequest request, Runnable work) {
        int bytes = request.bytes().length;
        if (waitingBytes.addAndGet(bytes) > MAX_WAITING_BYTES) {
            waitingBytes.addAndGet(-bytes);
            return;
        }
        boolean taken = learner.submit(() -> {
            waitingBytes.addAndGet(-bytes);
            work.run();
        });
        if (!taken) {
            waitingBytes.addAndGet(-bytes);
        }
    }

    private void look(ConversationKey conversation, Answered before, ChatRequest request, Wish wish) {
        if (wish == Wish.DIRECT && !before.arm().isDirect()) {
            learner.heard(before.tenant(), before.turn(), ImplicitSignal.ESCALATED);
            // Said once; what the requested model answers is another matter.
            answers.invalidate(conversation);
        } else if (request.messages().size() > before.messages() && ToolReports.tellOfAnError(request)) {
            learner.heard(before.tenant(), before.turn(), ImplicitSignal.TOOL_ERROR);
        } else if (isAskedAgain(before.question(), WordSketch.of(request.lastUserText()))) {
            learner.heard(before.tenant(), before.turn(), ImplicitSignal.REASKED);
        }
    }

    private static boolean isAskedAgain(WordSketch before, WordSketch now) {
        double inCommon = before.similarity(now).orElse(0);
        return inCommon >= LEAST_IN_COMMON && inCommon <= MOST_IN_COMMON;
    }
}

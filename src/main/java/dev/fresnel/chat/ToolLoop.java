package dev.fresnel.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Follows a conversation's tool calls and their answers. Used once, by one thread. */
final class ToolLoop {
    private final List<String> unanswered = new ArrayList<>();
    private boolean endsWithResult;

    /** What one message says about tools. */
    static final class Turn {
        private Optional<Span> calls = Optional.empty();
        private List<String> ids = List.of();
        private String answered = "";

        void calls(Span span, List<String> callIds) {
            calls = Optional.of(span);
            ids = callIds;
        }

        void answers(String id) {
            answered = id;
        }

        Optional<Span> calls() {
            return calls;
        }
    }

    void add(Role role, Turn turn) {
        endsWithResult = role == Role.TOOL || role == Role.FUNCTION;
        if (endsWithResult && !unanswered.remove(turn.answered) && !unanswered.isEmpty() && turn.answered.isEmpty()) {
            // A result without an id answers the oldest call.
            unanswered.removeFirst();
        }
        if (role == Role.ASSISTANT) {
            unanswered.addAll(turn.ids);
        }
    }

    boolean isOpen() {
        return endsWithResult || !unanswered.isEmpty();
    }
}

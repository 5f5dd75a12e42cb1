package dev.fresnel.lens;

import java.util.Optional;

/** What a lens is about: the part of a request that decides which other requests may share it. */
public sealed interface LensSubject {
    /**
     * One task: same operator text, same tools, same first request of the user.
     *
     * @param tools the request's tool definitions as sent, empty when there are none
     */
    record Task(String system, String tools, String firstUserText) implements LensSubject {}

    /** An application: same operator text and tools, whatever its users ask. Holds no user's text. */
    record App(String system, String tools) implements LensSubject {}

    /** A task the client named itself, so that parallel workers share one lens although their prompts differ. */
    record Named(String name, String system, String tools) implements LensSubject {}

    /**
     * The subject a route's scope asks for. A name given by the client always wins, because request beats route; a route with
     * scope {@code explicit} whose client gave no name falls back to the task.
     */
    static LensSubject of(
            LensPolicy.Scope scope, Optional<String> name, String system, String tools, String firstUserText) {
        if (name.isPresent() && !name.get().isBlank()) {
            return new Named(name.get(), system, tools);
        }
        return switch (scope) {
            case APP -> new App(system, tools);
            case TASK, EXPLICIT -> new Task(system, tools, firstUserText);
        };
    }
}

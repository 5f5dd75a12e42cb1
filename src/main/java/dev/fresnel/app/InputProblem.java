package dev.fresnel.app;

/** Something the user gave cannot be worked with. Its message says what and what to do; it has no stack trace. */
final class InputProblem extends RuntimeException {
    InputProblem(String message) {
        super(message, null, false, false);
    }
}

package dev.fresnel.admin;

import java.util.Optional;

/**
 * One thing that is wrong with a request.
 *
 * @param parameter which one is meant, where it is one
 * @param message what is wrong and what to do, for people; no secret
 */
public record RequestProblem(Optional<String> parameter, String message) {
    static RequestProblem of(String parameter, String message) {
        return new RequestProblem(Optional.of(parameter), message);
    }

    static RequestProblem of(String message) {
        return new RequestProblem(Optional.empty(), message);
    }
}

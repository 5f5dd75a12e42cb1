package dev.fresnel.delegation;

import dev.fresnel.upstream.Model;
import java.util.Optional;

/** Where a request goes. */
public sealed interface Route {
    Decision decision();

    /** The client's bytes go to the model it asked for. */
    record Direct(Decision decision) implements Route {}

    /**
     * A worker answers.
     *
     * @param model the worker's model, aliases followed
     * @param lens how to come by the guidance; empty for a bare worker
     */
    record Delegate(Decision decision, Worker worker, Model model, Optional<LensOrder> lens) implements Route {}
}

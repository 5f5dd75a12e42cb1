package dev.fresnel.chat;

import dev.fresnel.value.ModelName;
import java.util.Optional;

/**
 * Everything that a rewrite is to change.
 *
 * @param model the model as the upstream names it
 * @param lensBlock guidance to stand after the operator's own text; empty: none
 * @param usageAsk whether a streamed reply must report its usage
 * @param params the worker's parameters; empty: the client's stay
 */
public record RewritePlan(ModelName model, Optional<String> lensBlock, UsageAsk usageAsk, Optional<ParamCaps> params) {
    /** Changes the model and nothing else. */
    public static RewritePlan toModel(ModelName model) {
        return new RewritePlan(model, Optional.empty(), UsageAsk.KEEP, Optional.empty());
    }
}

package dev.fresnel.delegation;

import dev.fresnel.chat.ParamCaps;
import dev.fresnel.policy.Arm;
import dev.fresnel.value.ModelName;

/**
 * A named way to answer in place of the requested model ({@code workers} in config).
 *
 * @param model a declared model or an alias
 */
public record Worker(String name, ModelName model, Guidance guidance, ParamCaps params, Fallback fallback) {
    public Arm arm() {
        return new Arm(name);
    }
}

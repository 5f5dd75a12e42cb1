package dev.fresnel.it;

import java.util.Locale;
import java.util.Map;

/**
 * One way a request can take through the gateway. The same request is sent straight to the provider too, and the two results are
 * compared. Prompts differ, so that no conversation pinned in one lane is continued in another.
 */
enum Lane {
    /** A route with {@code mode: off}. */
    OFF("off-large", "Say hello.", "", "off-large"),
    /** A route with rules, none of which fires. */
    RULES_DIRECT("large", "Say good morning.", "", "large"),
    /** The client asks for the worker by header. */
    FORCED_LENS("large", "Say good evening.", "fast-worker", "small"),
    /** A rule fires by itself. */
    RULES_FIRED(
            "large",
            "Write CRUD endpoints for 5 entities: one module, 4 files and 12 tests for each of them.",
            "",
            "small");

    private final String model;
    private final String prompt;
    private final String forcedArm;
    private final String answeredBy;

    Lane(String model, String prompt, String forcedArm, String answeredBy) {
        this.model = model;
        this.prompt = prompt;
        this.forcedArm = forcedArm;
        this.answeredBy = answeredBy;
    }

    /** What the client asks for. */
    String model() {
        return model;
    }

    String prompt() {
        return prompt;
    }

    /** What the client adds when it calls the gateway. */
    Map<String, String> headers() {
        return forcedArm.isEmpty() ? Map.of() : Map.of("x-fresnel-arm", forcedArm);
    }

    /** The model that the provider sees first, by its name there. */
    String answeredBy() {
        return answeredBy;
    }

    boolean delegated() {
        return !answeredBy.equals(model);
    }

    String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}

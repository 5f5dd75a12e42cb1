package dev.fresnel.testing;

import dev.fresnel.chat.Usage;

/** What a smart upstream answers when it is asked for a lens. */
public final class LensScripts {
    public static final String LENS = """
            {"task_scope":"CRUD endpoints for an inventory service",
             "heuristics":["Validate every request body","Return 404 for unknown ids","Page every list"],
             "patterns":["One router per entity","Thin handlers over a service","Map rows in one place"],
             "anti_patterns":["Catching every exception","SQL in handlers"],
             "constraints":["Use the existing error type"],
             "examples":[]}""";

    private LensScripts() {}

    /** Writes the lens when asked for one, and answers {@code text} otherwise. */
    public static Script smart(String text, Usage usage) {
        return smartWith(LENS, text, usage);
    }

    /** {@link #smart} with another lens. */
    public static Script smartWith(String lens, String text, Usage usage) {
        return byPurpose(lens(lens), Script.chat(text, usage));
    }

    /** A completion whose content is {@code content}. */
    public static Script lens(String content) {
        return Script.completion(content, Usage.of(400, 350));
    }

    public static Script byPurpose(Script lens, Script answer) {
        return Script.byRequest(request -> isLensCall(request) ? lens : answer);
    }

    /** Lens calls, and only they, carry the guard with this value. */
    public static boolean isLensCall(RecordedRequest request) {
        return "lens".equals(request.headers().get("x-fresnel-internal"));
    }
}

package dev.fresnel.lens;

import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.TenantId;
import java.text.Normalizer;

/**
 * Computes lens keys: SHA-256 over tenant, smart model, template version and subject, every part length-prefixed, so that no
 * choice of texts forges another request's key. Pure and thread-safe; one pass over each text.
 *
 * <p>Texts are compared after normalisation: Unicode NFKC, lower case, runs of white space as one space. Numbers are kept as
 * they are: "5 entities" and "6 entities" are two tasks. Tool definitions are compared as sent.
 */
public final class LensKeys {
    private static final String TASK = "task";
    private static final String APP = "app";
    private static final String NAMED = "explicit";

    private final String templateVersion;

    /** @param templateVersion a new template writes other lenses, so it starts on an empty shelf */
    public LensKeys(String templateVersion) {
        this.templateVersion = templateVersion;
    }

    public LensKey keyFor(TenantId tenant, ModelName smart, LensSubject subject) {
        Fingerprint.Builder parts = Fingerprint.builder();
        parts.add("lens").add(tenant.value()).add(smart.value()).add(templateVersion);
        switch (subject) {
            case LensSubject.Task(String system, String tools, String firstUserText) ->
                parts.add(TASK).add(normalised(system)).add(tools).add(normalised(firstUserText));
            case LensSubject.App(String system, String tools) ->
                parts.add(APP).add(normalised(system)).add(tools);
            case LensSubject.Named(String name) -> parts.add(NAMED).add(normalised(name));
        }
        return new LensKey(tenant, parts.build());
    }

    /** NFKC, lower case, white space collapsed and trimmed. */
    static String normalised(String text) {
        String composed = Normalizer.normalize(text, Normalizer.Form.NFKC);
        StringBuilder out = new StringBuilder(composed.length());
        boolean gap = false;
        for (int i = 0; i < composed.length(); ) {
            int c = composed.codePointAt(i);
            i += Character.charCount(c);
            if (Character.isWhitespace(c) || Character.isSpaceChar(c)) {
                gap = !out.isEmpty();
            } else {
                if (gap) {
                    out.append(' ');
                    gap = false;
                }
                out.appendCodePoint(Character.toLowerCase(c));
            }
        }
        return out.toString();
    }
}

package dev.fresnel.lens;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.TenantId;
import java.util.Optional;

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

    /** No model is called so: a name in front of it would else be that of a key or of a model. */
    private static final String OF_A_KEY = " key";

    private final String templateVersion;

    /**
     * Whose a lens is.
     *
     * @param key name of the tenant's key that alone uses it; empty: all of the tenant's do
     */
    public record Owner(TenantId tenant, Optional<String> key) {
        /** A lens that all keys of a tenant use. */
        public static Owner of(TenantId tenant) {
            return new Owner(tenant, Optional.empty());
        }
    }

    /** @param templateVersion a new template writes other lenses, so it starts on an empty shelf */
    public LensKeys(String templateVersion) {
        this.templateVersion = templateVersion;
    }

    public LensKey keyFor(Owner owner, ModelName smart, LensSubject subject) {
        Fingerprint.Builder parts = Fingerprint.builder();
        parts.add("lens").add(owner.tenant().value());
        owner.key().ifPresent(name -> parts.add(OF_A_KEY).add(name));
        parts.add(smart.value()).add(templateVersion);
        switch (subject) {
            case LensSubject.Task(String system, String tools, String firstUserText) ->
                add(add(parts.add(TASK), system).add(tools), firstUserText);
            case LensSubject.App(String system, String tools) ->
                add(parts.add(APP), system).add(tools);
            case LensSubject.Named(String name, String system, String tools) ->
                add(add(parts.add(NAMED), name), system).add(tools);
        }
        return new LensKey(owner.tenant(), parts.build());
    }

    /** What two tasks must share before one may use the other's lens: everything but what the user asked. */
    public Fingerprint partition(Owner owner, ModelName smart, LensSubject.Task task) {
        Fingerprint.Builder parts = Fingerprint.builder();
        parts.add("lens-partition").add(owner.tenant().value());
        owner.key().ifPresent(name -> parts.add(OF_A_KEY).add(name));
        parts.add(smart.value()).add(templateVersion);
        return add(parts, task.system()).add(task.tools()).build();
    }

    @CanIgnoreReturnValue
    private static Fingerprint.Builder add(Fingerprint.Builder parts, String text) {
        FoldedText folded = FoldedText.of(text);
        return parts.add(folded.bytes(), 0, folded.length());
    }

    /** NFKC, lower case, white space collapsed and trimmed. */
    static String normalised(String text) {
        return FoldedText.of(text).toString();
    }
}

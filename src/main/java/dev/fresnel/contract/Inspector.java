package dev.fresnel.contract;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.Choice;
import dev.fresnel.chat.Feature;
import java.util.List;
import java.util.Optional;

/**
 * Checks answers against what their requests demand: JSON ({@code response_format} of type {@code json_object}), JSON that keeps to a schema
 * ({@code json_schema}), and for every call of a tool its name and its arguments. Only what is certain counts as broken. Thread-safe; bounded, but not for an
 * event loop.
 */
public final class Inspector {
    /** Characters of an answer beyond which it is not checked. */
    public static final int MAX_ANSWER = 1 << 19;

    private final Schemas schemas = new Schemas();

    /** Loads what checks need now, so that neither who makes an inspector nor the first answer waits for it. Not a thing to do on an event loop. */
    public static void preload() {
        Schemas.preload();
    }

    /** Whether the request demands anything that can be checked. Cheap. */
    public static boolean applies(ChatRequest request) {
        return request.features().contains(Feature.JSON_OBJECT)
                || request.features().contains(Feature.JSON_SCHEMA)
                || !request.toolNames().isEmpty();
    }

    /** Whether choices that broke off at a limit say nothing, because the client set the limit. */
    public enum Cut {
        BY_CLIENT,
        OTHERWISE
    }

    /** Never throws. Any choice that is broken makes the answer broken, whatever is unknown of the others. */
    public Finding inspect(ChatRequest request, List<Choice> choices, Cut cut) {
        return inspect(request, choices, cut, new BoundedPatterns.Looks(), new Steps());
    }

    /**
     * @param looks shared by everything that the request's patterns are held against
     * @param steps shared by everything that its schemas are
     */
    Finding inspect(ChatRequest request, List<Choice> choices, Cut cut, BoundedPatterns.Looks looks, Steps steps) {
        return BoundedPatterns.within(looks, () -> look(new Demands(request, schemas, steps), choices, cut));
    }

    private static Finding look(Demands demands, List<Choice> choices, Cut cut) {
        Optional<Finding.Doubt> doubt = Optional.empty();
        for (Choice choice : choices) {
            if (cut == Cut.BY_CLIENT
                    && choice.finishReason().filter("length"::equals).isPresent()) {
                continue;
            }
            try {
                Optional<Finding.Breach> breach = demands.breach(choice);
                if (breach.isPresent()) {
                    return new Finding.Broken(breach.get());
                }
            } catch (Schemas.Doubtful unknown) {
                doubt = Optional.of(unknown.doubt());
            } catch (RuntimeException bug) {
                // The message may quote the client: the class and the place are enough.
                System.getLogger("fresnel")
                        .log(System.Logger.Level.ERROR, "an answer could not be checked: " + where(bug));
                doubt = Optional.of(Finding.Doubt.INTERNAL);
            }
        }
        return doubt.<Finding>map(Finding.Unknown::new).orElseGet(Finding.Kept::new);
    }

    private static String where(RuntimeException bug) {
        StackTraceElement[] trace = bug.getStackTrace();
        return bug.getClass().getName() + (trace.length == 0 ? "" : " at " + trace[0]);
    }
}

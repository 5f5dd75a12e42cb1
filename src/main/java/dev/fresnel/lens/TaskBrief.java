package dev.fresnel.lens;

import java.util.List;

/**
 * What the smart model is told about a task. Bounded: a brief never holds more than 12,000 characters of task, 8,000 of operator
 * text, 64 tool names and 20 paths; longer texts keep their head and tail, where instructions stand, and say what was left out.
 * Text shaped like a credential is replaced before it is kept.
 *
 * @param task the user's first request; empty for a lens that serves a whole application, so that no user's text reaches
 *     another user through it
 * @param system the operator's text
 * @param targetFiles paths the task names
 */
public record TaskBrief(String task, String system, List<String> toolNames, List<String> targetFiles) {
    static final int MAX_TASK_CHARS = 12_000;
    static final int MAX_SYSTEM_CHARS = 8_000;
    static final int MAX_TOOLS = 64;
    static final int MAX_TOOL_CHARS = 64;
    private static final int MAX_SCOPE_CHARS = 100;
    private static final String SCOPE_WITHOUT_TEXT = "the task in this conversation";

    public TaskBrief {
        toolNames = List.copyOf(toolNames);
        targetFiles = List.copyOf(targetFiles);
    }

    /**
     * The brief for a subject. For {@link LensSubject.App} the user's text is left out; for a named task it is the first caller's.
     *
     * @param firstUserText the first user turn as text
     */
    public static TaskBrief of(LensSubject subject, String system, List<String> toolNames, String firstUserText) {
        String task = switch (subject) {
            case LensSubject.App _ -> "";
            case LensSubject.Task _ -> firstUserText;
            case LensSubject.Named(String name, String _, String _) -> name + "\n" + firstUserText;
        };
        String bounded = bounded(task, MAX_TASK_CHARS);
        return new TaskBrief(
                bounded,
                bounded(system, MAX_SYSTEM_CHARS),
                toolNames.stream()
                        .limit(MAX_TOOLS)
                        .map(name -> LensHygiene.cut(
                                LensHygiene.visible(name, LensHygiene.Shape.LINE), MAX_TOOL_CHARS, MAX_TOOL_CHARS * 3))
                        .toList(),
                TargetFiles.in(bounded));
    }

    /** All of the client's text in here: what the smart model read. */
    String allText() {
        return system + "\n" + task;
    }

    /** A scope for a lens whose writer gave none (S10): the first words of the task, or of the operator's text. */
    String derivedScope() {
        for (String source : List.of(task, system)) {
            String start = source.substring(0, Math.min(source.length(), MAX_SCOPE_CHARS * 4));
            if (LensHygiene.clean(start, LensHygiene.Shape.LINE, source)
                    instanceof LensHygiene.Cleaned.Kept(String text, LensHygiene.Scrubbed _)) {
                return LensHygiene.cut(text, MAX_SCOPE_CHARS, LensLimits.SCOPE_BYTES);
            }
        }
        return SCOPE_WITHOUT_TEXT;
    }

    /** Head and tail of a text too long, three quarters and one quarter of what may stay. */
    private static String bounded(String text, int maxChars) {
        if (text.length() <= maxChars) {
            return LensHygiene.withoutSecrets(text);
        }
        int head = atCharacter(text, maxChars * 3 / 4);
        int tail = atCharacter(text, text.length() - maxChars / 4);
        return LensHygiene.withoutSecrets(text.substring(0, head))
                + "\n[... " + (tail - head) + " characters left out ...]\n"
                + LensHygiene.withoutSecrets(text.substring(tail));
    }

    /** Never between the halves of a surrogate pair. */
    private static int atCharacter(String text, int index) {
        return Character.isLowSurrogate(text.charAt(index)) ? index + 1 : index;
    }
}

package dev.fresnel.demo;

import java.util.List;
import java.util.Optional;

/**
 * An answer made by rule from a {@link TaskReading}: a section per thing, a paragraph per action, as long as the work asked for. It
 * has the shape and length of an answer, so that pacing, streaming and money are real; it claims no more. Pure.
 */
final class Draft {
    private static final List<String> DEFAULT_ACTIONS = List.of("answer");

    private Draft() {}

    /**
     * @param opening what the stand-in says about itself
     * @param lens guidance to follow: each section says which constraint it was held against
     */
    static String of(String opening, TaskReading task, Optional<SeenLens> lens) {
        StringBuilder text = new StringBuilder(opening).append("\n\n");
        if (!task.hasParts()) {
            return text.append("You said: \"")
                    .append(task.goal())
                    .append("\" A real model would answer here.")
                    .toString();
        }
        List<String> actions = task.actions().isEmpty() ? DEFAULT_ACTIONS : task.actions();
        text.append("The request asks for ")
                .append(task.things().size())
                .append(" parts, each with ")
                .append(String.join(", ", actions))
                .append(".\n");
        for (String thing : task.things()) {
            section(text, thing, actions, task);
            lens.ifPresent(seen -> held(text, thing, seen));
        }
        return text.toString();
    }

    private static void section(StringBuilder text, String thing, List<String> actions, TaskReading task) {
        text.append("\n## ").append(thing).append("\n");
        for (String action : actions) {
            String name = LensAuthor.identifier(action, thing);
            text.append("\n### ").append(name).append("\n\n");
            text.append("```\n")
                    .append("function ")
                    .append(name)
                    .append("(input) {\n")
                    .append("  const checked = check")
                    .append(LensAuthor.identifier("", thing))
                    .append("(input);\n")
                    .append("  if (checked.failed) return problem(400, checked.reason);\n")
                    .append("  return ")
                    .append(action)
                    .append("(\"")
                    .append(thing)
                    .append("\", checked.value);\n}\n")
                    .append("```\n\n");
            text.append("Takes what is needed to ")
                    .append(action)
                    .append(" one ")
                    .append(thing)
                    .append(", refuses input that fails its check with a reason, and answers with the ")
                    .append(thing)
                    .append(" as it then stands.\n");
        }
        task.demands()
                .forEach(demand -> text.append("\nAsked for ")
                        .append(thing)
                        .append(" too: ")
                        .append(demand));
        text.append('\n');
    }

    private static void held(StringBuilder text, String thing, SeenLens lens) {
        lens.guidelines().stream()
                .limit(2)
                .forEach(rule -> text.append("\nHeld for ")
                        .append(thing)
                        .append(", from the lens: ")
                        .append(rule));
        text.append('\n');
    }
}

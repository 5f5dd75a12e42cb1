package dev.fresnel.demo;

import dev.fresnel.chat.JsonText;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Writes the JSON of a lens from a {@link TaskReading} by rule. Every item is built around words of the task, so two tasks get two
 * lenses and one task always gets the same. Pure.
 */
final class LensAuthor {
    private static final int SHOWN_THINGS = 6;
    private static final int SHOWN_NAMES = 5;
    private static final int SCOPE_CHARS = 100;

    private final TaskReading task;
    private final TaskReading operator;

    private LensAuthor(TaskReading task, TaskReading operator) {
        this.task = task;
        this.operator = operator;
    }

    /** One JSON object, in the field order that the gateway's template asks for. */
    static String write(LensAsk ask) {
        TaskReading operator = TaskReading.of(ask.operator());
        return new LensAuthor(ask.task().isBlank() ? operator : TaskReading.of(ask.task()), operator).json();
    }

    private String json() {
        return "{" + field("task_scope", JsonText.quote(scope()))
                + ", " + field("constraints", array(constraints(), 3))
                + ", " + field("anti_patterns", array(antiPatterns(), 4))
                + ", " + field("heuristics", array(heuristics(), 7))
                + ", " + field("patterns", array(patterns(), 5))
                + ", " + field("examples", array(examples(), 2)) + "}";
    }

    private String scope() {
        String goal = goal();
        return goal.length() <= SCOPE_CHARS
                ? goal
                : goal.substring(0, SCOPE_CHARS - 1).stripTrailing() + "…";
    }

    private List<String> constraints() {
        List<String> items = new ArrayList<>(task.demands());
        operator.demands().stream().filter(demand -> !items.contains(demand)).forEach(items::add);
        if (items.size() < 3 && task.hasParts()) {
            items.add("Deliver all " + task.things().size() + ": " + things() + ".");
        }
        if (items.isEmpty()) {
            items.add("Answer exactly this: " + goal());
        }
        return items;
    }

    private List<String> antiPatterns() {
        List<String> items = new ArrayList<>();
        if (task.hasParts()) {
            items.add("Growing thinner towards the end: give " + task.things().getLast() + " the same depth as "
                    + task.things().getFirst() + ".");
            items.add(
                    "Writing \"likewise for the others\" after " + task.things().getFirst() + ": write each one out.");
        }
        if (task.actions().size() > 1) {
            items.add(
                    "Dropping one of " + String.join(", ", task.actions()) + ": name the ones done before moving on.");
        }
        if (!names().isEmpty()) {
            items.add("Swapping " + names().getFirst() + " for something similar: keep to what the task names.");
        }
        items.add("Drifting from \"" + scope() + "\" to its neighbourhood: leave out what was not asked.");
        items.add("Describing what an answer about " + topic() + " would contain: write the answer itself.");
        return items;
    }

    private List<String> heuristics() {
        List<String> items = new ArrayList<>();
        if (task.hasParts()) {
            items.add("Treat each of " + things() + " as one unit of work and finish it before the next.");
            items.add("Put what " + task.things().getFirst() + " and "
                    + task.things().get(1) + " share in one place first, then refer to it by name.");
        }
        if (!task.actions().isEmpty()) {
            items.add("Within a unit work in this order: " + String.join(", ", task.actions()) + ".");
            items.add("For " + task.actions().getFirst()
                    + ", say what comes in, what goes out and what can go wrong for " + topic() + ".");
        }
        if (!names().isEmpty()) {
            items.add("Spell " + names().stream().limit(SHOWN_NAMES).collect(Collectors.joining(", "))
                    + " exactly as the request does.");
        }
        task.demands().stream()
                .limit(2)
                .map(demand -> "After each part check it against: " + demand)
                .forEach(items::add);
        items.add("Begin with the part of " + topic() + " that everything else depends on.");
        items.add(
                "Where the request leaves a choice about " + topic() + " open, take the plainest one and say so once.");
        items.add("End when " + topic() + " is complete; add no closing summary.");
        return items;
    }

    private List<String> patterns() {
        List<String> items = new ArrayList<>();
        if (task.hasParts()) {
            items.add("One heading per unit, named after it: " + things() + ".");
            items.add("The same sub-headings in the same order under "
                    + task.things().getFirst() + " as under " + task.things().getLast() + ".");
        }
        if (!task.actions().isEmpty()) {
            items.add("Names made of action and unit, such as "
                    + identifier(task.actions().getFirst(), topic()) + ".");
        }
        items.add("One wording for one idea about " + topic() + " throughout.");
        items.add("Failure cases of " + topic() + " written in one form everywhere.");
        items.add("Facts stated once, where " + topic() + " is first treated.");
        return items;
    }

    private List<String> examples() {
        return task.hasParts() && !task.actions().isEmpty()
                ? List.of("## " + task.things().getFirst() + "\n"
                        + task.actions().stream()
                                .map(action ->
                                        "- " + identifier(action, task.things().getFirst()))
                                .collect(Collectors.joining("\n")))
                : List.of();
    }

    private List<String> names() {
        return task.names().isEmpty() ? operator.names() : task.names();
    }

    private String goal() {
        return task.goal().isEmpty() ? "the task in this conversation" : task.goal();
    }

    private String topic() {
        if (!task.things().isEmpty()) {
            return task.things().getFirst();
        }
        return names().isEmpty() ? "\"" + scope() + "\"" : names().getFirst();
    }

    private String things() {
        String shown = task.things().stream().limit(SHOWN_THINGS).collect(Collectors.joining(", "));
        int more = task.things().size() - SHOWN_THINGS;
        return more > 0 ? shown + " and " + more + " more" : shown;
    }

    static String identifier(String action, String thing) {
        StringBuilder name = new StringBuilder(action);
        for (String word : thing.split("[^\\p{L}\\p{N}]+", -1)) {
            if (!word.isEmpty()) {
                name.appendCodePoint(Character.toUpperCase(word.codePointAt(0)))
                        .append(word, Character.charCount(word.codePointAt(0)), word.length());
            }
        }
        return name.toString();
    }

    private static String field(String name, String json) {
        return JsonText.quote(name) + ": " + json;
    }

    private static String array(List<String> items, int most) {
        return items.stream().distinct().limit(most).map(JsonText::quote).collect(Collectors.joining(", ", "[", "]"));
    }
}

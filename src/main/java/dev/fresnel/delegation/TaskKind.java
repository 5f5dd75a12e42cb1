package dev.fresnel.delegation;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.estimate.TaskText;
import dev.fresnel.estimate.Words;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What sort of work a request asks for: a coarse class for logs, explanations and learning. The rules do not read it. The client
 * may state it; otherwise the first class whose words occur in the last user message is taken, in the order below.
 */
public enum TaskKind {
    /** A turn that answers a tool's result. */
    TOOL_STEP("tool-step", "", ""),
    /** Correct spelling, a name, a one-line slip. */
    TYPO_FIX("typo-fix", "typo, typos, misspelled, misspelling, spelling", ""),
    /** Change what exists, in several places. */
    CROSS_FILE_EDIT(
            "cross-file-edit",
            "refactor, migrate, rename, replace, update, upgrade, port",
            "across, all, every, each, files, modules, codebase, repo"),
    /** Find one's way in foreign code. */
    UNFAMILIAR_REPO(
            "unfamiliar-repo",
            "this repo, the repo, this repository, the repository, this codebase, the codebase, this project, the project",
            ""),
    /** Many alike things to make. */
    GENERATE_MANY(
            "generate-many",
            "generate, create, write, implement, scaffold, build, produce, add",
            "crud, endpoints, files, components, modules, pages, classes, entities, tables, services, tests, records, rows"),
    SUMMARISE("summarise", "summarize, summarise, summary, tldr, key points", ""),
    TRANSLATE("translate", "translate, translation, übersetze, traduis, traduce, traduire", ""),
    CLASSIFY("classify", "classify, categorize, categorise, sentiment, which category, yes or, true or", ""),
    DEBUG(
            "debug",
            "debug, bug, error, exception, stacktrace, fails, failing, broken, crash, crashes, doesn't work, fix",
            ""),
    GENERATE(
            "generate",
            "generate, create, write, implement, scaffold, build, produce, compose, draft, design, erstelle, schreibe, écris, crée,"
                    + " escribe, crea",
            ""),
    EXPLAIN(
            "explain",
            "explain, describe, how does, how do, why, compare, difference, what is, what are, erkläre, explique, explica",
            ""),
    OTHER("other", "", "");

    /** How far behind its verb the object of an order is looked for, in words. */
    private static final int REACH = 15;

    private final String key;

    @SuppressWarnings("ImmutableEnumChecker") // unmodifiable, which its type cannot say
    private final Set<String> signs;

    @SuppressWarnings("ImmutableEnumChecker") // unmodifiable, which its type cannot say
    private final Set<String> objects;

    /**
     * @param signs words or pairs of words; any of them is the class
     * @param objects when not empty, one of them must follow the sign
     */
    TaskKind(String key, String signs, String objects) {
        this.key = key;
        this.signs = set(signs);
        this.objects = set(objects);
    }

    /** The name in headers, events and explanations. */
    public String key() {
        return key;
    }

    public static Optional<TaskKind> ofKey(String key) {
        return Arrays.stream(values())
                .filter(kind -> kind.key.equals(key.toLowerCase(Locale.ROOT)))
                .findFirst();
    }

    public static List<String> keys() {
        return Arrays.stream(values()).map(TaskKind::key).toList();
    }

    static TaskKind of(ChatRequest request) {
        if (request.openToolLoop()) {
            return TOOL_STEP;
        }
        Words words = Words.of(TaskText.of(request));
        return Arrays.stream(values())
                .filter(kind -> kind.occursIn(words))
                .findFirst()
                .orElse(OTHER);
    }

    private boolean occursIn(Words words) {
        if (signs.isEmpty()) {
            return false;
        }
        for (int i = 0; i < words.size(); i++) {
            boolean sign = signs.contains(words.get(i)) || signs.contains(words.get(i) + " " + words.at(i + 1));
            if (sign && (objects.isEmpty() || objectFollows(words, i))) {
                return true;
            }
        }
        return false;
    }

    private boolean objectFollows(Words words, int sign) {
        for (int i = sign + 1; i <= sign + REACH; i++) {
            if (objects.contains(words.at(i))) {
                return true;
            }
        }
        return false;
    }

    private static Set<String> set(String list) {
        return Arrays.stream(list.split(",", -1))
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }
}

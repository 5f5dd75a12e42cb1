package dev.fresnel.delegation;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.estimate.TaskText;
import dev.fresnel.estimate.Words;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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

    private static final Map<String, Sign> SIGNS = table();

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

    static TaskKind of(ChatRequest request, TaskText task) {
        return request.openToolLoop() ? TOOL_STEP : of(task.words());
    }

    /** One pass: each word says which kinds it is a sign of, and the first kind in order wins. */
    private static TaskKind of(Words words) {
        TaskKind first = OTHER;
        for (int i = 0; i < words.size(); i++) {
            Sign sign = SIGNS.get(words.get(i));
            if (sign != null) {
                first = earlier(first, sign.alone(), words, i);
                if (sign.startsPair()) {
                    Sign pair = SIGNS.get(words.get(i) + " " + words.at(i + 1));
                    first = pair == null ? first : earlier(first, pair.alone(), words, i);
                }
            }
        }
        return first;
    }

    private static TaskKind earlier(TaskKind first, Set<TaskKind> signified, Words words, int i) {
        for (TaskKind kind : signified) {
            if (kind.compareTo(first) < 0 && (kind.objects.isEmpty() || kind.objectFollows(words, i))) {
                return kind;
            }
        }
        return first;
    }

    private boolean objectFollows(Words words, int sign) {
        for (int i = sign + 1; i <= sign + REACH; i++) {
            if (objects.contains(words.at(i))) {
                return true;
            }
        }
        return false;
    }

    /** What a word or pair of words is a sign of, in order, and whether a pair begins with it. */
    private record Sign(Set<TaskKind> alone, boolean startsPair) {}

    private static Map<String, Sign> table() {
        Map<String, Set<TaskKind>> kinds = new HashMap<>();
        Set<String> starters = new HashSet<>();
        for (TaskKind kind : values()) {
            for (String sign : kind.signs) {
                kinds.computeIfAbsent(sign, _ -> EnumSet.noneOf(TaskKind.class)).add(kind);
                int space = sign.indexOf(' ');
                if (space > 0) {
                    starters.add(sign.substring(0, space));
                }
            }
        }
        Map<String, Sign> table = new HashMap<>();
        starters.forEach(word -> table.put(word, new Sign(kinds.getOrDefault(word, Set.of()), true)));
        kinds.forEach((word, found) -> table.putIfAbsent(word, new Sign(found, false)));
        return table;
    }

    private static Set<String> set(String list) {
        return Arrays.stream(list.split(",", -1))
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }
}

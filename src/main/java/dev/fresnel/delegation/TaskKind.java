package dev.fresnel.delegation;

import dev.fresnel.chat.ChatRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What sort of work a request asks for: a coarse class for logs, explanations and learning. The rules do not read it. The client
 * may state it; otherwise the first class whose words occur in the last user message is taken, in the order below.
 */
public enum TaskKind {
    /** A turn that answers a tool's result. */
    TOOL_STEP("tool-step", ""),
    /** Correct spelling, a name, a one-line slip. */
    TYPO_FIX("typo-fix", "\\b(?:typos?|misspell(?:ed|ing)|spelling|rename (?:the )?(?:variable|function|method))\\b"),
    /** Change what exists, in several places. */
    CROSS_FILE_EDIT(
            "cross-file-edit",
            "\\b(?:refactor|migrate|rename|replace|update|upgrade|port)\\b.{0,80}\\b(?:across|all|every|each|files|modules|codebase|repo)"),
    /** Find one's way in foreign code. */
    UNFAMILIAR_REPO("unfamiliar-repo", "\\b(?:this|the) (?:repo(?:sitory)?|codebase|project)\\b"),
    /** Many alike things to make. */
    GENERATE_MANY(
            "generate-many",
            "\\b(?:generate|create|write|implement|scaffold|build|produce|add)\\b.{0,80}"
                    + "\\b(?:crud|endpoints|files|components|modules|pages|classes|entities|tables|services|tests|records|rows)\\b"),
    SUMMARISE("summarise", "\\b(?:summari[sz]e|summary|tl;?dr|key points)\\b"),
    TRANSLATE("translate", "\\b(?:translate|translation|übersetze|traduis|traduce|traduire)\\b|翻译"),
    CLASSIFY("classify", "\\b(?:classify|categori[sz]e|label|sentiment|which category|yes or no|true or false)\\b"),
    DEBUG(
            "debug",
            "\\b(?:debug|bug|error|exception|stack ?trace|fails?|failing|broken|crash(?:es)?|doesn't work|fix)\\b"),
    GENERATE(
            "generate",
            "\\b(?:generate|create|write|implement|scaffold|build|produce|compose|draft|design|erstelle|schreibe|écris|crée|escribe|crea)\\b"),
    EXPLAIN(
            "explain",
            "\\b(?:explain|describe|how does|how do|why|compare|difference|what is|what are|erkläre|explique|explica)\\b"),
    OTHER("other", "");

    private static final int MAX_CHARS = 2000;

    private final String key;
    private final Pattern words;

    TaskKind(String key, String words) {
        this.key = key;
        this.words = Pattern.compile(words, Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
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
        String text = request.lastUserText();
        String start = text.substring(0, Math.min(text.length(), MAX_CHARS));
        return Arrays.stream(values())
                .filter(kind -> !kind.words.pattern().isEmpty())
                .filter(kind -> kind.words.matcher(start).find())
                .findFirst()
                .orElse(OTHER);
    }
}

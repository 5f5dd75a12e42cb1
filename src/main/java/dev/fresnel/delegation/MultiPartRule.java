package dev.fresnel.delegation;

import dev.fresnel.estimate.Words;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Tells whether a task asks for several parts: files, endpoints, components. RFC-137 looked for such words as substrings, so
 * "profiles" and "list the files" delegated and "5 entities" did not. Here a part counts when it is the object of an order to make
 * or change something, within one sentence:
 *
 * <ul>
 *   <li>a stated number of parts, at least the minimum: "generate CRUD endpoints for 5 entities", "write five test files";
 *   <li>a quantifier: "add logging to all endpoints", "refactor several modules";
 *   <li>a bare plural right behind the verb: "create the components for the shop";
 *   <li>at least the minimum of different file paths behind such a verb: "update a.py, b.py and c.py".
 * </ul>
 *
 * <p>For a verb that makes ("write a summary of 5 files") words like "of", "from", "about" end the reach of the order; a verb that
 * changes reaches through "in", "across", "to". Verbs are known in English, German, French and Spanish. Built once per rule set;
 * immutable.
 */
final class MultiPartRule {
    private static final int REACH_WORDS = 12;
    private static final int BARE_REACH_WORDS = 4;

    private static final Set<String> MAKE = Set.of(
            "generate",
            "create",
            "write",
            "implement",
            "scaffold",
            "build",
            "produce",
            "develop",
            "make",
            "design",
            "draft",
            "erstelle",
            "generiere",
            "schreibe",
            "implementiere",
            "baue",
            "crée",
            "créer",
            "génère",
            "générer",
            "écris",
            "crea",
            "genera",
            "escribe",
            "implementa");
    private static final Set<String> CHANGE = Set.of(
            "add",
            "refactor",
            "rename",
            "update",
            "migrate",
            "replace",
            "convert",
            "port",
            "rewrite",
            "translate",
            "modify",
            "change",
            "edit",
            "move",
            "split",
            "document",
            "annotate",
            "fix",
            "upgrade",
            "füge",
            "ajoute",
            "añade");
    /** An order stands at the start of a clause, or behind one of these. */
    private static final Set<String> LEADS = Set.of(
            "please", "to", "and", "then", "you", "should", "must", "will", "can", "could", "would", "let's", "also",
            "now", "we", "i", "help", "me", "us", "just", "bitte", "por", "favor", "or", "first", "next", "finally",
            "hi", "hello", "hey", "ok", "okay", "so", "task");

    private static final Set<String> MAKE_BREAKS = Set.of(
            "of", "from", "about", "in", "on", "that", "which", "who", "where", "when", "if", "because", "using",
            "with", "by", "reads", "lists", "counts", "into", "why", "how", "without", "between", "inside", "over",
            "per", "than", "based");
    private static final Set<String> CHANGE_BREAKS =
            Set.of("that", "which", "who", "where", "when", "if", "because", "why", "how", "than", "by");
    private static final Set<String> QUANTIFIERS = Set.of(
            "multiple",
            "several",
            "many",
            "all",
            "each",
            "every",
            "various",
            "numerous",
            "different",
            "separate",
            "these",
            "following",
            "mehrere",
            "alle",
            "plusieurs",
            "toutes",
            "tous",
            "varios",
            "varias",
            "todos",
            "todas");

    private static final Pattern SENTENCE = Pattern.compile("(?<=[.!?;:])\\s+|\\R+|```");
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}_./'-]+|,");
    private static final Pattern BULLET = Pattern.compile("[-*]|\\d{1,3}\\.?");
    private static final Pattern Y_BEHIND_CONSONANT = Pattern.compile(".*[^aeiou]y");
    private static final Pattern SIBILANT = Pattern.compile(".*(?:s|x|z|ch|sh)");
    private static final Pattern EDGES = Pattern.compile("^[./'-]+|[./'-]+$");
    private static final Pattern PATH =
            Pattern.compile("[\\w./-]*\\w\\.(?:java|kts?|py|ipynb|[jt]sx?|mjs|go|rs|rb|php|c|h|cc|[ch]pp|cs"
                    + "|swift|scala|sql|html?|s?css|vue|svelte|json|ya?ml|toml|xml|md|sh|tf|proto|gradle|txt|csv)");

    private final Set<String> singulars;
    private final Set<String> plurals;
    private final int minimum;

    /** @param words singular nouns; plurals are derived */
    MultiPartRule(List<String> words, int minimum) {
        this.singulars =
                words.stream().map(word -> word.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
        this.plurals = singulars.stream().map(MultiPartRule::plural).collect(Collectors.toUnmodifiableSet());
        this.minimum = minimum;
    }

    /**
     * The words that made it fire; empty when the task has not several parts.
     *
     * @param task bounded, see {@link dev.fresnel.estimate.TaskText}
     */
    Optional<String> firesOn(String task) {
        for (String sentence : SENTENCE.split(task, -1)) {
            Optional<String> found = inSentence(words(sentence));
            if (found.isPresent()) {
                return found;
            }
        }
        return listedPaths(task);
    }

    private Optional<String> inSentence(List<String> words) {
        for (int i = 0; i < words.size(); i++) {
            Optional<Set<String>> breaks = breaksOf(words, i);
            if (breaks.isPresent()) {
                Optional<String> found = behind(words, i, breaks.get());
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    /** What ends the reach of the order at {@code i}; empty when no order stands there. */
    private static Optional<Set<String>> breaksOf(List<String> words, int i) {
        if (i > 0
                && !LEADS.contains(words.get(i - 1))
                && !words.get(i - 1).equals(",")
                && !isBullet(words.get(i - 1))) {
            return Optional.empty();
        }
        String verb = words.get(i);
        if (MAKE.contains(verb)) {
            return Optional.of(MAKE_BREAKS);
        }
        return CHANGE.contains(verb) ? Optional.of(CHANGE_BREAKS) : Optional.empty();
    }

    private static boolean isBullet(String word) {
        return BULLET.matcher(word).matches();
    }

    private Optional<String> behind(List<String> words, int verb, Set<String> breaks) {
        int end = Math.min(words.size(), verb + 1 + REACH_WORDS);
        int countAt = -1;
        String quantifier = "";
        for (int i = verb + 1; i < end; i++) {
            String word = words.get(i);
            if (breaks.contains(word)) {
                return Optional.empty();
            }
            if (Words.number(word).isPresent()) {
                countAt = i;
            } else if (QUANTIFIERS.contains(word)) {
                quantifier = word + " ";
            } else if (plurals.contains(word) || singulars.contains(word)) {
                // A number binds to a noun at most three words on: "5 new REST endpoints".
                boolean counted = countAt >= 0 && i - countAt <= 3;
                if (counted && Words.number(words.get(countAt)).orElse(0) >= minimum) {
                    return Optional.of(phrase(words.get(verb), words.get(countAt) + " ", word));
                }
                if (!counted && isSeveral(word, quantifier, i - verb)) {
                    return Optional.of(phrase(words.get(verb), quantifier, word));
                }
            }
        }
        return Optional.empty();
    }

    /** Made of our own words only: what fired goes into logs, the client's text does not. */
    private static String phrase(String verb, String amount, String noun) {
        return verb + " ... " + amount + noun;
    }

    private boolean isSeveral(String word, String quantifier, int distance) {
        return !quantifier.isEmpty() || (plurals.contains(word) && distance <= BARE_REACH_WORDS);
    }

    private Optional<String> listedPaths(String text) {
        for (String line : text.split("\\R+", -1)) {
            List<String> words = words(line);
            for (int i = 0; i < words.size(); i++) {
                if (breaksOf(words, i).isPresent()) {
                    long paths = words.subList(i, words.size()).stream()
                            .filter(word -> PATH.matcher(word).matches())
                            .distinct()
                            .count();
                    if (paths >= minimum) {
                        return Optional.of(phrase(words.get(i), paths + " ", "named files"));
                    }
                    // A later order on the line reaches fewer paths.
                    break;
                }
            }
        }
        return Optional.empty();
    }

    private static List<String> words(String sentence) {
        return WORD.matcher(sentence)
                .results()
                .map(match -> trimmed(match.group().toLowerCase(Locale.ROOT)))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    /** Without the punctuation that the word pattern allows inside words. */
    private static String trimmed(String word) {
        if (word.length() == 1) {
            return word;
        }
        Matcher edges = EDGES.matcher(word);
        return edges.replaceAll("");
    }

    /** English plurals of nouns as they occur for parts of software: entity, class, box, file. */
    static String plural(String noun) {
        if (Y_BEHIND_CONSONANT.matcher(noun).matches()) {
            return noun.substring(0, noun.length() - 1) + "ies";
        }
        return SIBILANT.matcher(noun).matches() ? noun + "es" : noun + "s";
    }
}

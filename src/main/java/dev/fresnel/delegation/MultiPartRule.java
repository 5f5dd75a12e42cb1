package dev.fresnel.delegation;

import dev.fresnel.estimate.TaskText;
import dev.fresnel.estimate.Words;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Tells whether a task asks for several parts: files, endpoints, components. RFC-137 looked for such words as substrings, so
 * "profiles" and "list the files" delegated and "5 entities" did not. Here a part counts when it is the object of an order to make
 * or change something, within one sentence:
 *
 * <ul>
 *   <li>a stated number of parts, at least the minimum: "generate CRUD endpoints for 5 entities", "write five test files", also as
 *       "I need 12 components";
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
    /** "I need 12 components" orders what it counts, and nothing else. */
    private static final Set<String> NEED = Set.of("need", "want", "require");

    private static final Set<String> WE = Set.of("i", "we");

    /** An order stands at the start of a clause, or behind one of these. */
    private static final Set<String> LEADS = Set.of(
            "please", "to", "and", "then", "you", "should", "must", "will", "can", "could", "would", "let's", "also",
            "now", "we", "i", "help", "me", "us", "just", "bitte", "por", "favor", "or", "first", "next", "finally",
            "hi", "hello", "hey", "ok", "okay", "so", "task");

    private static final Set<String> MAKE_BREAKS = Set.of(
            "of", "from", "about", "in", "on", "that", "which", "who", "where", "when", "if", "because", "using",
            "with", "by", "reads", "lists", "counts", "into", "why", "how", "without", "between", "inside", "over",
            "per", "than", "based");
    private static final Set<String> NEED_BREAKS = Stream.concat(
                    MAKE_BREAKS.stream(), Stream.of("to", "help", "advice"))
            .collect(Collectors.toUnmodifiableSet());
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

    /** Extensions by which a word is known for a file without looking further. */
    private static final Set<String> EXTENSIONS = Set.of(
            "java", "kt", "kts", "py", "ipynb", "js", "jsx", "ts", "tsx", "mjs", "go", "rs", "rb", "php", "c", "h",
            "cc", "cpp", "hpp", "cs", "swift", "scala", "sql", "htm", "html", "css", "scss", "vue", "svelte", "json",
            "yml", "yaml", "toml", "xml", "md", "sh", "tf", "proto", "gradle", "txt", "csv");

    private static final List<String> SIBILANTS = List.of("s", "x", "z", "ch", "sh");

    private static final Shapes VERBS = Shapes.of(MAKE, CHANGE);
    private static final Shapes NEEDS = Shapes.of(NEED);
    private static final Shapes LEAD_WORDS = Shapes.of(LEADS);

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
     * @param task bounded by its type
     */
    Optional<String> firesOn(TaskText task) {
        return firesOn(task.text());
    }

    /** {@link #firesOn(TaskText)} on the text itself. */
    Optional<String> firesOn(String task) {
        Clauses words = Clauses.of(task);
        for (int i = 0; i < words.size(); i++) {
            Optional<Set<String>> breaks = breaksOf(words, Clauses.Unit.SENTENCE, i);
            if (breaks.isPresent()) {
                Optional<String> found = behind(words, i, breaks.get(), Amount.ANY);
                if (found.isPresent()) {
                    return found;
                }
            } else if (isNeed(words, i)) {
                Optional<String> found = behind(words, i, NEED_BREAKS, Amount.COUNTED);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return listedPaths(words);
    }

    /** Which parts behind a verb count. */
    private enum Amount {
        ANY,
        /** Only those with a number. */
        COUNTED
    }

    private static boolean isNeed(Clauses words, int i) {
        return i > 0
                && NEEDS.mayHold(words, i)
                && NEED.contains(words.word(i))
                && WE.contains(words.word(i - 1))
                && mayOrder(words, Clauses.Unit.SENTENCE, i - 1);
    }

    /** What ends the reach of the order at {@code i}; empty when no order stands there. */
    private static Optional<Set<String>> breaksOf(Clauses words, Clauses.Unit unit, int i) {
        // Shapes first: nearly every word is ruled out without being made a string.
        if (!VERBS.mayHold(words, i)) {
            return Optional.empty();
        }
        String verb = words.word(i);
        if (MAKE.contains(verb)) {
            return mayOrder(words, unit, i) ? Optional.of(MAKE_BREAKS) : Optional.empty();
        }
        return CHANGE.contains(verb) && mayOrder(words, unit, i) ? Optional.of(CHANGE_BREAKS) : Optional.empty();
    }

    private static boolean mayOrder(Clauses words, Clauses.Unit unit, int i) {
        if (words.begins(unit, i)) {
            return true;
        }
        char c = words.firstChar(i - 1);
        return c == ','
                || isBullet(words, i - 1)
                || (LEAD_WORDS.mayHold(words, i - 1) && LEADS.contains(words.word(i - 1)));
    }

    /** A dash, or a number of up to three digits whose stop was trimmed. */
    private static boolean isBullet(Clauses words, int i) {
        String word = words.length(i) <= 3 ? words.word(i) : "";
        return word.equals("-") || (!word.isEmpty() && word.chars().allMatch(c -> c >= '0' && c <= '9'));
    }

    private Optional<String> behind(Clauses words, int verb, Set<String> breaks, Amount amount) {
        int end = words.end(Clauses.Unit.SENTENCE, verb, verb + 1 + REACH_WORDS);
        int countAt = -1;
        int count = 0;
        String quantifier = "";
        for (int i = verb + 1; i < end; i++) {
            String word = words.word(i);
            if (breaks.contains(word)) {
                return Optional.empty();
            }
            OptionalInt number = Words.number(word);
            if (number.isPresent()) {
                countAt = i;
                count = number.getAsInt();
            } else if (QUANTIFIERS.contains(word)) {
                quantifier = word + " ";
            } else if (plurals.contains(word) || singulars.contains(word)) {
                // A number binds to a noun at most three words on: "5 new REST endpoints".
                boolean counted = countAt >= 0 && i - countAt <= 3;
                if (counted && count >= minimum) {
                    return Optional.of(phrase(words.word(verb), words.word(countAt) + " ", word));
                }
                if (!counted && amount == Amount.ANY && isSeveral(word, quantifier, i - verb)) {
                    return Optional.of(phrase(words.word(verb), quantifier, word));
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

    private Optional<String> listedPaths(Clauses words) {
        int i = 0;
        while (i < words.size()) {
            if (breaksOf(words, Clauses.Unit.LINE, i).isEmpty()) {
                i++;
                continue;
            }
            int end = words.end(Clauses.Unit.LINE, i, words.size());
            long paths = paths(words, i, end);
            if (paths >= minimum) {
                return Optional.of(phrase(words.word(i), paths + " ", "named files"));
            }
            // A later order on the line reaches fewer paths.
            i = end;
        }
        return Optional.empty();
    }

    /** Different paths among the words from {@code from} on. */
    private static long paths(Clauses words, int from, int to) {
        return IntStream.range(from, to)
                .filter(i -> words.length(i) >= 3)
                .mapToObj(words::word)
                .filter(MultiPartRule::isPath)
                .distinct()
                .count();
    }

    private static boolean isPath(String word) {
        int dot = word.lastIndexOf('.');
        return dot > 0
                && EXTENSIONS.contains(word.substring(dot + 1))
                && isPathPart(word.charAt(dot - 1))
                && word.charAt(dot - 1) != '.'
                && word.charAt(dot - 1) != '/'
                && word.charAt(dot - 1) != '-'
                && word.substring(0, dot).chars().allMatch(MultiPartRule::isPathPart);
    }

    private static boolean isPathPart(int c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '/' || c == '-';
    }

    /** English plurals of nouns as they occur for parts of software: entity, class, box, file. */
    static String plural(String noun) {
        int last = noun.length() - 1;
        if (last > 0 && noun.charAt(last) == 'y' && "aeiou".indexOf(noun.charAt(last - 1)) < 0) {
            return noun.substring(0, last) + "ies";
        }
        return SIBILANTS.stream().anyMatch(noun::endsWith) ? noun + "es" : noun + "s";
    }

    /**
     * First letters and lengths that words of a set have: whoever has another is not in the set. Words of other letters than a to z
     * at their start pass, since lower case may then change more than a letter.
     */
    private static final class Shapes {
        private final int[] lengthsByLetter = new int[26];

        @SafeVarargs
        static Shapes of(Set<String>... sets) {
            Shapes shapes = new Shapes();
            for (Set<String> set : sets) {
                for (String word : set) {
                    int letter = word.charAt(0) - 'a';
                    if (letter >= 0 && letter < 26) {
                        shapes.lengthsByLetter[letter] |= 1 << word.length();
                    }
                }
            }
            return shapes;
        }

        boolean mayHold(Clauses words, int i) {
            int letter = (words.firstChar(i) | 0x20) - 'a';
            return letter < 0 || letter >= 26 || ((lengthsByLetter[letter] >> Math.min(31, words.length(i))) & 1) != 0;
        }
    }
}

package dev.fresnel.demo;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What simple rules find in the text of a task. Nothing is understood: verbs come from a word list, things from enumerations
 * ("customer, product and order") or stated counts ("5 entities"), demands are sentences with a word such as "must". English rules;
 * a text in another language yields its first sentence and its names. Pure; bounded by {@value #MAX_CHARS} characters.
 *
 * @param goal the first sentence of more than one word, at most 200 characters
 * @param actions verbs in order of appearance, {@code CRUD} spelled out
 * @param things the units of work in order, at most {@value #MAX_THINGS}
 * @param demands sentences that require or forbid something, in order, at most six
 * @param names technologies, identifiers, paths and other proper names, in order, at most ten
 */
record TaskReading(String goal, List<String> actions, List<String> things, List<String> demands, List<String> names) {
    private static final int MAX_CHARS = 16_000;
    private static final int MAX_THINGS = 20;
    private static final int MAX_ACTIONS = 8;
    private static final int MAX_DEMANDS = 6;
    private static final int MAX_NAMES = 10;
    private static final int MAX_SENTENCE_CHARS = 200;

    private static final Pattern SENTENCE_END = Pattern.compile("(?<=[.!?;])\\s++|\\s{0,20}\\n[\\s*•-]*+");
    private static final Pattern DEMAND = Pattern.compile("(?i)\\b(must|should|shall|never|always|only|without|except"
            + "|at (most|least)|no more than|required?|do not|don't|avoid|ensure|every|each)\\b");
    private static final Pattern ACTION =
            Pattern.compile("(?i)\\b(crud|generate|create|write|implement|build|add|design"
                    + "|refactor|rename|migrate|convert|translate|summari[sz]e|document|test|fix|review|list|explain|validate"
                    + "|read|update|delete|compare|extract|classify|plan)\\b");
    private static final List<String> CRUD = List.of("create", "read", "update", "delete", "list");

    /*
     * Every repetition is bounded, and possessive where nothing is to be given back: the patterns run on an event loop over text that
     * anybody may send, and an unbounded group would recurse once per repetition.
     */
    private static final String LETTERS = "[\\p{L}\\p{N}_`'\"-]{1,40}+";
    /** A full stop or slash belongs to a word only when the word goes on behind it. */
    private static final String WORD = LETTERS + "(?:[./]" + LETTERS + "){0,6}+";

    private static final String ITEM = "(?:the |an? )?" + WORD + "(?: " + WORD + ")?";
    private static final Pattern ENUMERATION = Pattern.compile(
            "(" + WORD + ")((?:, " + ITEM + "){1,18}),? (?:and|or|und|et|y) (?:the |an? )?(" + WORD + ")");
    private static final Pattern LIST_LINE =
            Pattern.compile("(?m)^[ \\t]{0,20}+(?:[-*•]|\\d{1,2}[.)])[ \\t]{1,20}+(.{2,60})$");
    private static final Pattern COUNTED = Pattern.compile(
            "(?i)\\b(\\d{1,2}|two|three|four|five|six|seven|eight|nine|ten)\\s+(?:[a-z]+ )?([a-z]{3,20}s)\\b");
    private static final List<String> NUMBER_WORDS =
            List.of("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten");

    private static final Pattern NAME =
            Pattern.compile(
                    "`([^`\\n]{1,60})`" // quoted code
                            + "|\\b([\\p{L}_][\\p{L}\\p{N}_]{0,60}(?:[./_][\\p{L}\\p{N}_]{1,60}+){1,8}+)" // paths,
                            // dotted and
                            // snake
                            // names
                            + "|(?<![.!?:]\\s)(?<!^)(?<!\\n)\\b(\\p{Lu}[\\p{L}\\p{N}]{1,60}+(?: \\p{N}{1,5})?)\\b"); // capitals inside a sentence
    private static final Set<String> NOT_NAMES = Set.of("CRUD", "You", "Do", "If", "The", "This", "It", "Please");
    private static final Pattern ARTICLE = Pattern.compile("(?i)^(the|an?)\\s+");

    TaskReading {
        actions = List.copyOf(actions);
        things = List.copyOf(things);
        demands = List.copyOf(demands);
        names = List.copyOf(names);
    }

    static TaskReading of(String text) {
        String read = text.length() <= MAX_CHARS ? text : text.substring(0, MAX_CHARS);
        List<String> sentences = sentences(read);
        // A greeting is no goal.
        String goal = sentences.stream()
                .filter(sentence -> sentence.contains(" "))
                .findFirst()
                .orElse(sentences.isEmpty() ? "" : sentences.getFirst());
        return new TaskReading(goal, actions(read), things(read), demands(sentences), names(read));
    }

    /** Whether there is anything to do several times over. */
    boolean hasParts() {
        return things.size() > 1;
    }

    private static List<String> sentences(String text) {
        return SENTENCE_END
                .splitAsStream(text)
                .map(String::strip)
                .filter(sentence -> sentence.length() > 1)
                .map(sentence -> sentence.length() <= MAX_SENTENCE_CHARS
                        ? sentence
                        : sentence.substring(0, MAX_SENTENCE_CHARS - 1).stripTrailing() + "…")
                .toList();
    }

    private static List<String> actions(String text) {
        Set<String> found = new LinkedHashSet<>();
        for (MatchResult match : ACTION.matcher(text).results().toList()) {
            String verb = match.group().toLowerCase(Locale.ROOT);
            found.addAll(verb.equals("crud") ? CRUD : List.of(verb));
        }
        // "Generate CRUD endpoints" asks for the five operations, not for a sixth one called generate.
        if (found.containsAll(CRUD)) {
            found.retainAll(CRUD);
        }
        return found.stream().limit(MAX_ACTIONS).toList();
    }

    private static List<String> things(String text) {
        List<String> listed = LIST_LINE
                .matcher(text)
                .results()
                .map(line -> item(line.group(1)))
                .toList();
        if (listed.size() > 1) {
            return distinct(listed.stream());
        }
        Matcher enumeration = ENUMERATION.matcher(text);
        if (enumeration.find()) {
            Stream<String> middle =
                    Pattern.compile(", ").splitAsStream(enumeration.group(2).substring(2));
            return distinct(Stream.of(Stream.of(enumeration.group(1)), middle, Stream.of(enumeration.group(3)))
                    .flatMap(part -> part)
                    .map(TaskReading::item));
        }
        Matcher counted = COUNTED.matcher(text);
        if (counted.find()) {
            String unit = singular(counted.group(2).toLowerCase(Locale.ROOT));
            return IntStream.rangeClosed(1, Math.min(number(counted.group(1)), MAX_THINGS))
                    .mapToObj(i -> unit + " " + i)
                    .toList();
        }
        return List.of();
    }

    private static String item(String raw) {
        String text = raw.strip().replaceAll("[`'\".,;:]+$|^[`'\"]+", "");
        return ARTICLE.matcher(text).replaceFirst("");
    }

    private static List<String> distinct(Stream<String> items) {
        return items.filter(item -> !item.isBlank())
                .distinct()
                .limit(MAX_THINGS)
                .toList();
    }

    private static String singular(String plural) {
        return plural.endsWith("ies")
                ? plural.substring(0, plural.length() - 3) + "y"
                : plural.substring(0, plural.length() - 1);
    }

    private static int number(String text) {
        int word = NUMBER_WORDS.indexOf(text.toLowerCase(Locale.ROOT));
        return word >= 0 ? word : Integer.parseInt(text);
    }

    private static List<String> demands(List<String> sentences) {
        return sentences.stream()
                .filter(sentence -> DEMAND.matcher(sentence).find())
                .distinct()
                .limit(MAX_DEMANDS)
                .toList();
    }

    private static List<String> names(String text) {
        List<String> found = new ArrayList<>();
        Matcher name = NAME.matcher(text);
        while (name.find()) {
            for (int group = 1; group <= name.groupCount(); group++) {
                String hit = name.group(group);
                if (hit != null && !NOT_NAMES.contains(hit)) {
                    found.add(hit);
                }
            }
        }
        return found.stream().distinct().limit(MAX_NAMES).toList();
    }
}

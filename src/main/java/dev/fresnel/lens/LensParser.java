package dev.fresnel.lens;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Turns a smart model's answer into a {@link LensDraft}. Tolerant of form, strict about content: whatever shape the answer has, the
 * result holds only the five lists and the scope, each item cleaned by {@link LensHygiene} and within {@link LensLimits}.
 *
 * <p>Counts asked for: heuristics 3 to 7, patterns 3 to 5, anti-patterns 2 to 4, constraints 1 to 3, examples 0 to 2. Too many: the
 * first ones are kept. Too few: accepted, and said in the repairs, as long as one heuristic, pattern or constraint is usable; an
 * answer that broke off needs {@value #ENOUGH_WHEN_TRUNCATED} of them. Never fails: every text has a result.
 *
 * <p>Pure and thread-safe; work is bounded by {@link LensLimits#ANSWER_CHARS}.
 */
public final class LensParser {
    private static final int ENOUGH_WHEN_TRUNCATED = 3;
    private static final int MAX_STARTS = 32;
    private static final int MAX_WRAPPERS = 3;

    private static final Pattern REFUSAL = Pattern.compile(
            "(?i)\\b(i('m| am) (sorry|unable|not able)|i (can(no|')?t|won't|will not) |i must decline|unable to (help|assist|comply))");
    private static final Pattern BULLET = Pattern.compile("^\\s*(?:[-*•–]|\\d{1,2}[.)])\\s+");

    /** Other spellings of the fields, as letters only in lower case. */
    private static final Map<String, LensSection> ALIASES = Map.ofEntries(
            Map.entry("heuristics", LensSection.HEURISTICS),
            Map.entry("heuristic", LensSection.HEURISTICS),
            Map.entry("guidelines", LensSection.HEURISTICS),
            Map.entry("patterns", LensSection.PATTERNS),
            Map.entry("patternstofollow", LensSection.PATTERNS),
            Map.entry("antipatterns", LensSection.ANTI_PATTERNS),
            Map.entry("avoid", LensSection.ANTI_PATTERNS),
            Map.entry("thingstoavoid", LensSection.ANTI_PATTERNS),
            Map.entry("constraints", LensSection.CONSTRAINTS),
            Map.entry("hardconstraints", LensSection.CONSTRAINTS),
            Map.entry("examples", LensSection.EXAMPLES),
            Map.entry("styleexamples", LensSection.EXAMPLES));

    private static final Set<String> SCOPE_ALIASES = Set.of("taskscope", "scope");
    private static final String SCOPE_FIELD = "task_scope";

    /** @param origin the text the lens was asked for; links and scripts in it may come back */
    public ParseResult parse(String answer, String origin) {
        if (answer.length() > LensLimits.ANSWER_CHARS) {
            return new ParseResult.Unusable(ParseResult.Reason.TOO_LARGE);
        }
        String text = answer.replace("\u0000", "").replace("\uFEFF", "");
        if (text.isBlank()) {
            return new ParseResult.Unusable(ParseResult.Reason.EMPTY);
        }
        return new Work(text, origin).result();
    }

    /** One answer being parsed. Used once, by one thread. */
    private static final class Work {
        private final String text;
        private final String origin;
        private final Set<Repair> repairs = EnumSet.noneOf(Repair.class);
        private final Map<LensSection, Set<String>> items = new EnumMap<>(LensSection.class);
        private String scope = "";

        Work(String text, String origin) {
            this.text = text;
            this.origin = origin;
            for (LensSection section : LensSection.values()) {
                items.put(section, new LinkedHashSet<>());
            }
        }

        ParseResult result() {
            List<JsonNodes.Reading> readings = new ArrayList<>();
            int starts = 0;
            for (int at = nextStart(0); at >= 0 && starts < MAX_STARTS; starts++) {
                Optional<JsonNodes.Reading> reading = JsonNodes.readAt(text, at);
                if (reading.isPresent()) {
                    Optional<JsonNode.Obj> lens = lensIn(reading.get().root(), 0);
                    if (lens.isPresent()) {
                        return accepted(reading.get(), at, lens.get());
                    }
                    readings.add(reading.get());
                }
                // A broken-off value reaches to the end, but may be prose in brackets with the real one inside.
                boolean skip = reading.isPresent() && reading.get().ending() == JsonNodes.Ending.COMPLETE;
                at = nextStart(skip ? reading.get().end() : at + 1);
            }
            return new ParseResult.Unusable(reasonWithout(readings, starts));
        }

        private int nextStart(int from) {
            for (int i = from; i < text.length(); i++) {
                if (text.charAt(i) == '{' || text.charAt(i) == '[') {
                    return i;
                }
            }
            return -1;
        }

        private ParseResult.Reason reasonWithout(List<JsonNodes.Reading> readings, int starts) {
            if (readings.stream().anyMatch(r -> r.ending() == JsonNodes.Ending.COMPLETE && !isEmptyArray(r.root()))) {
                return ParseResult.Reason.WRONG_SHAPE;
            }
            if (!readings.isEmpty() && text.stripLeading().charAt(0) == '{') {
                return ParseResult.Reason.TRUNCATED;
            }
            if (REFUSAL.matcher(text).find()) {
                return ParseResult.Reason.REFUSAL;
            }
            if (starts == 0) {
                return ParseResult.Reason.NO_JSON;
            }
            return readings.isEmpty() ? ParseResult.Reason.MALFORMED : ParseResult.Reason.WRONG_SHAPE;
        }

        private static boolean isEmptyArray(JsonNode node) {
            return node instanceof JsonNode.Arr(List<JsonNode> items) && items.isEmpty();
        }

        /** The first object with a field of a lens, at most {@value #MAX_WRAPPERS} levels down. */
        private Optional<JsonNode.Obj> lensIn(JsonNode node, int depth) {
            return switch (node) {
                case JsonNode.Obj object
                when object.fields().stream().anyMatch(Work::isLensField) -> Optional.of(object);
                case JsonNode.Obj object
                when depth < MAX_WRAPPERS ->
                    first(object.fields().stream().map(JsonNode.Field::value), depth, Repair.WRAPPER_REMOVED);
                case JsonNode.Arr array
                when depth < MAX_WRAPPERS -> first(array.items().stream(), depth, Repair.ARRAY_UNWRAPPED);
                case JsonNode.Obj _, JsonNode.Arr _, JsonNode.Text _, JsonNode.Other _ -> Optional.empty();
            };
        }

        private Optional<JsonNode.Obj> first(Stream<JsonNode> nodes, int depth, Repair repair) {
            Optional<JsonNode.Obj> found = nodes.map(node -> lensIn(node, depth + 1))
                    .flatMap(Optional::stream)
                    .findFirst();
            if (found.isPresent()) {
                repairs.add(repair);
            }
            return found;
        }

        /** A list field counts only with a value that can hold items, so prose such as {"examples": 3} is no lens. */
        private static boolean isLensField(JsonNode.Field field) {
            return ALIASES.containsKey(letters(field.name())) && !(field.value() instanceof JsonNode.Other);
        }

        private ParseResult accepted(JsonNodes.Reading reading, int start, JsonNode.Obj lens) {
            repairs.addAll(reading.repairs());
            noteSurroundings(text.substring(0, start) + text.substring(Math.min(reading.end(), text.length())));
            readFields(lens);
            trim();
            int guidance = count(LensSection.HEURISTICS) + count(LensSection.PATTERNS) + count(LensSection.CONSTRAINTS);
            if (reading.ending() == JsonNodes.Ending.TRUNCATED) {
                if (guidance < ENOUGH_WHEN_TRUNCATED) {
                    return new ParseResult.Unusable(ParseResult.Reason.TRUNCATED);
                }
                repairs.add(Repair.TRUNCATED_KEPT);
            }
            if (guidance == 0) {
                return new ParseResult.Unusable(ParseResult.Reason.NOTHING_USABLE);
            }
            if (!Scripts.mayFollow(guidanceText(), origin)) {
                return new ParseResult.Unusable(ParseResult.Reason.WRONG_LANGUAGE);
            }
            LensDraft draft = new LensDraft(
                    scope,
                    list(LensSection.HEURISTICS),
                    list(LensSection.PATTERNS),
                    list(LensSection.ANTI_PATTERNS),
                    list(LensSection.CONSTRAINTS),
                    list(LensSection.EXAMPLES));
            return new ParseResult.Parsed(draft, List.copyOf(repairs));
        }

        private void noteSurroundings(String around) {
            if (around.contains("```") || around.contains("~~~")) {
                repairs.add(Repair.FENCE_REMOVED);
            }
            if (!around.replaceAll("(```|~~~)[ \\t]*\\w*", "").isBlank()) {
                repairs.add(Repair.PROSE_REMOVED);
            }
        }

        private void readFields(JsonNode.Obj lens) {
            Set<String> seen = new LinkedHashSet<>();
            for (JsonNode.Field field : lens.fields()) {
                String letters = letters(field.name());
                LensSection section = ALIASES.get(letters);
                String canonical = section != null ? section.field() : SCOPE_FIELD;
                if (section == null && !SCOPE_ALIASES.contains(letters)) {
                    repairs.add(Repair.UNKNOWN_FIELD_DROPPED);
                    continue;
                }
                if (!seen.add(canonical)) {
                    repairs.add(Repair.DUPLICATE_FIELD_MERGED);
                }
                if (!field.name().equals(canonical)) {
                    repairs.add(Repair.FIELD_RENAMED);
                }
                if (section != null) {
                    readList(section, field.value());
                } else if (scope.isEmpty()) {
                    readScope(field.value());
                }
            }
        }

        private void readScope(JsonNode value) {
            if (!(value instanceof JsonNode.Text(String raw))) {
                repairs.add(Repair.WRONG_TYPE_DROPPED);
                return;
            }
            cleaned(raw, LensHygiene.Shape.LINE).ifPresent(clean -> {
                scope = LensHygiene.cut(clean, LensLimits.SCOPE_CHARS, LensLimits.SCOPE_BYTES);
                noteCut(clean, scope);
            });
        }

        private void readList(LensSection section, JsonNode value) {
            switch (value) {
                case JsonNode.Arr array -> array.items().forEach(item -> readItem(section, item));
                case JsonNode.Text(String raw) -> {
                    repairs.add(Repair.STRING_SPLIT);
                    Stream<String> parts = section == LensSection.EXAMPLES ? Stream.of(raw) : raw.lines();
                    parts.forEach(part -> add(section, part));
                }
                case JsonNode.Obj object -> {
                    repairs.add(Repair.ITEM_FLATTENED);
                    object.fields().forEach(field -> readItem(section, field.value()));
                }
                case JsonNode.Other _ -> repairs.add(Repair.WRONG_TYPE_DROPPED);
            }
        }

        private void readItem(LensSection section, JsonNode item) {
            switch (item) {
                case JsonNode.Text(String raw) -> add(section, raw);
                case JsonNode.Other _ -> repairs.add(Repair.WRONG_TYPE_DROPPED);
                case JsonNode.Obj _, JsonNode.Arr _ -> {
                    repairs.add(Repair.ITEM_FLATTENED);
                    String separator = section == LensSection.EXAMPLES ? "\n" : ": ";
                    add(section, String.join(separator, textsIn(item)));
                }
            }
        }

        private static List<String> textsIn(JsonNode node) {
            return switch (node) {
                case JsonNode.Text(String value) -> List.of(value);
                case JsonNode.Obj(List<JsonNode.Field> fields) ->
                    fields.stream()
                            .flatMap(field -> textsIn(field.value()).stream())
                            .toList();
                case JsonNode.Arr(List<JsonNode> nested) ->
                    nested.stream().flatMap(child -> textsIn(child).stream()).toList();
                case JsonNode.Other _ -> List.of();
            };
        }

        private void add(LensSection section, String raw) {
            if (section == LensSection.EXAMPLES) {
                cleaned(withoutFence(raw), LensHygiene.Shape.SNIPPET).ifPresent(this::addExample);
            } else {
                cleaned(BULLET.matcher(raw).replaceFirst(""), LensHygiene.Shape.LINE)
                        .ifPresent(clean -> {
                            String item = LensHygiene.cut(clean, LensLimits.ITEM_CHARS, LensLimits.ITEM_BYTES);
                            noteCut(clean, item);
                            put(section, item);
                        });
            }
        }

        private void addExample(String snippet) {
            if (LensHygiene.cut(snippet, LensLimits.EXAMPLE_BYTES, LensLimits.EXAMPLE_BYTES)
                    .equals(snippet)) {
                put(LensSection.EXAMPLES, snippet);
            } else {
                repairs.add(Repair.EXAMPLE_DROPPED);
            }
        }

        private void put(LensSection section, String item) {
            if (!of(section).add(item)) {
                repairs.add(Repair.DUPLICATE_ITEM_DROPPED);
            }
        }

        private Optional<String> cleaned(String raw, LensHygiene.Shape shape) {
            return switch (LensHygiene.clean(raw, shape, origin)) {
                case LensHygiene.Cleaned.Kept(String clean, LensHygiene.Scrubbed scrubbed) -> {
                    if (scrubbed == LensHygiene.Scrubbed.LINK) {
                        repairs.add(Repair.LINK_REMOVED);
                    }
                    yield Optional.of(clean);
                }
                case LensHygiene.Cleaned.Rejected(LensHygiene.Fault fault) -> {
                    switch (fault) {
                        case OVERRIDE -> repairs.add(Repair.OVERRIDE_DROPPED);
                        case SECRET -> repairs.add(Repair.SECRET_DROPPED);
                        case EMPTY -> {
                            // An empty item says nothing, and neither does its absence.
                        }
                    }
                    yield Optional.empty();
                }
            };
        }

        private void noteCut(String before, String after) {
            if (!before.equals(after)) {
                repairs.add(Repair.ITEM_CUT);
            }
        }

        private void trim() {
            for (LensSection section : LensSection.values()) {
                Set<String> kept = of(section);
                if (kept.size() > section.maximum()) {
                    repairs.add(Repair.EXCESS_TRIMMED);
                    kept.retainAll(kept.stream().limit(section.maximum()).toList());
                }
                if (kept.size() < section.minimum()) {
                    repairs.add(Repair.SHORTFALL_ACCEPTED);
                }
            }
        }

        private Set<String> of(LensSection section) {
            return items.getOrDefault(section, Set.of());
        }

        private int count(LensSection section) {
            return of(section).size();
        }

        private List<String> list(LensSection section) {
            return List.copyOf(of(section));
        }

        private String guidanceText() {
            return Stream.of(
                            LensSection.HEURISTICS,
                            LensSection.PATTERNS,
                            LensSection.CONSTRAINTS,
                            LensSection.ANTI_PATTERNS)
                    .flatMap(section -> of(section).stream())
                    .reduce("", (a, b) -> a + "\n" + b);
        }

        private static String letters(String name) {
            return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
        }

        /** A snippet that comes in its own fence: the block puts one of the right length around it. */
        private static String withoutFence(String raw) {
            return raw.strip().replaceFirst("^(```+|~~~+)[ \\t]*\\w*\\n", "").replaceFirst("\\n(```+|~~~+)$", "");
        }
    }
}

package dev.fresnel.estimate;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Something that requests ask for in numbers, and the tokens that one piece of it takes as code or text. */
enum Made {
    ENTITY(600, 5, "entities", "resources"),
    ENDPOINT(600, 1, "endpoints", "routes"),
    CONTROLLER(900, 2, "controllers"),
    FILE(800, 1, "files", "scripts"),
    COMPONENT(700, 1, "components"),
    MODULE(900, 1, "modules"),
    PAGE(700, 1, "screens"),
    CLASS(500, 2, "classes", "models"),
    TABLE(200, 5, "tables"),
    SERVICE(1200, 2, "services", "microservices"),
    FUNCTION(200, 1, "functions", "methods"),
    TEST(150, 1, "tests"),
    RECORD(40, 1, "records", "rows"),
    STORY(60, 1, "stories"),
    TEXT(300, 1, "emails", "articles");

    private static final int MAX_COUNT = 200;
    private static final int ADJECTIVES = 2;
    private static final Set<String> NO_ADJECTIVES =
            Set.of("or", "and", "of", "in", "to", "the", "with", "for", "use", "per", "a", "at", "on", "from", "by");
    private static final Map<String, Made> BY_NOUN = new HashMap<>();

    static {
        for (Made made : values()) {
            made.plurals.forEach(plural -> BY_NOUN.put(plural, made));
        }
    }

    private final int tokens;
    /** With CRUD, one entity is create, read, list, update and delete. */
    private final int crudFactor;

    @SuppressWarnings("ImmutableEnumChecker") // unmodifiable, which its type cannot say
    private final List<String> plurals;

    Made(int tokens, int crudFactor, String... plurals) {
        this.tokens = tokens;
        this.crudFactor = crudFactor;
        this.plurals = List.of(plurals);
    }

    /** Tokens of the largest "make N things"; 0 when nothing of the kind is ordered. */
    static double bulk(Words words) {
        boolean ordered = false;
        boolean crud = false;
        double plain = 0;
        double full = 0;
        for (int i = 0; i < words.size(); i++) {
            int cues = words.cuesAt(i);
            crud |= Cue.CRUD.isIn(cues);
            // Things named before the order are material: "here are 5 files. Write a summary."
            ordered |= Cue.MAKE.isIn(cues);
            OptionalInt number = words.numberAt(i);
            // Nobody gets 50,000 rows in one answer: such a number describes, it does not order.
            if (ordered && number.isPresent() && number.getAsInt() <= MAX_COUNT) {
                int count = number.getAsInt();
                Optional<Made> thing = behind(words, i);
                plain = Math.max(
                        plain, thing.map(made -> (double) count * made.tokens).orElse(0.0));
                full = Math.max(
                        full,
                        thing.map(made -> (double) count * made.tokens * made.crudFactor)
                                .orElse(0.0));
            }
        }
        if (ordered && crud) {
            return full == 0 ? (double) ENTITY.tokens * ENTITY.crudFactor : full;
        }
        return plain;
    }

    private static Optional<Made> behind(Words words, int number) {
        for (int i = number + 1; i <= number + 1 + ADJECTIVES; i++) {
            Made made = BY_NOUN.get(words.at(i));
            if (made != null) {
                // "five tests files": the thing made is the last noun of the run.
                return Optional.of(BY_NOUN.getOrDefault(words.at(i + 1), made));
            }
            if (NO_ADJECTIVES.contains(words.at(i))) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }
}

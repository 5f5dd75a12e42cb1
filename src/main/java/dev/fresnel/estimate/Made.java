package dev.fresnel.estimate;

import java.util.Arrays;
import java.util.Locale;

/** Something that requests ask for in numbers, and the tokens that one piece of it takes as code or text. */
enum Made {
    ENTITY(600, 5, "entit", "resource"),
    ENDPOINT(600, 1, "endpoint", "route"),
    CONTROLLER(900, 2, "controller"),
    FILE(800, 1, "file", "script"),
    COMPONENT(700, 1, "component"),
    MODULE(900, 1, "module"),
    PAGE(700, 1, "page", "screen"),
    CLASS(500, 2, "class", "model"),
    TABLE(200, 5, "table"),
    SERVICE(1200, 2, "service", "microservice"),
    FUNCTION(200, 1, "function", "method"),
    TEST(150, 1, "test", "unit test"),
    RECORD(40, 1, "record", "row"),
    STORY(60, 1, "user stor"),
    TEXT(300, 1, "email", "article");

    private final int tokens;
    /** With CRUD, one entity is create, read, list, update and delete. */
    private final int crudFactor;

    private final String[] stems;

    Made(int tokens, int crudFactor, String... stems) {
        this.tokens = tokens;
        this.crudFactor = crudFactor;
        this.stems = stems;
    }

    double tokens(boolean crud) {
        return crud ? (double) tokens * crudFactor : tokens;
    }

    static Made of(String noun) {
        String lower = noun.toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(made -> Arrays.stream(made.stems).anyMatch(lower::startsWith))
                .findFirst()
                .orElseThrow(() -> new AssertionError("a noun of the pattern without a size: " + noun));
    }
}

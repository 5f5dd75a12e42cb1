package dev.fresnel.demo;

/** The gateway's request to grade an answer, recognised by its schema's name or its words. */
final class JudgeAsk {
    /** A stand-in cannot tell good answers from bad ones, so it takes no side: half of the ten points. */
    static final String ANSWER = "{\"score\": 5}";

    private static final String SCHEMA_NAME = "score";
    private static final String ORDER = "You grade answers of an assistant.";

    private JudgeAsk() {}

    static boolean isIn(AskedChat asked) {
        return asked.schema()
                        .filter(schema -> schema.name().equals(SCHEMA_NAME))
                        .isPresent()
                || asked.request().systemText().startsWith(ORDER);
    }
}

package dev.fresnel.app;

import dev.fresnel.chat.JsonText;

/**
 * One request that the demo sends.
 *
 * @param title in the table
 * @param system the operator's text
 * @param expectation what the demo is to show with it
 */
record DemoStep(String title, String system, String user, Expectation expectation) {
    private static final String OPERATOR = "You write TypeScript for an Express 5 service. Never use the any type.";

    /** RFC-137's own example. */
    private static final String CRUD =
            "Generate CRUD endpoints for 5 entities: customer, product, order, invoice and shipment."
                    + " Every endpoint must validate its input and answer errors as RFC 9457 problem details."
                    + " Do not use an ORM.";

    /** What must be seen for the demo to have shown something. */
    enum Expectation {
        DELEGATED_WITH_NEW_LENS,
        DELEGATED_WITH_CACHED_LENS,
        DIRECT
    }

    static final DemoStep FIRST =
            new DemoStep("CRUD endpoints for 5 entities", OPERATOR, CRUD, Expectation.DELEGATED_WITH_NEW_LENS);
    static final DemoStep AGAIN =
            new DemoStep("the same again", OPERATOR, CRUD, Expectation.DELEGATED_WITH_CACHED_LENS);
    static final DemoStep SMALL_TALK =
            new DemoStep("small talk", OPERATOR, "Hi! How are you today?", Expectation.DIRECT);

    /** Body of the chat request. */
    String body(String model) {
        return "{\"model\":" + JsonText.quote(model) + ",\"messages\":[{\"role\":\"system\",\"content\":"
                + JsonText.quote(system) + "},{\"role\":\"user\",\"content\":" + JsonText.quote(user) + "}]}";
    }
}

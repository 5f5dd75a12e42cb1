package dev.fresnel.demo;

import java.util.Optional;

/** What a stand-in says. The same request always gets the same answer. */
public enum Voice {
    /** The dear one: writes a lens when the gateway asks for one, else answers the request. */
    SMART,
    /** The cheap one: answers the request and says which guidance it saw. */
    CHEAP;

    String answer(AskedChat asked) {
        return switch (this) {
            case SMART -> LensAsk.in(asked).map(LensAuthor::write).orElseGet(() -> smartAnswer(asked));
            case CHEAP -> cheapAnswer(asked);
        };
    }

    private static String smartAnswer(AskedChat asked) {
        return Draft.of("Built-in stand-in for a smart model, not a language model.", task(asked), Optional.empty());
    }

    private static String cheapAnswer(AskedChat asked) {
        Optional<SeenLens> lens = SeenLens.in(asked.request().systemText());
        String seen = lens.map(SeenLens::echo).orElse("no guidance seen");
        return Draft.of("Built-in stand-in for a cheap model, not a language model: " + seen + ".", task(asked), lens);
    }

    private static TaskReading task(AskedChat asked) {
        return TaskReading.of(asked.request().lastUserText());
    }
}

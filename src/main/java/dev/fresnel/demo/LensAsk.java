package dev.fresnel.demo;

import dev.fresnel.chat.ChatRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The gateway's request for a lens, recognised by its schema name or its marker lines.
 *
 * @param operator the operator's instructions to the smaller model; empty when there are none
 * @param task the user's request; empty when the lens is for a whole application
 */
record LensAsk(String operator, String task) {
    private static final String SCHEMA_NAME = "lens";
    private static final String NO_TEXT = "(none)";
    private static final Pattern DATA =
            Pattern.compile("<data-([0-9a-f]{8,64})>\\n(.*?)\\n</data-\\1>", Pattern.DOTALL);
    private static final String APPLICATION = "No request is shown on purpose";

    static Optional<LensAsk> in(AskedChat asked) {
        ChatRequest request = asked.request();
        boolean named = asked.schema()
                .filter(schema -> schema.name().equals(SCHEMA_NAME))
                .isPresent();
        List<String> data = data(request.lastUserText());
        if (!named && (data.isEmpty() || !request.systemText().contains("\"anti_patterns\""))) {
            return Optional.empty();
        }
        if (data.isEmpty()) {
            return Optional.of(new LensAsk("", request.lastUserText()));
        }
        String operator = data.getFirst().equals(NO_TEXT) ? "" : data.getFirst();
        boolean application = data.size() == 1 || request.lastUserText().contains(APPLICATION);
        return Optional.of(new LensAsk(operator, application ? "" : data.get(1)));
    }

    private static List<String> data(String prompt) {
        List<String> found = new ArrayList<>();
        Matcher block = DATA.matcher(prompt);
        while (block.find()) {
            found.add(block.group(2));
        }
        return found;
    }
}

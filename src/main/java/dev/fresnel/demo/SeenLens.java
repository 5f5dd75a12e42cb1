package dev.fresnel.demo;

import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The gateway's guidance as a model finds it in the operator's text.
 *
 * @param guidelines every bullet, hard constraints first as the block orders them
 */
record SeenLens(String id, List<String> guidelines) {
    private static final Pattern BLOCK =
            Pattern.compile("<fresnel-lens id=\"([^\"]{1,64})\">\\n(.*?)\\n</fresnel-lens>", Pattern.DOTALL);
    private static final Pattern BULLET = Pattern.compile("(?m)^- (.+)$");

    SeenLens {
        guidelines = List.copyOf(guidelines);
    }

    static Optional<SeenLens> in(String systemText) {
        Matcher block = BLOCK.matcher(systemText);
        if (!block.find()) {
            return Optional.empty();
        }
        // Bullets inside a style example are not guidelines.
        String prose = block.group(2).replaceAll("(?s)\\n(`{3,})\\n.*?\\n\\1", "\n");
        return Optional.of(new SeenLens(
                block.group(1),
                BULLET.matcher(prose)
                        .results()
                        .map((MatchResult bullet) -> bullet.group(1))
                        .toList()));
    }

    /** {@code following lens 0123: 12 guidelines, first: "..."}. */
    String echo() {
        return "following lens " + id + ": " + guidelines.size() + " guidelines"
                + guidelines.stream()
                        .findFirst()
                        .map(first -> ", first: \"" + first + "\"")
                        .orElse("");
    }
}

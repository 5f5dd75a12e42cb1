package dev.fresnel.delegation;

import java.util.List;
import java.util.Optional;

/**
 * The static rules of a route ({@code routes[].rules}); a request is delegated when any of them fires.
 *
 * @param thresholdTokens expected output strictly above it fires; tokens
 * @param budgetMultiple remaining budget below this many times the expected direct cost fires; 0 switches the rule off
 * @param multiPart several files, endpoints, components or modules asked for
 * @param multiPartWords singular nouns that count as parts, plurals derived
 * @param multiPartMinimum a stated count below it ("2 files") does not fire
 * @param breakEven whether the expected saving including the lens's price fires by itself, and whether a loss vetoes
 * @param expectedUses requests one lens is expected to serve, for the break-even; 1 means none will follow. Empty: nobody knows, see
 *     {@link MissedSavings}
 */
public record RouteRules(
        long thresholdTokens,
        double budgetMultiple,
        Toggle multiPart,
        List<String> multiPartWords,
        int multiPartMinimum,
        Toggle breakEven,
        Optional<Double> expectedUses) {
    public RouteRules {
        multiPartWords = List.copyOf(multiPartWords);
    }

    public static final RouteRules DEFAULT = new RouteRules(
            2000,
            3,
            Toggle.ON,
            List.of("file", "endpoint", "component", "module", "page", "class", "entity", "table", "service", "test"),
            3,
            Toggle.ON,
            Optional.empty());

    /** Uses of a lens where it is written at once and nobody said how many there will be. */
    static final double ASSUMED_USES = 3;

    /** A rule that is applied or not. */
    public enum Toggle {
        ON,
        OFF;

        public static Toggle of(boolean on) {
            return on ? ON : OFF;
        }

        public boolean isOn() {
            return this == ON;
        }
    }
}

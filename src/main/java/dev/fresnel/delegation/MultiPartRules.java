package dev.fresnel.delegation;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The {@link MultiPartRule} of each route's words and minimum, built at its first use. The config has few of them and a client cannot
 * add one, so none is ever dropped. Thread-safe.
 */
final class MultiPartRules {
    private record Options(List<String> words, int minimum) {}

    private final Map<Options, MultiPartRule> built = new ConcurrentHashMap<>();

    MultiPartRule of(RouteRules rules) {
        return built.computeIfAbsent(
                new Options(rules.multiPartWords(), rules.multiPartMinimum()),
                options -> new MultiPartRule(options.words(), options.minimum()));
    }
}

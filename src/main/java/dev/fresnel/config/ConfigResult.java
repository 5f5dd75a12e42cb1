package dev.fresnel.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** What became of a config file: a config to run with, or everything that is wrong with it at once. */
public sealed interface ConfigResult {
    /** Worth a look, yet no reason not to start; in the order of the file. */
    List<Problem> warnings();

    /** Files of secrets that the config names, whether or not they can be read. */
    Set<Path> secretFiles();

    /**
     * A config to run with.
     *
     * @param inForce for people, with all defaults
     * @param pricesTaken for people: which models take their price from a table, and from which; a line each
     */
    record Valid(
            GatewayConfig config,
            String inForce,
            List<String> pricesTaken,
            List<Problem> warnings,
            Set<Path> secretFiles)
            implements ConfigResult {
        public Valid {
            pricesTaken = List.copyOf(pricesTaken);
            warnings = List.copyOf(warnings);
            secretFiles = Set.copyOf(secretFiles);
        }
    }

    /** @param problems at least one, in the order of the file */
    record Invalid(List<Problem> problems, List<Problem> warnings, Set<Path> secretFiles) implements ConfigResult {
        public Invalid {
            problems = List.copyOf(problems);
            warnings = List.copyOf(warnings);
            secretFiles = Set.copyOf(secretFiles);
        }
    }
}

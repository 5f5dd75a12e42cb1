package dev.fresnel.config;

import java.util.List;

/** What became of a config file: a config to run with, or everything that is wrong with it at once. */
public sealed interface ConfigResult {
    /** Worth a look, yet no reason not to start; in the order of the file. */
    List<Problem> warnings();

    /** A config to run with. */
    record Valid(GatewayConfig config, String inForce, List<Problem> warnings) implements ConfigResult {
        public Valid {
            warnings = List.copyOf(warnings);
        }
    }

    /** @param problems at least one, in the order of the file */
    record Invalid(List<Problem> problems, List<Problem> warnings) implements ConfigResult {
        public Invalid {
            problems = List.copyOf(problems);
            warnings = List.copyOf(warnings);
        }
    }
}

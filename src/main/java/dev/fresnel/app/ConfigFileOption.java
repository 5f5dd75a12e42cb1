package dev.fresnel.app;

import dev.fresnel.config.ConfigLoader;
import dev.fresnel.config.ConfigResult;
import dev.fresnel.config.GatewayConfig;
import dev.fresnel.config.Problem;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** The config file that a command works on. Filled by picocli before the command runs. */
final class ConfigFileOption {
    @Option(
            names = {"-c", "--config"},
            required = true,
            paramLabel = "FILE",
            description =
                    "The config file, for example conf/fresnel.yaml, or a directory with a fresnel.yaml. Tenants may have a"
                            + " file each in the directory tenants.d beside it.")
    @SuppressWarnings("NullAway.Init") // picocli refuses a command line without it
    private Path named;

    Path file() {
        return ConfigLoader.mainFile(named);
    }

    ConfigResult load(Terminal terminal) {
        return ConfigLoader.load(file(), terminal.env(), SystemTime.clock().instant());
    }

    /** The config, its warnings printed; an {@link InputProblem} after every problem was printed. */
    GatewayConfig loadOrExplain(Terminal terminal) {
        return orExplain(load(terminal), file(), terminal);
    }

    static GatewayConfig orExplain(ConfigResult result, Path file, Terminal terminal) {
        print("warning: ", result.warnings(), file, terminal);
        return switch (result) {
            case ConfigResult.Valid valid -> valid.config();
            case ConfigResult.Invalid invalid -> {
                print("", invalid.problems(), file, terminal);
                throw new InputProblem(
                        file + ": " + count(invalid.problems().size(), "problem") + ", nothing was started");
            }
        };
    }

    static void print(String prefix, List<Problem> problems, Path file, Terminal terminal) {
        problems.forEach(problem -> terminal.err().println(prefix + problem.describe(file)));
    }

    static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}

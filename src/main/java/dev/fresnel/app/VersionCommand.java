package dev.fresnel.app;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** {@code fresnel version}. */
@Command(name = "version", description = "Prints the version of Fresnel and of the Java that runs it.")
final class VersionCommand implements Callable<Integer> {
    private final Terminal terminal;

    VersionCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        terminal.out().println(text());
        return ExitCode.OK;
    }

    /** The same for {@code --version}. */
    static final class Text implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {text()};
        }
    }

    static String text() {
        return "fresnel " + Version.text() + " (Java " + Runtime.version() + ")";
    }
}

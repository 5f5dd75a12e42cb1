package dev.fresnel.app;

import dev.fresnel.tenant.KeyHash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code fresnel keys}: keys for tenants, and the hashes that a config has in their place. Touches no file and no gateway. */
@Command(
        name = "keys",
        description = "Makes keys for tenants. A config needs their hashes only.",
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"2:no command is named; else that of the command"},
        commandListHeading = "%nCommands:%n")
final class KeysCommand implements Runnable {
    private static final String PREFIX = "fk-";
    private static final int BYTES = 32;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    /** Called when no subcommand is named. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command: create or hash");
    }

    /** {@code fresnel keys create}. */
    @Command(
            name = "create",
            description =
                    "Makes a key and prints it, once, with its hash: the key goes to the client, the hash into tenants[].keys.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:a key was made", "2:wrong use"})
    static final class Create implements Callable<Integer> {
        private final Terminal terminal;

        Create(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() {
            byte[] random = new byte[BYTES];
            new SecureRandom().nextBytes(random);
            String key = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
            terminal.out().println("key   " + key);
            terminal.out().println("hash  " + KeyHash.of(key).written());
            return ExitCode.OK;
        }
    }

    /** {@code fresnel keys hash}. */
    @Command(
            name = "hash",
            description = "Reads a key from standard input and prints its hash, for tenants[].keys.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:the hash was printed", "1:there was no key", "2:wrong use"})
    static final class Hash implements Callable<Integer> {
        private final Terminal terminal;

        Hash(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() {
            String key;
            try {
                key = new String(terminal.in().readAllBytes(), StandardCharsets.UTF_8).strip();
            } catch (IOException problem) {
                throw new InputProblem("standard input cannot be read: " + problem.getMessage());
            }
            if (key.isEmpty() || key.lines().count() > 1) {
                throw new InputProblem("standard input must be one key on one line");
            }
            terminal.out().println(KeyHash.of(key).written());
            return ExitCode.OK;
        }
    }
}

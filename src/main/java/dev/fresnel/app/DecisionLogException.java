package dev.fresnel.app;

import java.io.IOException;
import java.nio.file.Path;

/** The decision log cannot be written. The message names the config key and the remedy. */
public final class DecisionLogException extends RuntimeException {
    DecisionLogException(Path file, IOException cause) {
        super(
                "cannot write events.decision-log (" + file.toAbsolutePath() + "): " + cause.getMessage()
                        + "; name a file in a directory that this user may write to",
                cause);
    }
}

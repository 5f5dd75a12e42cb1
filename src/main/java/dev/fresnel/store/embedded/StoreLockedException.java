package dev.fresnel.store.embedded;

import java.nio.file.Path;

/** Another process has the store's file open. Two writers would destroy it, so the gateway does not start. */
public final class StoreLockedException extends RuntimeException {
    StoreLockedException(Path file, Throwable cause) {
        super(
                "the store " + file + " is in use by another process: stop that one, or give this one its own directory"
                        + " (store.embedded)",
                cause);
    }
}

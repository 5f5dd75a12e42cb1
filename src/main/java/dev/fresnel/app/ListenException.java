package dev.fresnel.app;

import java.net.BindException;
import java.util.Locale;

/** A listener could not be opened. The message names the config key and the remedy. */
public final class ListenException extends RuntimeException {
    ListenException(String key, String address, Throwable cause) {
        super("cannot listen at " + key + " (" + address + "): " + reason(cause), cause);
    }

    private static String reason(Throwable cause) {
        String said = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        if (said.contains("in use")) {
            return "another process has this port; stop that one, or set another port";
        }
        if (said.contains("permission")) {
            return "ports below 1024 need privileges; set a higher one";
        }
        return cause instanceof BindException
                ? "this machine does not have that address; set one of its own, or 127.0.0.1"
                : "the address cannot be used; set one of this machine's, or 127.0.0.1";
    }
}

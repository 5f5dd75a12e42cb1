package dev.fresnel.config;

import java.nio.file.Path;
import java.util.Comparator;

/**
 * Something a config should not say, with the place to put it right. Never holds the value of a secret or of an environment variable.
 *
 * @param file the one at fault, relative to the config file's directory; empty for the config file itself
 * @param line from 1; 0 when the file as a whole is at fault
 * @param column from 1; 0 when the file as a whole is at fault
 * @param key the full path within its file, for example {@code models.gpt-4o.price.input}; empty for the file as a whole
 * @param message what is wrong, without the key
 * @param remedy what to do about it; may be empty when the message says it
 */
public record Problem(String file, int line, int column, String key, String message, String remedy) {
    /** In the order of the file, the config file itself first. */
    static final Comparator<Problem> BY_PLACE = Comparator.comparing(Problem::file)
            .thenComparingInt(Problem::line)
            .thenComparingInt(Problem::column)
            .thenComparing(Problem::key);

    /**
     * One line for a terminal: {@code conf/x.yaml:12:5 models.gpt-4o.price.input: must be a number; ...}.
     *
     * @param configFile as it was named to us
     */
    public String describe(Path configFile) {
        StringBuilder text =
                new StringBuilder((file.isEmpty() ? configFile : configFile.resolveSibling(file)).toString());
        if (line > 0) {
            text.append(':').append(line).append(':').append(column);
        }
        if (!key.isEmpty()) {
            text.append(' ').append(key);
        }
        text.append(": ").append(message);
        if (!remedy.isEmpty()) {
            text.append("; ").append(remedy);
        }
        return text.toString();
    }
}

package dev.fresnel.replay.data;

/**
 * A line that was left out.
 *
 * @param file name without folder
 * @param line of the record's start, from 1
 * @param why without any of the line's own text, which may be a client's
 */
public record SkippedLine(String file, long line, String why) {
    @Override
    public String toString() {
        return file + ":" + line + ": " + why;
    }
}

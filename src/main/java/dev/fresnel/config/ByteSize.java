package dev.fresnel.config;

/**
 * A number of bytes, written {@code 32MiB}.
 *
 * @param bytes not negative
 */
record ByteSize(long bytes) implements Comparable<ByteSize> {
    /** In the largest unit that divides it. */
    String text() {
        String[] units = {"GiB", "MiB", "KiB"};
        for (int i = 0; i < units.length; i++) {
            long unit = 1L << (30 - 10 * i);
            if (bytes > 0 && bytes % unit == 0) {
                return bytes / unit + units[i];
            }
        }
        return bytes + "B";
    }

    @Override
    public int compareTo(ByteSize other) {
        return Long.compare(bytes, other.bytes);
    }
}

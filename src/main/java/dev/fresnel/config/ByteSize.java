package dev.fresnel.config;

/**
 * A number of bytes, written {@code 32MiB}.
 *
 * @param bytes not negative
 */
record ByteSize(long bytes) implements Comparable<ByteSize> {
    @Override
    public int compareTo(ByteSize other) {
        return Long.compare(bytes, other.bytes);
    }
}

package dev.fresnel.replay.data;

/** Classes of question length for sets that record no other task: powers of two of its words. */
final class SizeBucket {
    private SizeBucket() {}

    /** {@code words<=32}, {@code words<=64} and so on. */
    static String of(String text) {
        int words = text.isBlank() ? 0 : text.strip().split("\\s+").length;
        int top = 16;
        while (top < words && top < 1 << 14) {
            top *= 2;
        }
        return "words<=" + top;
    }
}

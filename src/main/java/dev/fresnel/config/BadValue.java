package dev.fresnel.config;

/** A scalar that cannot be read as its key's type. An expected end, hence without a stack trace. */
final class BadValue extends Exception {
    private final String remedy;

    /** @param expectation what the value must be, starting with "must"; never the value itself */
    BadValue(String expectation, String remedy) {
        super(expectation, null, false, false);
        this.remedy = remedy;
    }

    BadValue(String expectation) {
        this(expectation, "");
    }

    String expectation() {
        return String.valueOf(getMessage());
    }

    String remedy() {
        return remedy;
    }
}

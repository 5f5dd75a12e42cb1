package dev.fresnel.value;

/**
 * Names one exchange in headers, logs and events. Unique within a gateway's life and across replicas with high probability.
 *
 * @param value printable ASCII without spaces
 */
public record RequestId(String value) {
    @Override
    public String toString() {
        return value;
    }
}

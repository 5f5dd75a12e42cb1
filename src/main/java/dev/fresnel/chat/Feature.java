package dev.fresnel.chat;

import java.util.Arrays;
import java.util.Optional;

/** Something a request asks of a model that not every model can do. A model swap is allowed only within what the target supports. */
public enum Feature {
    TOOLS("tools"),
    VISION("vision"),
    AUDIO("audio"),
    FILES("files"),
    JSON_OBJECT("json-object"),
    JSON_SCHEMA("json-schema"),
    LOGPROBS("logprobs"),
    MULTIPLE_CHOICES("multiple-choices"),
    PREDICTION("prediction"),
    WEB_SEARCH("web-search");

    private final String key;

    Feature(String key) {
        this.key = key;
    }

    /** The name in config, reasons and metrics. */
    public String key() {
        return key;
    }

    public static Optional<Feature> ofKey(String key) {
        return Arrays.stream(values()).filter(f -> f.key.equals(key)).findFirst();
    }
}

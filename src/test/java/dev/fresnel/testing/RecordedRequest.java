package dev.fresnel.testing;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What arrived at a {@link FakeUpstream}, byte for byte.
 *
 * @param uri as on the request line, query included
 * @param headers in the order of arrival, repeats kept
 * @param body after removal of chunk framing
 */
public record RecordedRequest(String method, String uri, MultiMap headers, Buffer body) {
    private static final Pattern MODEL = Pattern.compile("\"model\"\\s*:\\s*\"([^\"]*)\"");
    private static final Pattern STREAM = Pattern.compile("\"stream\"\\s*:\\s*true");
    private static final Pattern USAGE = Pattern.compile("\"include_usage\"\\s*:\\s*true");

    public String bodyText() {
        return body.toString(StandardCharsets.UTF_8);
    }

    /** The first value, or an empty text when the header is absent. */
    public String header(String name) {
        String value = headers.get(name);
        return value == null ? "" : value;
    }

    public List<String> headerValues(String name) {
        return headers.getAll(name);
    }

    /** The first {@code "model"} in the body, or {@code fake-model}. */
    public String model() {
        Matcher matcher = MODEL.matcher(bodyText());
        return matcher.find() ? matcher.group(1) : "fake-model";
    }

    public boolean asksForStream() {
        return STREAM.matcher(bodyText()).find();
    }

    public boolean asksForUsage() {
        return USAGE.matcher(bodyText()).find();
    }

    @Override
    public String toString() {
        return method + " " + uri + " " + headers.entries() + " " + bodyText();
    }
}

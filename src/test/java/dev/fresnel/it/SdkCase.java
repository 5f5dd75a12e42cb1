package dev.fresnel.it;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** One row of the compatibility matrix: what the provider is told to do and how the SDK is used. */
record SdkCase(String name, String scenario, Function<SdkCall, JsonNode> use) {
    private static final Set<String> FAILING = Set.of(
            "busy", "refused", "unauthorized", "forbidden", "unknown-model", "unprocessable", "broken", "error-event");

    private static final Set<String> PASSED = Set.of("embedding", "upload", "speech", "response");

    static final List<SdkCase> ALL = List.of(
            new SdkCase("plain", "text", SdkCall::plain),
            new SdkCase("raw-response", "text", SdkCall::rawResponse),
            new SdkCase("stream", "text", SdkCall::stream),
            new SdkCase("stream-with-usage", "text", SdkCall::streamWithUsage),
            new SdkCase("stream-of-one-byte-chunks", "tiny-chunks", SdkCall::stream),
            new SdkCase("parallel-tool-calls", "tools", SdkCall::tools),
            new SdkCase("parallel-tool-calls-streamed", "tools", SdkCall::toolsStream),
            new SdkCase("json-schema", "schema", SdkCall::schema),
            new SdkCase("json-schema-streamed", "schema", SdkCall::schemaStream),
            new SdkCase("abort-mid-stream", "endless", SdkCall::abort),
            new SdkCase("busy-then-answered", "busy-then-text", SdkCall::plain),
            new SdkCase("busy-then-streamed", "busy-ms-then-text", SdkCall::stream),
            new SdkCase("busy", "busy", SdkCall::onlyTry),
            new SdkCase("busy-stream", "busy", SdkCall::streamOnlyTry),
            new SdkCase("vendor-fields", "vendor", SdkCall::vendorFields),
            new SdkCase("megabyte-body", "text", SdkCall::bigBody),
            new SdkCase("refused", "refused", SdkCall::onlyTry),
            new SdkCase("refused-stream", "refused", SdkCall::streamOnlyTry),
            new SdkCase("unauthorized", "unauthorized", SdkCall::onlyTry),
            new SdkCase("forbidden", "forbidden", SdkCall::onlyTry),
            new SdkCase("unknown-model", "unknown-model", SdkCall::onlyTry),
            new SdkCase("unprocessable", "unprocessable", SdkCall::onlyTry),
            new SdkCase("provider-broken", "broken", SdkCall::onlyTry),
            new SdkCase("error-event", "error-event", SdkCall::streamOnlyTry),
            new SdkCase("embedding", "embedding", SdkCall::embedding),
            new SdkCase("file-upload", "upload", SdkCall::upload),
            new SdkCase("speech", "speech", SdkCall::speech),
            new SdkCase("response", "response", SdkCall::response),
            new SdkCase("response-streamed", "response", SdkCall::responseStream));

    JsonNode run(SdkCall call) {
        return use.apply(call);
    }

    /** Whether it is a chat, which alone can be delegated. */
    boolean chat() {
        return !PASSED.contains(scenario);
    }

    /** Whether the SDK is to end with an exception, with and without the gateway. */
    boolean fails() {
        return FAILING.contains(scenario);
    }

    @Override
    public String toString() {
        return name;
    }
}

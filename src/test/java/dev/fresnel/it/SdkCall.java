package dev.fresnel.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.ObjectMappers;
import com.openai.core.Sleeper;
import com.openai.core.http.HttpResponse;
import com.openai.core.http.StreamResponse;
import com.openai.errors.OpenAIServiceException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.audio.speech.SpeechCreateParams;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FilePurpose;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One use of the official Java SDK against one base URL. Every method makes a call and tells, as JSON, all that the SDK gave back;
 * failures are told the same way.
 *
 * @param headers sent by the client with every request
 * @param key the client's credential
 */
record SdkCall(URI base, Lane lane, String scenario, String run, Map<String, String> headers, String key) {
    SdkCall(URI base, Lane lane, String scenario, String run, Map<String, String> headers) {
        this(base, lane, scenario, run, headers, "sk-of-the-client");
    }

    SdkCall withKey(String another) {
        return new SdkCall(base, lane, scenario, run, headers, another);
    }

    /** What a structured output is read into. */
    record Recipe(String title, int minutes, List<String> steps) {}

    /** The SDK's waits between its own tries, which the tests do not sit out. */
    private static final class NoWait implements Sleeper {
        @Override
        public void sleep(Duration time) {}

        @Override
        public CompletableFuture<Void> sleepAsync(Duration time) {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void close() {}
    }

    private interface Use {
        JsonNode of(OpenAIClient client);
    }

    JsonNode plain() {
        return using(
                2, client -> json(client.chat().completions().create(request().build())));
    }

    JsonNode stream() {
        return streamed(request().build());
    }

    JsonNode streamWithUsage() {
        return streamed(request()
                .streamOptions(
                        ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .build());
    }

    JsonNode tools() {
        return using(2, client -> json(client.chat().completions().create(withTools())));
    }

    JsonNode toolsStream() {
        return streamed(withTools());
    }

    JsonNode schema() {
        return using(2, client -> {
            var completion = client.chat()
                    .completions()
                    .create(request().responseFormat(Recipe.class).build());
            ObjectNode told = JsonNodeFactory.instance.objectNode();
            told.set("completion", json(completion.rawChatCompletion()));
            told.put(
                    "recipe",
                    completion
                            .choices()
                            .getFirst()
                            .message()
                            .content()
                            .orElseThrow()
                            .toString());
            return told;
        });
    }

    JsonNode schemaStream() {
        return using(2, client -> {
            ChatCompletionAccumulator whole = ChatCompletionAccumulator.create();
            try (StreamResponse<ChatCompletionChunk> chunks = client.chat()
                    .completions()
                    .createStreaming(request().responseFormat(Recipe.class).build())) {
                chunks.stream().forEach(whole::accumulate);
            }
            ObjectNode told = JsonNodeFactory.instance.objectNode();
            told.put(
                    "recipe",
                    whole.chatCompletion(Recipe.class)
                            .choices()
                            .getFirst()
                            .message()
                            .content()
                            .orElseThrow()
                            .toString());
            return told;
        });
    }

    /** Leaves after three events. */
    JsonNode abort() {
        return using(0, client -> {
            ArrayNode seen = JsonNodeFactory.instance.arrayNode();
            try (StreamResponse<ChatCompletionChunk> chunks =
                    client.chat().completions().createStreaming(request().build())) {
                chunks.stream().limit(3).map(SdkCall::json).forEach(seen::add);
            }
            return seen;
        });
    }

    JsonNode onlyTry() {
        return using(
                0, client -> json(client.chat().completions().create(request().build())));
    }

    JsonNode streamOnlyTry() {
        return using(0, client -> chunks(client, request().build()));
    }

    JsonNode vendorFields() {
        return using(2, client -> {
            var completion = client.chat()
                    .completions()
                    .create(request()
                            .putAdditionalBodyProperty(
                                    "x_vendor", JsonValue.from(Map.of("n", 1.50, "list", List.of(1, "two"))))
                            .build());
            return json(completion);
        });
    }

    JsonNode bigBody() {
        StringBuilder text = new StringBuilder(lane.prompt()).append("\n\n");
        while (text.length() < ScriptedProvider.BIG_BODY) {
            text.append("Grüße, ").append(text.length()).append(" 🚀 \"x\"\n");
        }
        return using(
                2,
                client -> json(client.chat()
                        .completions()
                        .create(ChatCompletionCreateParams.builder()
                                .model(lane.model())
                                .maxCompletionTokens(64)
                                .addSystemMessage("You are terse.")
                                .addUserMessage(text.toString())
                                .build())));
    }

    /** Messages that are no list. */
    @SuppressWarnings("unchecked") // A JsonValue stands for a field of any type; Java sees a raw JsonField.
    JsonNode malformed() {
        return using(
                0,
                client -> json(client.chat()
                        .completions()
                        .create(ChatCompletionCreateParams.builder()
                                .model(lane.model())
                                .messages(JsonValue.from("not a list"))
                                .build())));
    }

    JsonNode embedding() {
        return using(
                2,
                client -> json(client.embeddings()
                        .create(EmbeddingCreateParams.builder()
                                .model("embedder")
                                .input("some text")
                                .encodingFormat(EmbeddingCreateParams.EncodingFormat.FLOAT)
                                .build())));
    }

    JsonNode upload() {
        return using(
                2,
                client -> json(client.files()
                        .create(FileCreateParams.builder()
                                .purpose(FilePurpose.USER_DATA)
                                .file(ScriptedProvider.UPLOAD)
                                .build())));
    }

    JsonNode speech() {
        return using(2, client -> {
            ObjectNode told = JsonNodeFactory.instance.objectNode();
            try (HttpResponse audio = client.audio()
                    .speech()
                    .create(SpeechCreateParams.builder()
                            .model("speaker")
                            .voice("alloy")
                            .input("some text")
                            .build())) {
                told.put("bytes", audio.body().readAllBytes());
                told.put("type", String.join(",", audio.headers().values("content-type")));
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
            return told;
        });
    }

    JsonNode response() {
        return using(
                2,
                client -> json(client.responses()
                        .create(ResponseCreateParams.builder()
                                .model(lane.model())
                                .input(lane.prompt())
                                .build())));
    }

    JsonNode responseStream() {
        return using(2, client -> {
            ArrayNode seen = JsonNodeFactory.instance.arrayNode();
            try (StreamResponse<ResponseStreamEvent> events = client.responses()
                    .createStreaming(ResponseCreateParams.builder()
                            .model(lane.model())
                            .input(lane.prompt())
                            .build())) {
                events.stream().map(SdkCall::json).forEach(seen::add);
            }
            return seen;
        });
    }

    /** With the headers that a provider adds. */
    JsonNode rawResponse() {
        return using(2, client -> {
            ObjectNode told = JsonNodeFactory.instance.objectNode();
            try (HttpResponse reply = client.chat()
                    .completions()
                    .withRawResponse()
                    .create(request().build())) {
                told.put("status", reply.statusCode());
                List.of("content-type", "x-request-id", "openai-processing-ms", "x-ratelimit-remaining-tokens")
                        .forEach(name ->
                                told.put(name, String.join(",", reply.headers().values(name))));
            }
            return told;
        });
    }

    /** Ids, in the order listed. */
    List<String> models() {
        List<String> ids = new ArrayList<>();
        using(0, client -> {
            client.models().list().autoPager().forEach(model -> ids.add(model.id()));
            return JsonNodeFactory.instance.nullNode();
        });
        return ids;
    }

    private ChatCompletionCreateParams.Builder request() {
        return ChatCompletionCreateParams.builder()
                .model(lane.model())
                .addSystemMessage("You are terse.")
                .addUserMessage(lane.prompt());
    }

    private ChatCompletionCreateParams withTools() {
        return request()
                .addTool(tool("weather"))
                .addTool(tool("read_file"))
                .parallelToolCalls(true)
                .build();
    }

    private static ChatCompletionFunctionTool tool(String name) {
        return ChatCompletionFunctionTool.builder()
                .function(FunctionDefinition.builder()
                        .name(name)
                        .description("About " + name)
                        .parameters(FunctionParameters.builder()
                                .putAdditionalProperty("type", JsonValue.from("object"))
                                .putAdditionalProperty("properties", JsonValue.from(Map.of()))
                                .build())
                        .build())
                .build();
    }

    private JsonNode streamed(ChatCompletionCreateParams request) {
        return using(2, client -> chunks(client, request));
    }

    /** Every chunk, what the SDK makes of them all, and a failure that came after some of them. */
    private static JsonNode chunks(OpenAIClient client, ChatCompletionCreateParams request) {
        ObjectNode told = JsonNodeFactory.instance.objectNode();
        ArrayNode each = told.putArray("chunks");
        ChatCompletionAccumulator whole = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> chunks =
                client.chat().completions().createStreaming(request)) {
            chunks.stream().forEach(chunk -> {
                each.add(json(chunk));
                whole.accumulate(chunk);
            });
            told.set("whole", json(whole.chatCompletion()));
        } catch (OpenAIServiceException failure) {
            told.set("failure", told(failure));
        }
        return told;
    }

    private JsonNode using(int maxRetries, Use use) {
        OpenAIOkHttpClient.Builder builder = OpenAIOkHttpClient.builder()
                .baseUrl(base.toString())
                .apiKey(key)
                .maxRetries(maxRetries)
                .timeout(Duration.ofSeconds(20))
                .sleeper(new NoWait())
                .putHeader(ScriptedProvider.SCENARIO, scenario)
                .putHeader(ScriptedProvider.RUN, run);
        headers.forEach(builder::putHeader);
        OpenAIClient client = builder.build();
        try {
            return use.of(client);
        } catch (OpenAIServiceException failure) {
            return told(failure);
        } finally {
            client.close();
        }
    }

    private static JsonNode told(OpenAIServiceException failure) {
        ObjectNode told = JsonNodeFactory.instance.objectNode();
        told.put("exception", failure.getClass().getSimpleName());
        told.put("status", failure.statusCode());
        told.put("message", String.valueOf(failure.getMessage()));
        told.put("code", failure.code().orElse("none"));
        told.put("param", failure.param().orElse("none"));
        told.put("type", failure.type().orElse("none"));
        told.set("body", json(failure.body()));
        List.of("retry-after", "x-ratelimit-remaining-requests", "content-type")
                .forEach(name -> told.put(
                        name,
                        Optional.of(failure.headers().values(name))
                                .filter(values -> !values.isEmpty())
                                .map(values -> values.getFirst())
                                .orElse("none")));
        return told;
    }

    private static JsonNode json(Object value) {
        return ObjectMappers.jsonMapper().valueToTree(value);
    }
}

package dev.fresnel.contract;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.networknt.schema.ExecutionContext;
import com.networknt.schema.OutputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.ValidationLimitExceededException;
import dev.fresnel.value.Fingerprint;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.PatternSyntaxException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON and JSON Schemas that come from strangers. Bounded on every side: the length and depth of a text, the depth of an
 * evaluation, the steps of all that an answer needs ({@link Steps}), the looks of all regular expressions ({@link BoundedPatterns#within}). A schema's references lead nowhere but into itself; nothing is fetched. {@code format} is not
 * checked. Thread-safe; takes up to some tens of milliseconds, so not for an event loop.
 */
final class Schemas {
    /** Characters of one schema. */
    static final int MAX_SCHEMA = 64 * 1024;

    static final int MAX_DEPTH = 64;

    private static final int MAX_EVALUATION_DEPTH = 256;
    private static final long MAX_CACHED_CHARS = 1024L * 1024;

    // Numbers stay doubles: a decimal with an exponent of a billion could be computed with for ever.
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final SchemaRegistry REGISTRY = SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            registry -> registry.schemaCacheEnabled(false)
                    .schemaLoader(loader -> loader.block(_ -> true))
                    .schemaRegistryConfig(SchemaRegistryConfig.builder()
                            .preloadSchema(false)
                            .failFast(true)
                            .formatAssertionsEnabled(false)
                            .regularExpressionFactory(new BoundedPatterns())
                            .executionContextCustomizer(
                                    (execution, _) -> execution.executionConfig(bounds -> bounds.failFast(true)
                                            .maxEvaluationSteps(Steps.MAX)
                                            .maxEvaluationDepth(MAX_EVALUATION_DEPTH)))
                            .build()));

    /** Loads the validator now: some hundred classes, seconds where the machine is busy. */
    static void preload() {
        Objects.requireNonNull(REGISTRY);
    }

    /** By a hash of their text; requests of one application bring the same ones again and again. */
    private final Cache<Fingerprint, Schema> known = Caffeine.newBuilder()
            .maximumWeight(MAX_CACHED_CHARS)
            .weigher((Fingerprint _, Schema schema) ->
                    schema.getSchemaNode().toString().length() + 1024)
            .executor(Runnable::run)
            .build();

    /** Nobody can tell, and why. */
    static final class Doubtful extends RuntimeException {
        private final Finding.Doubt doubt;

        Doubtful(Finding.Doubt doubt) {
            super(doubt.key(), null, false, false);
            this.doubt = doubt;
        }

        Finding.Doubt doubt() {
            return doubt;
        }
    }

    /**
     * Reads one JSON value.
     *
     * @return empty when it is no JSON
     * @throws Doubtful when it nests deeper than {@value #MAX_DEPTH} or has a number that nobody would write
     */
    static Optional<JsonNode> json(String text) {
        try {
            JsonNode node = JSON.readTree(text);
            return node.isMissingNode() ? Optional.empty() : Optional.of(node);
        } catch (StreamConstraintsException hostile) {
            throw new Doubtful(Finding.Doubt.ANSWER_NOT_READ);
        } catch (JacksonException notJson) {
            return Optional.empty();
        }
    }

    /** @throws Doubtful when the schema cannot be used, or the evaluation would take too long */
    static boolean keeps(JsonNode value, Schema schema, Steps steps) {
        try {
            ExecutionContext counted =
                    steps.next(schema.createExecutionContext().getExecutionConfig());
            return schema.validate(counted, value, OutputFormat.DEFAULT).isEmpty();
        } catch (ValidationLimitExceededException | BoundedPatterns.Spent | StackOverflowError tooMuch) {
            throw new Doubtful(Finding.Doubt.TOO_COSTLY);
        } catch (SchemaException | PatternSyntaxException unusable) {
            throw new Doubtful(Finding.Doubt.SCHEMA_NOT_USABLE);
        }
    }

    /** @throws Doubtful when it is too large, or no schema */
    Schema compiled(JsonNode schema) {
        String text = schema.toString();
        if (text.length() > MAX_SCHEMA) {
            throw new Doubtful(Finding.Doubt.SCHEMA_NOT_USABLE);
        }
        try {
            return known.get(Fingerprint.of(text), _ -> REGISTRY.getSchema(schema));
        } catch (StackOverflowError tooMuch) {
            throw new Doubtful(Finding.Doubt.TOO_COSTLY);
        } catch (SchemaException | PatternSyntaxException unusable) {
            throw new Doubtful(Finding.Doubt.SCHEMA_NOT_USABLE);
        }
    }
}

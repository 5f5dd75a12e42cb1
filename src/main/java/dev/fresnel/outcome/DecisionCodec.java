package dev.fresnel.outcome;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.fresnel.delegation.Learning;
import dev.fresnel.lens.LensId;
import dev.fresnel.lens.LensKey;
import dev.fresnel.lens.LensUse;
import dev.fresnel.policy.Arm;
import dev.fresnel.policy.Context;
import dev.fresnel.policy.EvidenceKey;
import dev.fresnel.savings.Trial;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The stored form of an awaited decision, shared by all stores: 64 hex digits of checksum, a line feed, JSON. The checksum covers
 * tenant and request too, so that a value copied under another key does not decode. Numbers are text, which keeps all their digits.
 * Thread-safe.
 */
public final class DecisionCodec {
    /** Of the JSON; another version is not read. */
    private static final int VERSION = 2;

    private static final int CHECKSUM = 64;
    private static final int MAX_CHARS = 65_536;

    private final JsonFactory json = new JsonFactory();

    public String encode(AwaitedDecision decision) {
        String body = body(decision);
        return checksum(decision.tenant(), decision.request(), body) + "\n" + body;
    }

    /** Never fails; empty: not a decision of this request. */
    public Optional<AwaitedDecision> decode(TenantId tenant, RequestId request, String text) {
        if (text.length() <= CHECKSUM || text.length() > MAX_CHARS || text.charAt(CHECKSUM) != '\n') {
            return Optional.empty();
        }
        String body = text.substring(CHECKSUM + 1);
        if (!text.startsWith(checksum(tenant, request, body))) {
            return Optional.empty();
        }
        try (JsonParser parser = json.createParser(body)) {
            return Optional.of(new Read(parser).decision(tenant, request));
        } catch (IOException | IllegalArgumentException | DateTimeException e) {
            return Optional.empty();
        }
    }

    private static String checksum(TenantId tenant, RequestId request, String body) {
        return Fingerprint.of(tenant.value(), request.value(), body).hex();
    }

    private String body(AwaitedDecision decision) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        EvidenceKey key = decision.learning().key();
        Turn.Spent spent = decision.spent();
        try (JsonGenerator generator = json.createGenerator(out)) {
            generator.writeStartObject();
            generator.writeNumberField("v", VERSION);
            generator.writeStringField("population", key.context().population());
            generator.writeStringField("task", key.context().task());
            generator.writeStringField("leaf", key.context().leaf());
            generator.writeStringField("arm", key.arm().name());
            generator.writeStringField(
                    "stamp", Double.toString(decision.learning().stamp()));
            generator.writeStringField(
                    "lead", Double.toString(decision.learning().lead()));
            generator.writeStringField("decided", decision.decided().toString());
            generator.writeStringField("ended", decision.ended().toString());
            generator.writeStringField("input_tokens", Long.toString(spent.inputTokens()));
            generator.writeStringField("output_tokens", Long.toString(spent.outputTokens()));
            if (spent.cost().isPresent()) {
                generator.writeStringField(
                        "nano_usd", Long.toString(spent.cost().get().nanos()));
            }
            generator.writeArrayFieldStart("odds");
            for (Learning.Odds odds : decision.learning().odds()) {
                generator.writeString(odds.arm().name());
                generator.writeString(Double.toString(odds.probability()));
                generator.writeString(Double.toString(odds.expectedUsd()));
            }
            generator.writeEndArray();
            if (decision.learning().counterfactual().isPresent()) {
                Learning.Counterfactual drawn =
                        decision.learning().counterfactual().get();
                generator.writeStringField("would_be", drawn.arm().name());
                generator.writeObjectFieldStart("p_would_be");
                for (Map.Entry<Arm, Double> odds : drawn.probabilities().entrySet()) {
                    generator.writeStringField(odds.getKey().name(), Double.toString(odds.getValue()));
                }
                generator.writeEndObject();
            }
            if (decision.learning().trial().isPresent()) {
                Trial trial = decision.learning().trial().get();
                generator.writeStringField("trial", trial.side().name());
                generator.writeStringField("trial_model", trial.model());
                generator.writeStringField("control_share", Double.toString(trial.controlShare()));
                generator.writeStringField("direct_share", Double.toString(trial.directShare()));
                generator.writeStringField("trial_usd", Double.toString(trial.expectedUsd()));
            }
            if (!decision.learning().isTaught()) {
                generator.writeStringField("use", decision.learning().use().name());
            }
            if (decision.lens().isPresent()) {
                write(decision.lens().get(), generator);
            }
            generator.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("an array in memory cannot fail to be written", e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static void write(LensUse use, JsonGenerator generator) throws IOException {
        generator.writeStringField("lens_key", use.key().hash().hex());
        if (use.lens().isPresent()) {
            generator.writeStringField("lens", use.lens().get().value());
        }
        if (use.worker().isPresent()) {
            generator.writeStringField("worker_model", use.worker().get().value());
        }
        if (use.similarity().isPresent()) {
            generator.writeStringField(
                    "similarity", Double.toString(use.similarity().getAsDouble()));
        }
    }

    /** The fields of one stored decision. */
    private static final class Read {
        private final Map<String, String> texts = new HashMap<>();
        private final Map<Arm, Double> wouldBe = new LinkedHashMap<>();
        private final List<String> odds = new ArrayList<>();

        Read(JsonParser parser) throws IOException {
            int version = 0;
            require(parser.nextToken() == JsonToken.START_OBJECT);
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                switch (parser.nextToken()) {
                    case VALUE_STRING -> texts.put(name, parser.getText());
                    case VALUE_NUMBER_INT -> version = parser.getIntValue();
                    case START_ARRAY -> {
                        while (parser.nextToken() == JsonToken.VALUE_STRING) {
                            odds.add(parser.getText());
                        }
                    }
                    case START_OBJECT -> {
                        while (parser.nextToken() == JsonToken.FIELD_NAME) {
                            String key = parser.currentName();
                            parser.nextToken();
                            require(name.equals("p_would_be"));
                            wouldBe.put(new Arm(key), Double.parseDouble(parser.getText()));
                        }
                    }
                    case null, default -> throw new IllegalArgumentException("unexpected value of " + name);
                }
            }
            require(version == VERSION && odds.size() % 3 == 0);
        }

        AwaitedDecision decision(TenantId tenant, RequestId request) {
            EvidenceKey key = new EvidenceKey(
                    new Context(present("population"), present("task"), present("leaf")), new Arm(present("arm")));
            return new AwaitedDecision(
                    tenant,
                    request,
                    new Learning(
                            key,
                            number("stamp"),
                            number("lead"),
                            odds(),
                            List.of(),
                            counterfactual(),
                            trial(),
                            texts.containsKey("use") ? Learning.Use.valueOf(present("use")) : Learning.Use.TAUGHT),
                    Instant.parse(present("decided")),
                    Instant.parse(present("ended")),
                    new Turn.Spent(
                            Long.parseLong(present("input_tokens")),
                            Long.parseLong(present("output_tokens")),
                            Optional.ofNullable(texts.get("nano_usd")).map(nanos -> new Usd(Long.parseLong(nanos)))),
                    lens(tenant));
        }

        private double number(String name) {
            return ArmText.number(present(name)).orElseThrow(() -> new IllegalArgumentException("no " + name));
        }

        private Optional<LensUse> lens(TenantId tenant) {
            return Optional.ofNullable(texts.get("lens_key"))
                    .map(key -> new LensUse(
                            new LensKey(tenant, new Fingerprint(key)),
                            Optional.ofNullable(texts.get("lens")).map(LensId::new),
                            Optional.ofNullable(texts.get("worker_model")).map(ModelName::new),
                            texts.containsKey("similarity")
                                    ? OptionalDouble.of(number("similarity"))
                                    : OptionalDouble.empty()));
        }

        private Optional<Trial> trial() {
            return Optional.ofNullable(texts.get("trial"))
                    .map(side -> new Trial(
                            present("trial_model"),
                            Trial.Side.valueOf(side),
                            number("control_share"),
                            number("direct_share"),
                            number("trial_usd")));
        }

        private Optional<Learning.Counterfactual> counterfactual() {
            return Optional.ofNullable(texts.get("would_be"))
                    .map(arm -> new Learning.Counterfactual(new Arm(arm), wouldBe));
        }

        private List<Learning.Odds> odds() {
            List<Learning.Odds> all = new ArrayList<>();
            for (int i = 0; i < odds.size(); i += 3) {
                all.add(new Learning.Odds(
                        new Arm(odds.get(i)),
                        Double.parseDouble(odds.get(i + 1)),
                        Double.parseDouble(odds.get(i + 2))));
            }
            return all;
        }

        private String present(String name) {
            String text = texts.get(name);
            if (text == null) {
                throw new IllegalArgumentException("missing " + name);
            }
            return text;
        }
    }

    private static void require(boolean condition) {
        if (!condition) {
            throw new IllegalArgumentException("not the shape of a stored decision");
        }
    }
}

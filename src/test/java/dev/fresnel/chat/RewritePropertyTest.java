package dev.fresnel.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.value.ModelName;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What a rewrite promises for every request, held against random ones. */
class RewritePropertyTest {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    static LongStream seeds() {
        return LongStream.range(0, 400);
    }

    private static RandomGenerator random(long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyByteOutsideTheEditsSurvives(long seed) {
        RandomGenerator random = random(seed);
        RandomChat chat = RandomChat.of(random);
        ChatRequest request = chat.request();
        RewritePlan plan = plan(random);

        List<Edit> edits = Rewrite.edits(request, plan);
        byte[] out = Rewrite.apply(request, plan);

        ByteArrayOutputStream survivors = new ByteArrayOutputStream();
        ByteArrayOutputStream untouched = new ByteArrayOutputStream();
        int inBody = 0;
        int inOut = 0;
        for (Edit edit : edits) {
            int length = edit.span().start() - inBody;
            untouched.write(request.bytes(), inBody, length);
            survivors.write(out, inOut, length);
            byte[] written = edit.text().getBytes(StandardCharsets.UTF_8);
            inOut += length;
            assertThat(Arrays.copyOfRange(out, inOut, inOut + written.length)).isEqualTo(written);
            inOut += written.length;
            inBody = edit.span().end();
            assertThat(replaced(request, edit))
                    .as("only a whole scalar may be replaced")
                    .isIn("", "model", "scalar");
        }
        untouched.write(request.bytes(), inBody, request.bytes().length - inBody);
        survivors.write(out, inOut, out.length - inOut);
        assertThat(survivors.toByteArray()).isEqualTo(untouched.toByteArray());
    }

    private static String replaced(ChatRequest request, Edit edit) {
        String before = ChatRequestReaderTest.at(request, edit.span());
        if (before.isEmpty()) {
            return "";
        }
        JsonNode value = MAPPER.readTree(before);
        if (value.isString() && value.stringValue().equals(request.model().value())) {
            return "model";
        }
        return value.isNull() || value.isBoolean() || value.isNumber() ? "scalar" : "something else: " + before;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void twiceIsOnce(long seed) {
        RandomGenerator random = random(seed);
        RandomChat chat = RandomChat.of(random);
        RewritePlan plan = plan(random);

        byte[] once = Rewrite.apply(chat.request(), plan);
        ChatRequest again = (ChatRequest) ChatRequestReader.read(once);

        assertThat(Rewrite.apply(again, plan)).isSameAs(once);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void meansWhatWasIntended(long seed) {
        RandomGenerator random = random(seed);
        RandomChat chat = RandomChat.of(random);
        RewritePlan plan = plan(random);

        JsonNode out = MAPPER.readTree(Rewrite.apply(chat.request(), plan));

        assertThat(out).isEqualTo(intended((ObjectNode) MAPPER.readTree(chat.bytes()), plan));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void theViewAgreesWithATree(long seed) {
        RandomChat chat = RandomChat.of(random(seed));
        ChatRequest request = chat.request();

        JsonNode tree = MAPPER.readTree(chat.bytes());

        assertThat(request.model().value()).isEqualTo(tree.get("model").stringValue());
        assertThat(request.messages()).hasSize(tree.get("messages").size());
        for (int i = 0; i < request.messages().size(); i++) {
            Message message = request.messages().get(i);
            JsonNode node = tree.get("messages").get(i);
            assertThat(MAPPER.readTree(ChatRequestReaderTest.at(request, message.span())))
                    .isEqualTo(node);
            assertThat(message.role().wire()).isEqualTo(node.get("role").stringValue());
            assertThat(message.text()).isEqualTo(text(node.path("content")));
        }
    }

    private static String text(JsonNode content) {
        if (content.isString()) {
            return content.stringValue();
        }
        StringBuilder text = new StringBuilder();
        String separator = "";
        for (JsonNode part : content) {
            if (part.path("type").asString("").equals("text")) {
                text.append(separator).append(part.get("text").stringValue());
                separator = "\n";
            }
        }
        return text.toString();
    }

    private static RewritePlan plan(RandomGenerator random) {
        String block = RandomChat.text(random) + "B\n\"\\\ud83d";
        Optional<ParamCaps> caps = Optional.of(new ParamCaps(
                random.nextBoolean() ? OptionalLong.of(1 + random.nextInt(200)) : OptionalLong.empty(),
                random.nextBoolean() ? Optional.of(new BigDecimal("0.25")) : Optional.empty(),
                random.nextBoolean() ? Optional.of("low") : Optional.empty()));
        return new RewritePlan(
                new ModelName("m" + random.nextInt(3) + (random.nextBoolean() ? "\"é" : "")),
                random.nextInt(4) > 0 ? Optional.of(block) : Optional.empty(),
                random.nextBoolean() ? UsageAsk.ASK : UsageAsk.KEEP,
                random.nextBoolean() ? caps : Optional.empty());
    }

    /** The plan carried out on a tree: a second, independent description of what a rewrite means. */
    private static JsonNode intended(ObjectNode tree, RewritePlan plan) {
        tree.put("model", plan.model().value());
        plan.lensBlock().ifPresent(block -> guide((ArrayNode) tree.get("messages"), block));
        if (plan.usageAsk() == UsageAsk.ASK && tree.path("stream").asBoolean(false)) {
            JsonNode options = tree.path("stream_options");
            ObjectNode asked = options.isObject() ? (ObjectNode) options : tree.putObject("stream_options");
            asked.put("include_usage", true);
        }
        plan.params().ifPresent(caps -> limit(tree, caps));
        return tree;
    }

    private static void guide(ArrayNode messages, String block) {
        int operators = 0;
        while (operators < messages.size() && isOperator(messages.get(operators))) {
            operators++;
        }
        if (operators == 0) {
            messages.insertObject(0).put("role", "system").put("content", block);
            return;
        }
        ObjectNode last = (ObjectNode) messages.get(operators - 1);
        JsonNode content = last.path("content");
        if (content.isString()) {
            String text = content.stringValue();
            last.put("content", text.isEmpty() ? block : text + "\n\n" + block);
        } else if (content.isArray()) {
            ((ArrayNode) content).addObject().put("type", "text").put("text", block);
        } else {
            messages.insertObject(operators)
                    .put("role", last.get("role").stringValue())
                    .put("content", block);
        }
    }

    private static boolean isOperator(JsonNode message) {
        return List.of("system", "developer").contains(message.get("role").stringValue());
    }

    private static void limit(ObjectNode tree, ParamCaps caps) {
        caps.maxTokens().ifPresent(cap -> {
            boolean set = false;
            for (String key : List.of("max_completion_tokens", "max_tokens")) {
                JsonNode value = tree.path(key);
                set |= value.isNumber();
                if (value.isNumber() && value.decimalValue().compareTo(BigDecimal.valueOf(cap)) > 0) {
                    tree.put(key, (int) cap);
                }
            }
            if (!set) {
                boolean nullModern = tree.has("max_completion_tokens") && !tree.has("max_tokens");
                tree.put(nullModern ? "max_completion_tokens" : "max_tokens", (int) cap);
            }
        });
        caps.temperature().filter(any -> !tree.hasNonNull("temperature")).ifPresent(t -> tree.put("temperature", t));
        caps.reasoningEffort()
                .filter(any -> !tree.hasNonNull("reasoning_effort") && !tree.hasNonNull("reasoning"))
                .ifPresent(effort -> tree.put("reasoning_effort", effort));
    }
}

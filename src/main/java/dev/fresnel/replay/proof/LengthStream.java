package dev.fresnel.replay.proof;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.ChatRequestReader;
import dev.fresnel.chat.JsonText;
import dev.fresnel.estimate.JtokkitEstimator;
import dev.fresnel.estimate.TaskText;
import dev.fresnel.replay.data.AnswerLengths;
import dev.fresnel.replay.data.AnswerLengths.Prompt;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Recorded prompts as requests, in the order in which a gateway might see them. */
final class LengthStream {
    private static final JtokkitEstimator TOKENIZER = new JtokkitEstimator();

    private LengthStream() {}

    /** A prompt as the gateway reads it. */
    record Asked(Prompt prompt, ChatRequest request, TaskText task, long inputTokens) {
        static Asked of(Prompt prompt) {
            String tools = switch (prompt.tools()) {
                case OFFERED -> ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"tool\"}}]";
                case NONE -> "";
            };
            ChatRequest request = LengthStream.request(prompt.text(), tools);
            return new Asked(prompt, request, TaskText.of(request), TOKENIZER.inputTokens(request));
        }
    }

    /** One answer: who wrote it, and how many tokens it took. */
    record Arrival(Asked asked, String model, long tokens) {}

    /** @param members further top-level members, each with a comma in front */
    static ChatRequest request(String text, String members) {
        String body = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":" + JsonText.quote(text) + "}]"
                + members + "}";
        return (ChatRequest) ChatRequestReader.read(body.getBytes(StandardCharsets.UTF_8));
    }

    static List<Asked> read(AnswerLengths set) {
        return set.prompts().stream().map(Asked::of).toList();
    }

    /** Every prompt once, each put to one of its models: nothing comes twice. */
    static List<Arrival> cold(List<Asked> prompts, long seed) {
        Random chance = new Random(seed);
        List<Arrival> stream = new ArrayList<>();
        for (Asked asked : prompts) {
            List<Map.Entry<String, Long>> answers =
                    List.copyOf(asked.prompt().tokens().entrySet());
            Map.Entry<String, Long> answer = answers.get(chance.nextInt(answers.size()));
            stream.add(new Arrival(asked, answer.getKey(), answer.getValue()));
        }
        Collections.shuffle(stream, chance);
        return stream;
    }

    /** Every recorded answer once: a prompt comes back, to another model each time. */
    static List<Arrival> recurring(List<Asked> prompts, long seed) {
        List<Arrival> stream = new ArrayList<>();
        for (Asked asked : prompts) {
            asked.prompt().tokens().forEach((model, tokens) -> stream.add(new Arrival(asked, model, tokens)));
        }
        Collections.shuffle(stream, new Random(seed));
        return stream;
    }
}

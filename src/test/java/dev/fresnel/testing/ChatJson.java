package dev.fresnel.testing;

import dev.fresnel.chat.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Replies of the chat API as a provider writes them. */
public final class ChatJson {
    private static final String ID = "chatcmpl-fake";
    private static final long CREATED = 1_700_000_000L;

    private ChatJson() {}

    public static String completion(String model, String text, Usage usage) {
        return "{\"id\":\"" + ID + "\",\"object\":\"chat.completion\",\"created\":" + CREATED + ",\"model\":"
                + quote(model)
                + ",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":" + quote(text)
                + ",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}],\"usage\":" + usage(usage)
                + ",\"system_fingerprint\":\"fp_fake\"}";
    }

    /** The event payloads of a streamed reply: role, one delta per word, finish, and usage when given. */
    public static List<String> events(String model, String text, Optional<Usage> usage) {
        List<String> events = new ArrayList<>();
        events.add(chunk(model, "{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}", "null"));
        for (String word : text.splitWithDelimiters(" ", 0)) {
            if (!word.isEmpty()) {
                events.add(delta(model, word));
            }
        }
        events.add(chunk(model, "{}", "\"stop\""));
        usage.ifPresent(counted -> events.add("{\"id\":\"" + ID + "\",\"object\":\"chat.completion.chunk\",\"created\":"
                + CREATED + ",\"model\":" + quote(model) + ",\"choices\":[],\"usage\":" + usage(counted) + "}"));
        return events;
    }

    public static String delta(String model, String text) {
        return chunk(model, "{\"content\":" + quote(text) + "}", "null");
    }

    private static String chunk(String model, String delta, String finishReason) {
        return "{\"id\":\"" + ID + "\",\"object\":\"chat.completion.chunk\",\"created\":" + CREATED + ",\"model\":"
                + quote(model) + ",\"choices\":[{\"index\":0,\"delta\":" + delta
                + ",\"logprobs\":null,\"finish_reason\":"
                + finishReason + "}]}";
    }

    public static String usage(Usage usage) {
        return "{\"prompt_tokens\":" + usage.inputTokens() + ",\"completion_tokens\":" + usage.outputTokens()
                + ",\"total_tokens\":" + usage.totalTokens() + ",\"prompt_tokens_details\":{\"cached_tokens\":"
                + usage.cachedInputTokens() + "},\"completion_tokens_details\":{\"reasoning_tokens\":"
                + usage.reasoningTokens() + "}}";
    }

    public static String quote(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                case '\n' -> json.append("\\n");
                case '\r' -> json.append("\\r");
                case '\t' -> json.append("\\t");
                default -> {
                    if (c < 0x20) {
                        json.append(String.format("\\u%04x", (int) c));
                    } else {
                        json.append(c);
                    }
                }
            }
        }
        return json.append('"').toString();
    }
}

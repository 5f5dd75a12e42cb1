package dev.fresnel.estimate;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.ChatRequestReader;
import dev.fresnel.chat.JsonText;
import java.nio.charset.StandardCharsets;

/** Chat requests for tests, read by the real reader. */
public final class Requests {
    private Requests() {}

    /** One user message. */
    public static ChatRequest asking(String text) {
        return asking(text, "");
    }

    /** @param members further top-level members, for example {@code "n":3} */
    public static ChatRequest asking(String text, String members) {
        return messages("{\"role\":\"user\",\"content\":" + JsonText.quote(text) + "}", members);
    }

    /** @param messages elements of the array, comma-separated */
    public static ChatRequest messages(String messages, String members) {
        String more = members.isEmpty() ? "" : "," + members;
        return read("{\"model\":\"strong\",\"messages\":[" + messages + "]" + more + "}");
    }

    public static ChatRequest read(String json) {
        return (ChatRequest) ChatRequestReader.read(json.getBytes(StandardCharsets.UTF_8));
    }
}

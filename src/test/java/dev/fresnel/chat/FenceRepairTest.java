package dev.fresnel.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FenceRepairTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            ```json~{"a":1}~```              | {"a":1}
            ```~{"a":1}~```                  | {"a":1}
              ```JSON  ~ {"a":1} ~~```  ~    | {"a":1}
            ```json~{"a":~1}~```             | {"a":~1}
            {"a":1}                          |
            Sure: ```json~{"a":1}~```        |
            ```json~{"a":1}~``` Enjoy!       |
            ```json~{}~```~```json~{}~```    |
            ```json {"a":1} ```              |
            ```                              |
            ``````                           |
            ```my file.json~{}~```           |
            """)
    void takesTextOutOfAFence_thatIsAllThereIs(String content, String inside) {
        assertThat(FenceRepair.unfenced(content.replace('~', '\n')))
                .isEqualTo(Optional.ofNullable(inside).map(text -> text.replace('~', '\n')));
    }

    @Test
    void leavesEveryOtherByteAlone() {
        String reply = "{ \"x\":1e400,\"choices\": [%s,\n%s,{\"message\":{\"content\":null}}, 7 ],\"n\":0.10}";
        String good = "{\"message\":{\"content\":\"plain\"}}";

        assertThat(repaired(reply.formatted(
                        "{\"message\":{\"content\":\"```\\n\\u00e9 \\\"q\\\"\\n```\",\"k\":[]}}", good)))
                .contains(reply.formatted("{\"message\":{\"content\":\"é \\\"q\\\"\",\"k\":[]}}", good));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            {"choices":[{"message":{"content":"plain"}}]}
            {"choices":{"message":{"content":"```"}}}
            {"choices":[{"message":{"content":"```json
            []
            ''
            """)
    void hasNothingToSay_whereThereIsNothingToRepair(String reply) {
        assertThat(repaired(reply)).isEmpty();
    }

    private static Optional<String> repaired(String reply) {
        return FenceRepair.repaired(reply.getBytes(StandardCharsets.UTF_8))
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }
}

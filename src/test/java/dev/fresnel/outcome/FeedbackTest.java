package dev.fresnel.outcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fresnel.value.GatewayException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FeedbackTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"request_id":"r1","succeeded":true}                            | 1
            {"succeeded":false,"request_id":"r1"}                           | 0
            {"request_id":"r1","score":0.25}                                | 0.25
            {"request_id":"r1","score":1,"succeeded":true,"label":{"a":[]}} | 1
            """)
    void readsWhatWasSaid(String json, double score) {
        Feedback feedback = Feedback.parse(json.getBytes(StandardCharsets.UTF_8));

        assertThat(feedback.request()).hasToString("r1");
        assertThat(feedback.score()).isEqualTo(score);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"succeeded":true}                                | request_id
            {"request_id":"","succeeded":true}                | request_id
            {"request_id":7,"succeeded":true}                 | request_id
            {"request_id":"r 1","succeeded":true}             | request_id
            {"request_id":"r\\u00001","succeeded":true}        | request_id
            {"request_id":"r1"}                               | succeeded
            {"request_id":"r1","succeeded":"yes"}             | succeeded
            {"request_id":"r1","score":1.5}                   | score
            {"request_id":"r1","score":-0.1}                  | score
            {"request_id":"r1","score":"1"}                   | score
            {"request_id":"r1","score":0.9,"succeeded":false} | score
            {"request_id":"r1","score":1,"score":0}           | twice
            []                                                | object
            {"request_id":"r1","succeeded":true} {}           | nothing after
            {"request_id":                                    | JSON
            """)
    void saysWhatIsWrong(String json, String named) {
        assertThatThrownBy(() -> Feedback.parse(json.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOfSatisfying(
                        GatewayException.class,
                        refused -> assertThat(refused.failure().toString()).contains(named));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "tests_failed"              | tests_failed
            "v1.2-a"                    | v1.2-a
            "the answer was bad"        |
            "-x"                        |
            ""                          |
            7                           |
            {"a":"tests_failed"}        |
            "0123456789012345678901234567890123456789012345678901234567890123"  | 0123456789012345678901234567890123456789012345678901234567890123
            "01234567890123456789012345678901234567890123456789012345678901234" |
            """)
    void keepsALabelThatIsAName_andNoOther(String label, String kept) {
        Feedback feedback = Feedback.parse(("{\"request_id\":\"r1\",\"succeeded\":true,\"label\":" + label + "}")
                .getBytes(StandardCharsets.UTF_8));

        assertThat(feedback.label()).isEqualTo(Optional.ofNullable(kept));
    }
}

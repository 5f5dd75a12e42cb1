package dev.fresnel.delegation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fresnel.policy.Arm;
import dev.fresnel.value.GatewayException;
import dev.fresnel.value.GatewayFailure;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class OverridesTest {
    @Test
    void readsEveryHeader_inAnyCase() {
        Overrides overrides = Overrides.parse(List.of(
                Map.entry("X-Fresnel-Mode", "Shadow"),
                Map.entry("x-fresnel-arm", "fast-worker"),
                Map.entry("x-fresnel-task", " nightly docs "),
                Map.entry("x-fresnel-session", "s-1"),
                Map.entry("x-fresnel-task-kind", "Generate-Many"),
                Map.entry("x-fresnel-repo", "acme/shop"),
                Map.entry("x-fresnel-explain", "true"),
                Map.entry("x-fresnel-threshold-tokens", "3000"),
                Map.entry("content-type", "application/json")));

        assertThat(overrides.mode()).contains(Mode.SHADOW);
        assertThat(overrides.arm()).contains(new Arm("fast-worker"));
        assertThat(overrides.task()).contains("nightly docs");
        assertThat(overrides.session()).contains("s-1");
        assertThat(overrides.taskKind()).contains(TaskKind.GENERATE_MANY);
        assertThat(overrides.repo()).contains("acme/shop");
        assertThat(overrides.explain()).isEqualTo(Overrides.Explain.YES);
        assertThat(overrides.thresholdTokens()).hasValue(3000);
    }

    @Test
    void asksForNothing_whenNoHeaderIsSet() {
        assertThat(Overrides.parse(List.of(Map.entry("x-request-id", "r1"), Map.entry("x-fresnelly", "x"))))
                .isEqualTo(Overrides.NONE);
    }

    @Test
    void takesTheSameValueTwice() {
        Overrides overrides =
                Overrides.parse(List.of(Map.entry("x-fresnel-mode", "off"), Map.entry("X-FRESNEL-MODE", "off")));

        assertThat(overrides.mode()).contains(Mode.OFF);
    }

    @Test
    void leavesTheMarkOfAGatewayToTheGuard_whateverItsValues() {
        assertThat(Overrides.parse(
                        List.of(Map.entry("X-Fresnel-Internal", "1"), Map.entry("x-fresnel-internal", "lens"))))
                .isEqualTo(Overrides.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x-fresnel-arms", "X-Fresnel-TaskKind", "x-fresnel-", "x-fresnel-model"})
    void namesTheHeaderAndTheKnownOnes_whenAnXFresnelHeaderIsNone(String header) {
        String lower = header.toLowerCase(Locale.ROOT);
        assertThatThrownBy(
                        () -> Overrides.parse(List.of(Map.entry("x-fresnel-arm", "fast"), Map.entry(header, "fast"))))
                .hasMessage("Header " + lower
                        + " is not known; correct its name, or leave it out. Known are x-fresnel-mode,"
                        + " x-fresnel-arm, x-fresnel-task, x-fresnel-session, x-fresnel-task-kind, x-fresnel-repo,"
                        + " x-fresnel-explain, x-fresnel-threshold-tokens.")
                .extracting(thrown -> ((GatewayException) thrown).failure())
                .isInstanceOfSatisfying(GatewayFailure.InvalidRequest.class, failure -> {
                    assertThat(failure.param()).contains(lower);
                    assertThat(failure.code()).isEqualTo("invalid_header");
                });
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            x-fresnel-mode | of | Header x-fresnel-mode is 'of'; valid values are off, shadow, shadow-adaptive, rules, adaptive.
            x-fresnel-task-kind | art | valid values are tool-step, typo-fix, cross-file-edit,
            x-fresnel-explain | maybe | valid values are true, false, dry-run.
            x-fresnel-threshold-tokens | -1 | give a whole number of tokens, 0 or more.
            x-fresnel-threshold-tokens | 1e3 | is '1e3'
            x-fresnel-session | '' | must be 1 to 256 printable characters.
            x-fresnel-arm | '' | must be 1 to 256 printable characters.
            x-fresnel-mode | schlüssel | is 'schl?ssel'
            """)
    void namesHeaderValueAndRemedy_whenAValueIsBad(String header, String value, String message) {
        assertThatThrownBy(() -> Overrides.parse(Map.of(header, value).entrySet()))
                .isInstanceOf(GatewayException.class)
                .hasMessageContaining(message)
                .extracting(thrown -> ((GatewayException) thrown).failure())
                .isInstanceOfSatisfying(
                        GatewayFailure.InvalidRequest.class,
                        failure -> assertThat(failure.param()).contains(header));
    }

    @Test
    void refusesTwoDifferentValues() {
        assertThatThrownBy(() ->
                        Overrides.parse(List.of(Map.entry("x-fresnel-arm", "a"), Map.entry("x-fresnel-arm", "b"))))
                .hasMessage("Header x-fresnel-arm is given twice, as 'a' and 'b'; send it once.");
    }

    @Test
    void refusesAnArmTogetherWithModeOff() {
        assertThatThrownBy(() -> Overrides.parse(
                        Map.of("x-fresnel-arm", "a", "x-fresnel-mode", "off").entrySet()))
                .hasMessageContaining("send one of the two");
        assertThat(Overrides.parse(Map.of("x-fresnel-arm", "direct", "x-fresnel-mode", "off")
                                .entrySet())
                        .arm())
                .contains(Arm.DIRECT);
    }

    @Test
    void cutsALongValueInItsError() {
        assertThatThrownBy(() -> Overrides.parse(
                        Map.of("x-fresnel-mode", "m".repeat(5000)).entrySet()))
                .satisfies(thrown -> assertThat(thrown.getMessage()).hasSizeLessThan(200));
        assertThatThrownBy(() -> Overrides.parse(
                        Map.of("x-fresnel-task", "m".repeat(257)).entrySet()))
                .hasMessageContaining("256");
        assertThatThrownBy(() -> Overrides.parse(
                        Map.of("x-fresnel-" + "m".repeat(5000), "x").entrySet()))
                .satisfies(thrown -> assertThat(thrown.getMessage()).hasSizeLessThan(350));
    }
}

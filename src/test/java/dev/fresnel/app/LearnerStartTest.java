package dev.fresnel.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.config.ConfigLoader;
import dev.fresnel.config.ConfigResult;
import dev.fresnel.policy.Arm;
import dev.fresnel.testing.TestGateway;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What the learner takes for the same arm after the config has changed. */
class LearnerStartTest {
    private static final String CONFIG = TestGateway.twoModels(
            URI.create("http://127.0.0.1:1/v1"),
            URI.create("http://127.0.0.1:2/v1"),
            "mode: adaptive\narms: [direct, fast-bare]");

    @Test
    void anotherPrice_isTheSameArm() {
        assertThat(models(CONFIG.replace("input: 0.15", "input: 9.99").replace("input: 2.50", "input: 0.01")))
                .isEqualTo(models(CONFIG));
    }

    @Test
    void anotherModelOfTheProvider_isAnotherArm_forTheWorkersThatUseIt() {
        Map<Arm, String> before = models(CONFIG);
        Map<Arm, String> after =
                models(CONFIG.replace("cheap: { upstream: cheap,", "cheap: { upstream: cheap, upstream-model: newer,"));

        assertThat(after.get(new Arm("fast-bare"))).isNotEqualTo(before.get(new Arm("fast-bare")));
        assertThat(after.get(Arm.DIRECT)).isEqualTo(before.get(Arm.DIRECT));
    }

    @Test
    void aWorkerWithALensAndOneWithout_areNotTheSame() {
        Map<Arm, String> models = models(CONFIG);

        assertThat(models.get(new Arm("fast-worker"))).isNotEqualTo(models.get(new Arm("fast-bare")));
        assertThat(models.get(new Arm("alone"))).isEqualTo(models.get(new Arm("fast-bare")));
    }

    private static Map<Arm, String> models(String yaml) {
        return switch (ConfigLoader.load(yaml, Path.of("."), Map.of())) {
            case ConfigResult.Valid valid ->
                Objects.requireNonNull(
                        LearnerStart.knownArms(valid.config()).models().get("acme/smart"));
            case ConfigResult.Invalid invalid -> throw new AssertionError(invalid.problems());
        };
    }
}

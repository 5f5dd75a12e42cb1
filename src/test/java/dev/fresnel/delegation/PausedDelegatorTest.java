package dev.fresnel.delegation;

import static dev.fresnel.delegation.World.BARE;
import static dev.fresnel.delegation.World.FAST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.policy.Arm;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** H29: whatever would delegate goes direct, and says why. */
class PausedDelegatorTest {
    private final World world = new World();

    @BeforeEach
    void aTaskThatIsDelegated() {
        world.asking("Generate CRUD endpoints for 5 entities").l50 = 15_000;
        assertThat(world.decide().arm()).isEqualTo(FAST);
        world.allowance = Inquiry.Allowance.PAUSED;
    }

    @Test
    void goesDirect_whenARuleFires() {
        assertThat(world.decide().arm()).isEqualTo(Arm.DIRECT);
        assertThat(world.decide().reasons()).containsExactly(Reason.PAUSED);
    }

    @Test
    void goesDirect_whenTheClientNamesTheArm() {
        world.overrides = Overrides.parse(List.of(Map.entry(Overrides.ARM, FAST.name())));

        assertThat(world.decide().arm()).isEqualTo(Arm.DIRECT);
        assertThat(world.decide().reason()).isEqualTo(Reason.PAUSED);
    }

    @Test
    void goesDirect_whenTheConversationHasAWorker() {
        world.overrides = Overrides.parse(List.of(Map.entry(Overrides.SESSION, "s")));
        world.pin = Optional.of(new Pin(FAST, Optional.empty(), world.moment.now(), Optional.empty()));

        assertThat(world.decide().reasons()).containsExactly(Reason.PAUSED);
    }

    @Test
    void asksAndTeachesThePolicyNothing() {
        world.mode = Mode.ADAPTIVE;
        world.arms = List.of(Arm.DIRECT, BARE);

        assertThat(world.decide().reasons()).containsExactly(Reason.PAUSED);
        assertThat(world.assess().learning()).isEmpty();
    }

    @Test
    void saysThatTheRouteIsOff_whenItIs() {
        world.mode = Mode.OFF;

        assertThat(world.decide().reasons()).containsExactly(Reason.MODE_OFF);
    }

    @Test
    void goesOnWatching_inShadow() {
        world.mode = Mode.SHADOW;

        assertThat(world.decide().preferred()).isEqualTo(FAST);
        assertThat(world.decide().reason()).isEqualTo(Reason.SHADOW);
    }
}

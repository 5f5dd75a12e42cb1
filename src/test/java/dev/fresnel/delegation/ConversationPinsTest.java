package dev.fresnel.delegation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.estimate.Requests;
import dev.fresnel.policy.Arm;
import dev.fresnel.value.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class ConversationPinsTest {
    private static final TenantId ACME = new TenantId("acme");
    private static final Pin PIN =
            new Pin(new Arm("fast-worker"), Optional.of("0123456789abcdef"), Instant.parse("2026-03-01T12:00:00Z"));
    private static final String OPENING =
            "{\"role\":\"system\",\"content\":\"be kind\"},{\"role\":\"user\",\"content\":\"hello there\"}";

    private final AtomicLong nanos = new AtomicLong();
    private final ConversationPins pins =
            new ConversationPins(nanos::get, ConversationPins.DEFAULT_IDLE, ConversationPins.DEFAULT_MAXIMUM);

    @Test
    void keepsThePin_whileTheConversationRuns() {
        ConversationKey key = key("one");
        pins.pin(key, PIN);

        for (int turn = 0; turn < 10; turn++) {
            nanos.addAndGet(Duration.ofMinutes(4).toNanos());
            assertThat(pins.find(key)).contains(PIN);
        }
    }

    @Test
    void forgets_whenTheConversationWasIdle() {
        pins.pin(key("one"), PIN);

        nanos.addAndGet(Duration.ofMinutes(5).toNanos());

        assertThat(pins.find(key("one"))).isEmpty();
    }

    @Test
    void forgets_whenReleased() {
        pins.pin(key("one"), PIN);

        pins.release(key("one"));

        assertThat(pins.find(key("one"))).isEmpty();
    }

    @Test
    void isBounded() {
        ConversationPins few = new ConversationPins(nanos::get, Duration.ofMinutes(5), 10);

        for (int i = 0; i < 1000; i++) {
            few.pin(key("session " + i), PIN);
        }

        assertThat(few.size()).isLessThanOrEqualTo(10);
    }

    @Test
    void laterTurnsHaveTheKeyOfTheFirst() {
        Optional<ConversationKey> first = ConversationKey.of(ACME, Optional.empty(), Requests.messages(OPENING, ""));
        Optional<ConversationKey> later = ConversationKey.of(
                ACME,
                Optional.empty(),
                Requests.messages(
                        OPENING
                                + ",{\"role\":\"assistant\",\"content\":\"hi\"},{\"role\":\"user\",\"content\":\"go on\"}",
                        "\"temperature\":1"));

        assertThat(first).isPresent().isEqualTo(later);
    }

    @Test
    void keysDiffer_whenTenantSystemOrOpeningDiffer() {
        Optional<ConversationKey> base = ConversationKey.of(ACME, Optional.empty(), Requests.messages(OPENING, ""));

        assertThat(ConversationKey.of(new TenantId("other"), Optional.empty(), Requests.messages(OPENING, "")))
                .isNotEqualTo(base);
        assertThat(ConversationKey.of(ACME, Optional.empty(), Requests.asking("hello there")))
                .isNotEqualTo(base);
        assertThat(ConversationKey.of(ACME, Optional.of("hello there"), Requests.messages(OPENING, "")))
                .isNotEqualTo(base);
        assertThat(key("one")).isNotEqualTo(key("two"));
    }

    @Test
    void thereIsNoKey_whenNothingNamesTheConversation() {
        assertThat(ConversationKey.of(ACME, Optional.empty(), Requests.messages("", "")))
                .isEmpty();
    }

    private static ConversationKey key(String session) {
        return ConversationKey.of(ACME, Optional.of(session), Requests.messages("", ""))
                .orElseThrow();
    }
}

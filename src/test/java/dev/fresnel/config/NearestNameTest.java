package dev.fresnel.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNameTest {
    private static final List<String> NAMES = List.of("base-url", "api-key", "timeouts", "pool");

    @ParameterizedTest
    @CsvSource({
        "base_url, base-url",
        "baseurl, base-url",
        "Base-URL, base-url",
        "bsae-url, base-url",
        "timeout, timeouts",
        "polo, pool",
        "apikeys, api-key",
    })
    void suggestsWhatWasMeant(String typed, String meant) {
        assertThat(NearestName.to(typed, NAMES)).contains(meant);
    }

    @ParameterizedTest
    @CsvSource({"x", "url", "something-else", "''"})
    void suggestsNothing_whenNothingIsNear(String typed) {
        assertThat(NearestName.to(typed, NAMES)).isEmpty();
    }

    @Test
    void listsWhatIsValid_whenNothingIsNear() {
        assertThat(NearestName.hint("x", List.of("one", "two"), "workers")).isEqualTo("workers are: one, two");
        assertThat(NearestName.hint("x", List.of(), "workers")).isEqualTo("there are no workers");
    }
}

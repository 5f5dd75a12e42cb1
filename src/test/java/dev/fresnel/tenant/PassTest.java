package dev.fresnel.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PassTest {
    /** All requests without limits, of all event loops, have the same one. */
    @Test
    void thePassWithoutLimitsHoldsNothing_whoeverUsesIt() throws Exception {
        Callable<Void> loop = () -> {
            for (int i = 0; i < 20_000; i++) {
                assertThat(Pass.UNLIMITED.enter()).isEmpty();
                assertThat(Pass.UNLIMITED.stream()).isEmpty();
                Pass.UNLIMITED.close();
            }
            return null;
        };
        try (ExecutorService loops = Executors.newFixedThreadPool(2)) {
            List<Future<Void>> done = loops.invokeAll(
                    IntStream.range(0, 2).mapToObj(_ -> loop).toList());
            for (Future<Void> one : done) {
                one.get();
            }
        }
    }
}

package dev.fresnel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.json.PackageVersion;
import io.netty.util.Version;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Fails when a dependency falls below the version that closed a hole a gateway is exposed to. */
class SafeVersionsTest {
    @Test
    void nettyIsAboveTheTransferEncodingSmuggling() {
        // CVE-2026-89044: "Transfer-Encoding: xchunked" is an empty body, and the body becomes the next request.
        assertThat(Version.identify().values())
                .isNotEmpty()
                .allSatisfy(artifact -> assertThat(
                                Arrays.compare(numbers(artifact.artifactVersion()), new int[] {4, 2, 18}))
                        .as("%s %s", artifact.artifactId(), artifact.artifactVersion())
                        .isNotNegative());
    }

    @Test
    void jacksonCoreIsAboveTheNumberLengthBypass() {
        // CVE-2026-68494: the async parser ignores the limit on number length.
        assertThat(Arrays.compare(numbers(PackageVersion.VERSION.toString()), new int[] {2, 22, 1}))
                .as(PackageVersion.VERSION.toString())
                .isNotNegative();
    }

    private static int[] numbers(String version) {
        return Arrays.stream(version.split("\\."))
                .takeWhile(part -> part.chars().allMatch(Character::isDigit))
                .mapToInt(Integer::parseInt)
                .toArray();
    }
}

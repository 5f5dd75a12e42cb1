package dev.fresnel.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.delegation.Reason;
import dev.fresnel.lens.SkipReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every reason that a reply can name is in docs/api.md, and none besides. */
class ReasonsDocumentedTest {
    @Test
    void theTableOfReasonsIsComplete() throws IOException {
        assertThat(documented()).isEqualTo(known());
    }

    private static Set<String> known() {
        Stream<String> decided = Arrays.stream(Reason.values()).map(Reason::key);
        Stream<String> later = Arrays.stream(BypassReason.values()).map(BypassReason::key);
        Stream<String> lenses = Arrays.stream(SkipReason.values()).map(reason -> "lens_" + reason.key());
        Stream<String> remedies = Arrays.stream(Remedy.Told.values()).map(Remedy.Told::key);
        return Stream.of(
                        decided,
                        later,
                        lenses,
                        remedies,
                        Stream.of(
                                "fallback_status_NNN", "lens_no_price", "lens_not_due", "lens_build_limit", "not_chat"))
                .flatMap(keys -> keys)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> documented() throws IOException {
        String page = Files.readString(Path.of("docs/api.md"));
        String section = page.substring(page.indexOf("## Reasons"), page.indexOf("## Trace"));
        Set<String> keys = new TreeSet<>();
        section.lines().filter(line -> line.startsWith("| `")).forEach(row -> {
            Matcher names = Pattern.compile("`([A-Za-z_]+)`").matcher(row.split("\\|", 3)[1]);
            while (names.find()) {
                keys.add(names.group(1));
            }
        });
        return keys;
    }
}

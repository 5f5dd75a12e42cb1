package dev.fresnel.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * Holds the generated files to the records. Run with {@code -Dfresnel.regenerate=true} it writes them instead.
 */
class ConfigReferenceTest {
    private static final String COMMAND = "mvn test -Dtest=ConfigReferenceTest -Dfresnel.regenerate=true";
    private static final String BEGIN = "<!-- generated reference: begin -->\n";
    private static final String END = "<!-- generated reference: end -->\n";
    private static final Path SCHEMA = Path.of("conf/fresnel.schema.json");
    private static final Path PAGE = Path.of("docs/configuration.md");

    @Test
    void committedSchemaIsTheOneOfTheRecords() throws IOException {
        if (Boolean.getBoolean("fresnel.regenerate")) {
            Files.writeString(SCHEMA, ConfigSchema.json());
        }

        assertThat(Files.readString(SCHEMA))
                .as(SCHEMA + " is out of date; write it again with: " + COMMAND)
                .isEqualTo(ConfigSchema.json());
    }

    @Test
    void committedReferenceIsTheOneOfTheRecords() throws IOException {
        String page = Files.readString(PAGE);
        int begin = page.indexOf(BEGIN) + BEGIN.length();
        int end = page.indexOf(END);
        assertThat(page).contains(BEGIN, END);
        if (Boolean.getBoolean("fresnel.regenerate")) {
            page = page.substring(0, begin) + "\n" + ConfigReference.markdown() + "\n" + page.substring(end);
            Files.writeString(PAGE, page);
            end = page.indexOf(END);
        }

        assertThat(page.substring(begin, end))
                .as(PAGE + " is out of date; write it again with: " + COMMAND)
                .isEqualTo("\n" + ConfigReference.markdown() + "\n");
    }
}

package dev.fresnel.delegation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.estimate.Requests;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TaskFeaturesTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Fix the typo in the readme | typo-fix
            Refactor the logger across all modules | cross-file-edit
            Where is the entry point of this repo? | unfamiliar-repo
            Generate CRUD endpoints for 5 entities | generate-many
            Summarize the article | summarise
            Translate this to French | translate
            Classify the sentiment | classify
            Why does this exception occur? | debug
            Write a poem | generate
            Explain tides | explain
            Erkläre die Gezeiten | explain
            hello | other
            """)
    void classifiesTheTask(String task, String kind) {
        assertThat(features(task, Optional.empty(), Optional.empty()).kind().key())
                .isEqualTo(kind);
    }

    @Test
    void believesTheClient_whenItStatesKindAndRepo() {
        TaskFeatures stated = features("hello", Optional.of(TaskKind.DEBUG), Optional.of("acme/shop"));

        assertThat(stated.kind()).isEqualTo(TaskKind.DEBUG);
        assertThat(stated.repo())
                .isEqualTo(features("other words", Optional.empty(), Optional.of("acme/shop"))
                        .repo());
    }

    @Test
    void tellsApplicationsApart_bySystemTextAndTools() {
        String user = "{\"role\":\"user\",\"content\":\"hi\"}";
        String system = "{\"role\":\"system\",\"content\":\"be kind\"}," + user;
        String tools = "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"%s\"}},"
                + "{\"type\":\"function\",\"function\":{\"name\":\"%s\"}}]";

        assertThat(repo(user, "")).isNotEqualTo(repo(system, ""));
        assertThat(repo(user, tools.formatted("a", "b")))
                .isEqualTo(repo(user, tools.formatted("b", "a")))
                .isNotEqualTo(repo(user, tools.formatted("a", "c")));
    }

    @Test
    void tellsRepositoriesApart_byWhereTheirFilesLie() {
        String asked = "{\"role\":\"user\",\"content\":\"Working directory: %s. %s\"}";

        assertThat(repo(asked.formatted("/home/jo/shop", "Fix src/Cart.java"), ""))
                .isEqualTo(repo(asked.formatted("/home/jo/shop/src", "Explain docs/a.md"), ""))
                .isNotEqualTo(repo(asked.formatted("/home/jo/blog", "Fix src/Cart.java"), ""))
                .isNotEqualTo(repo(asked.formatted("the usual", "Fix src/Cart.java"), ""));
        assertThat(repo(asked.formatted("the usual", "Fix src/Cart.java"), ""))
                .as("relative paths are in every repository")
                .isEqualTo(repo(asked.formatted("the usual", "Explain docs/a.md"), ""));
    }

    @Test
    void putsTokensInPowersOfTwo() {
        TaskFeatures features = features("hello", Optional.empty(), Optional.empty());

        assertThat(features.inputBucket()).isEqualTo(256);
        assertThat(features.outputBucket()).isEqualTo(64);
    }

    private static Object repo(String messages, String members) {
        return features(Requests.messages(messages, members), Overrides.NONE).repo();
    }

    private static TaskFeatures features(String task, Optional<TaskKind> kind, Optional<String> repo) {
        Map<String, String> headers = new HashMap<>();
        kind.ifPresent(stated -> headers.put(Overrides.TASK_KIND, stated.key()));
        repo.ifPresent(name -> headers.put(Overrides.REPO, name));
        return features(Requests.asking(task), Overrides.parse(headers.entrySet()));
    }

    private static TaskFeatures features(ChatRequest request, Overrides overrides) {
        World world = new World();
        world.request = request;
        world.overrides = overrides;
        return world.assess().features();
    }
}

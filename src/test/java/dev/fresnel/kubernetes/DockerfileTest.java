package dev.fresnel.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubernetes.client.openapi.models.V1Container;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The Dockerfile, as far as it can be judged without an engine: who runs, what is copied, how it starts; and that manifests say the same. */
class DockerfileTest {
    private static final Pattern PINNED =
            Pattern.compile("[a-z.-]+(/[a-z.-]+)*:[0-9]+\\.[0-9]+\\.[0-9]+[A-Za-z0-9_.-]*");

    /** @param stage from 0 */
    private record Instruction(int stage, String word, String rest) {}

    private final List<Instruction> instructions = new ArrayList<>();

    @BeforeEach
    void read() throws IOException {
        String text = Files.readString(Path.of("Dockerfile"))
                .replaceAll("(?m)^\\s*#.*\\R", "")
                .replaceAll("\\\\\\R\\s*", "");
        int stage = -1;
        for (String line : text.lines().filter(it -> !it.isBlank()).toList()) {
            String[] parts = line.split("\\s+", 2);
            stage += parts[0].equals("FROM") ? 1 : 0;
            instructions.add(new Instruction(stage, parts[0], parts[1]));
        }
    }

    private List<String> all(String word) {
        return instructions.stream()
                .filter(it -> it.word().equals(word))
                .map(Instruction::rest)
                .toList();
    }

    private String last(String word) {
        return all(word).getLast();
    }

    @Test
    void buildsOnPinnedImages() {
        assertThat(all("FROM"))
                .hasSize(2)
                .allSatisfy(image -> assertThat(image.split(" ", -1)[0]).matches(PINNED));
        assertThat(all("FROM").getFirst()).endsWith(" AS build").contains("temurin-25");
        assertThat(last("FROM")).startsWith("eclipse-temurin:25.").contains("-jre");
    }

    @Test
    void runsAsTheUserThatTheManifestsName() {
        assertThat(all("USER")).containsExactly("65532:65532");
        int user = instructions.indexOf(new Instruction(1, "USER", "65532:65532"));
        assertThat(instructions.subList(user, instructions.size()))
                .as("nothing is built or copied after root has gone")
                .noneMatch(it -> List.of("RUN", "COPY", "ADD").contains(it.word()));
        Workload gateway = ManifestsTest.workloads("dev").getFirst();
        assertThat(last("USER"))
                .isEqualTo(gateway.pod().getSecurityContext().getRunAsUser() + ":"
                        + gateway.pod().getSecurityContext().getRunAsGroup());
        assertThat(all("RUN").getLast()).contains("-o 65532 -g 65532 " + last("WORKDIR"));
    }

    @Test
    void startsByTheLauncher_withWhatManifestsPass() {
        assertThat(last("ENTRYPOINT")).isEqualTo("[\"/opt/fresnel/fresnel\"]");
        V1Container gateway =
                ManifestsTest.workloads("dev").getFirst().pod().getContainers().getFirst();
        assertThat(last("CMD"))
                .isEqualTo("["
                        + String.join(
                                ", ",
                                gateway.getArgs().stream()
                                        .map(arg -> '"' + arg + '"')
                                        .toList()) + "]");
        assertThat(gateway.getCommand()).as("the entry point of the image").isNullOrEmpty();
        assertThat(Path.of("fresnel")).isExecutable();
        String[] ports = last("EXPOSE").split(" ", -1);
        assertThat(gateway.getPorts())
                .allSatisfy(port ->
                        assertThat(ports).contains(port.getContainerPort().toString()));
    }

    /** {@code $home/target/fresnel.jar} and what its manifest names beside it. */
    @Test
    void laysFilesWhereTheLauncherLooks() throws IOException {
        assertThat(Files.readString(Path.of("fresnel"))).contains("jar=$home/target/fresnel.jar");
        assertThat(all("COPY"))
                .contains(
                        "fresnel LICENSE /opt/fresnel/",
                        "conf /opt/fresnel/conf",
                        "--from=build /build/target/fresnel.jar /opt/fresnel/target/",
                        "--from=build /build/target/lib /opt/fresnel/target/lib");
        // With it the launcher would ask for Maven and a compiler.
        assertThat(instructions)
                .noneMatch(it ->
                        it.stage() == 1 && it.word().equals("COPY") && it.rest().contains("pom.xml"));
    }

    @Test
    void copiesWhatThereIs_andTheContextHasIt() throws IOException {
        List<String> context = Files.readAllLines(Path.of(".dockerignore"));
        for (String copy : all("COPY")) {
            if (copy.startsWith("--from=build ")) {
                continue;
            }
            String[] words = copy.split(" ", -1);
            for (String source : Arrays.copyOf(words, words.length - 1)) {
                assertThat(Path.of(source)).exists();
                assertThat(context).contains("!" + Path.of(source).getName(0));
            }
        }
        assertThat(context).contains("*").startsWith("# Everything but what the Dockerfile copies.");
    }

    @Test
    void hasNoSecretAndFetchesNothingButDependencies() {
        assertThat(all("ARG")).isEmpty();
        assertThat(all("ENV")).isEmpty();
        assertThat(all("ADD")).isEmpty();
        assertThat(all("RUN")).noneMatch(it -> it.contains("curl ") || it.contains("wget "));
    }
}

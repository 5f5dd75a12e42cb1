package dev.fresnel.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.tenant.Tenant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A config in a directory, one file per tenant. */
class TenantFilesTest {
    private static final String MAIN = "upstreams: { openai: { base-url: \"https://api.openai.com/v1\" } }\n";

    @TempDir
    private Path directory;

    @Test
    void tenantsComeFromFiles_inOrderOfTheirNames_behindThoseOfTheConfigFile() {
        write("fresnel.yaml", MAIN + "tenants: [{ id: first, keys: [k1] }]\n");
        write("tenants.d/b.yml", "id: third\nkeys: [k3]\n");
        write("tenants.d/a.yaml", "id: second\nkeys: [k2]\nroutes: [{ match: { model: \"gpt*\" }, mode: shadow }]\n");
        write("tenants.d/notes.txt", "no tenant");
        write("tenants.d/.hidden.yaml", "no tenant");

        GatewayConfig config = Configs.valid(load("fresnel.yaml"));

        assertThat(config.tenants())
                .extracting(tenant -> tenant.id().value())
                .containsExactly("first", "second", "third");
        assertThat(config.tenants().get(1).routes()).hasSize(1);
    }

    @Test
    void aDirectoryMayBeNamed_andTheConfigFileNeedsNoTenants() {
        write("fresnel.yaml", MAIN);
        write("tenants.d/acme.yaml", "id: acme\n");

        assertThat(Configs.valid(load("")).tenants()).extracting(Tenant::id).hasSize(1);
    }

    @Test
    void problemsNameTheirFile_andThePathWithinIt() {
        write("fresnel.yaml", MAIN + "tenants: [{ id: acme, keys: [k1] }]\nlimitz: {}\n");
        write(
                "tenants.d/a.yaml",
                "id: acme\nkeys: [k1]\nroutes:\n  - mode: off\n    match: { model: 7 }\n    arms: [nobody]\n");
        write("tenants.d/b.yaml", "id: b\nkeys: []\nupstream: nowhere\ncolour: blue\n");

        assertThat(problems(load("")))
                .containsExactly(
                        "fresnel.yaml:3:1 limitz: is not a key; did you mean \"limits\"?",
                        "tenants.d/a.yaml:1:5 id: is the id of tenants[0] too; give every tenant its own id",
                        "tenants.d/a.yaml:2:8 keys[0]: is the same key as tenants[0].keys[0]; a key opens exactly one tenant",
                        "tenants.d/a.yaml:6:12 routes[0].arms[0]: names the worker \"nobody\", which is not declared; arms are: direct",
                        "tenants.d/b.yaml:3:11 upstream: names the upstream \"nowhere\", which is not declared; upstreams are: openai",
                        "tenants.d/b.yaml:4:1 colour: is not a key; keys here are: id, keys, access, models, upstream, budget, limits, mode, smart, arms, rules, lens, learned,"
                                + " escalation, control-share, routes");
    }

    @Test
    void twoFilesThatQuarrel_nameEachOther() {
        write("fresnel.yaml", MAIN);
        write("tenants.d/a.yaml", "id: a\nkeys: [k]\n");
        write("tenants.d/b.yaml", "id: a\nkeys: [k]\n");

        assertThat(problems(load("")))
                .containsExactly(
                        "tenants.d/b.yaml:1:5 id: is the id of tenants.d/a.yaml too; give every tenant its own id",
                        "tenants.d/b.yaml:2:8 keys[0]: is the same key as tenants.d/a.yaml keys[0]; a key opens exactly one tenant");
    }

    @Test
    void everyFileIsLookedAt_whateverIsWrongWithAnother() {
        write("fresnel.yaml", MAIN + "tenants: [\n");
        write("tenants.d/a.yaml", "");
        write("tenants.d/b.yaml", "- id: b\n");
        write("tenants.d/c.yaml", "id: \"c\n");

        assertThat(problems(load("")))
                .hasSize(4)
                .anySatisfy(line -> assertThat(line).startsWith("fresnel.yaml:").contains("is not valid YAML"))
                .anySatisfy(line -> assertThat(line).startsWith("tenants.d/a.yaml: is empty"))
                .anySatisfy(line ->
                        assertThat(line).startsWith("tenants.d/b.yaml:1:1: must be one tenant: a block of keys"))
                .anySatisfy(
                        line -> assertThat(line).startsWith("tenants.d/c.yaml:").contains("is not valid YAML"));
    }

    @Test
    void noTenantAnywhereIsAProblem() throws IOException {
        write("fresnel.yaml", MAIN);
        Files.createDirectory(directory.resolve("tenants.d"));

        assertThat(problems(load(""))).singleElement().asString().contains("tenants: is required");
    }

    /** As Kubernetes mounts a ConfigMap: each name a link through {@code ..data} to the version in force. */
    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a privilege there")
    void mountedFilesAreReadFromOneVersion() throws IOException {
        write("..v1/fresnel.yaml", MAIN);
        write("..v1/tenants.d/acme.yaml", "id: acme\n");
        write("..v2/fresnel.yaml", MAIN);
        write("..v2/tenants.d/other.yaml", "id: other\n");
        link("..data", "..v1");
        link("fresnel.yaml", "..data/fresnel.yaml");
        link("tenants.d", "..data/tenants.d");
        List<String> before = ids();

        Files.delete(directory.resolve("..data"));
        link("..data", "..v2");

        assertThat(before).containsExactly("acme");
        assertThat(ids()).containsExactly("other");
    }

    private List<String> ids() {
        return Configs.valid(load("fresnel.yaml")).tenants().stream()
                .map(tenant -> tenant.id().value())
                .toList();
    }

    private ConfigResult load(String name) {
        return ConfigLoader.load(directory.resolve(name), Map.of());
    }

    private static List<String> problems(ConfigResult result) {
        return switch (result) {
            case ConfigResult.Valid _ -> List.of();
            case ConfigResult.Invalid invalid ->
                invalid.problems().stream()
                        .map(problem -> problem.describe(Path.of("fresnel.yaml")))
                        .toList();
        };
    }

    private void write(String name, String content) {
        try {
            Path file = directory.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, content);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void link(String name, String target) throws IOException {
        Files.createSymbolicLink(directory.resolve(name), Path.of(target));
    }
}

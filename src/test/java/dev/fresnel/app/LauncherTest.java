package dev.fresnel.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The launcher script in a house of its own: a copy of it, and JDKs and a Maven that only say what they were asked. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "a POSIX shell script")
class LauncherTest {
    /** {@code EX_UNAVAILABLE}: something the launcher needs is not there. */
    private static final int UNAVAILABLE = 69;

    private static final String TOOLS = "/usr/bin:/bin";

    @TempDir
    private Path house;

    @BeforeEach
    void copiesTheScript() throws IOException {
        Files.copy(Path.of("fresnel"), house.resolve("fresnel"));
        Files.createDirectories(house.resolve("src/main"));
        Files.createDirectories(house.resolve("jdks"));
        Files.writeString(house.resolve("pom.xml"), "<project/>");
    }

    private record Ended(int code, String out, String err) {}

    private Ended launch(Map<String, String> env, String... args) throws Exception {
        return launch(house.resolve("fresnel"), house, env, args);
    }

    private Ended launch(Path script, Path from, Map<String, String> env, String... args) throws Exception {
        Path out = Files.createTempFile(house, "out", "");
        Path err = Files.createTempFile(house, "err", "");
        List<String> command = new java.util.ArrayList<>(List.of("/bin/sh", script.toString()));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(from.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", house.resolve("bin") + ":" + tools());
        builder.environment().put("FRESNEL_JDK_FOLDERS", house.resolve("jdks").toString());
        builder.environment().putAll(env);
        Process process = builder.start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("the script ends").isTrue();
        return new Ended(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }

    /** The usual commands, but neither java nor mvn: wrappers of what the script needs, in a folder of their own. */
    private Path tools() throws IOException {
        Path folder = house.resolve("tools");
        if (!Files.exists(folder)) {
            Files.createDirectories(folder);
            for (String tool : List.of("dirname", "readlink", "sed", "head", "find", "touch", "cat", "printf")) {
                for (String place : TOOLS.split(":", -1)) {
                    Path real = Path.of(place, tool);
                    if (Files.isExecutable(real) && !Files.exists(folder.resolve(tool))) {
                        script(folder.resolve(tool), "exec " + real + " \"$@\"");
                    }
                }
            }
        }
        return folder;
    }

    private Path jdk(String folder, int version) throws IOException {
        Path home = house.resolve(folder);
        script(home.resolve("bin/java"), "echo \"java of " + folder + ": $*\"");
        script(home.resolve("bin/javac"), "echo javac " + version);
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + ".0.1\"\n");
        return home;
    }

    private static void script(Path file, String body) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private void jar(Instant builtAt) throws IOException {
        Path jar = house.resolve("target/fresnel.jar");
        Files.createDirectories(jar.getParent());
        Files.writeString(jar, "jar");
        Files.setLastModifiedTime(jar, FileTime.from(builtAt));
    }

    private void sources(Instant changedAt) throws IOException {
        Path source = house.resolve("src/main/A.java");
        Files.writeString(source, "class A {}");
        Files.setLastModifiedTime(source, FileTime.from(changedAt));
        Files.setLastModifiedTime(house.resolve("pom.xml"), FileTime.from(changedAt));
        Files.setLastModifiedTime(house.resolve("src/main"), FileTime.from(changedAt));
    }

    private void built() throws IOException {
        sources(Instant.parse("2026-01-01T00:00:00Z"));
        jar(Instant.parse("2026-01-02T00:00:00Z"));
    }

    @Test
    void saysInOneSentenceWhatIsMissing_whenThereIsNoJdk() throws Exception {
        Ended ended = launch(Map.of(), "--help");

        assertThat(ended.code()).isEqualTo(UNAVAILABLE);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err().strip())
                .startsWith("fresnel: needs a JDK 25 or newer and found none: install one")
                .contains("JAVA_HOME")
                .doesNotContain("\n");
    }

    @Test
    void passesOverOldJdks_whenNoneIsNewEnough() throws Exception {
        Path old = jdk("jdks/old", 17);

        Ended ended = launch(Map.of("JAVA_HOME", old.toString()), "version");

        assertThat(ended.code()).isEqualTo(UNAVAILABLE);
        assertThat(ended.err()).contains("needs a JDK 25");
    }

    @Test
    void handsTheArgumentsOn_whenAJdkLiesInAUsualFolder() throws Exception {
        built();
        jdk("jdks/a-old", 21);
        jdk("jdks/b-new", 26);

        Ended ended = launch(Map.of(), "explain", "--header", "x: y z");

        assertThat(ended.code()).as(ended.err()).isZero();
        assertThat(ended.out())
                .startsWith("java of jdks/b-new:")
                .contains("-jar " + house.toRealPath().resolve("target/fresnel.jar") + " explain --header x: y z")
                .contains("-Dvertx.disableDnsResolver=true", "-XX:+ExitOnOutOfMemoryError", "--enable-native-access");
        assertThat(ended.err()).isEmpty();
    }

    @Test
    void prefersJavaHome_thenThePath() throws Exception {
        built();
        Path home = jdk("jdks/home", 25);
        Path path = jdk("elsewhere", 25);
        Files.createDirectories(house.resolve("bin"));
        Files.createSymbolicLink(house.resolve("bin/java"), path.resolve("bin/java"));

        assertThat(launch(Map.of("JAVA_HOME", home.toString()), "version").out())
                .startsWith("java of jdks/home:");
        assertThat(launch(Map.of(), "version").out()).startsWith("java of elsewhere:");
    }

    @Test
    void worksFromAnywhere_throughASymbolicLink() throws Exception {
        built();
        jdk("jdks/one", 25);
        Path other = Files.createDirectories(house.resolve("other/place"));
        Path link = Files.createSymbolicLink(other.resolve("fresnel-link"), Path.of("../../fresnel"));

        Ended ended = launch(link, other, Map.of(), "version");

        assertThat(ended.out())
                .contains(house.toRealPath().resolve("target/fresnel.jar").toString());
    }

    @Test
    void addsTheUsersOptionsLast() throws Exception {
        built();
        jdk("jdks/one", 25);

        Ended ended = launch(Map.of("FRESNEL_JAVA_OPTS", "-Xmx2g -Da=b"), "version");

        assertThat(ended.out()).contains("-Xmx2g -Da=b -jar");
    }

    @Test
    void saysThatMavenIsMissing_whenItMustBuild() throws Exception {
        jdk("jdks/one", 25);

        Ended ended = launch(Map.of(), "version");

        assertThat(ended.code()).isEqualTo(UNAVAILABLE);
        assertThat(ended.err().strip())
                .contains("needs Maven", "no build yet", "install it")
                .doesNotContain("\n");
    }

    @Test
    void buildsQuietlyOnce_whenSourcesAreNewer() throws Exception {
        jdk("jdks/one", 25);
        jar(Instant.parse("2026-01-01T00:00:00Z"));
        sources(Instant.parse("2026-01-02T00:00:00Z"));
        script(house.resolve("bin/mvn"), "echo \"$*\" >> built; echo noise");

        Ended first = launch(Map.of(), "version");
        Ended second = launch(Map.of(), "version");

        assertThat(first.code()).as(first.err()).isZero();
        assertThat(first.err().strip())
                .contains("sources are newer", "building")
                .doesNotContain("\n", "noise");
        assertThat(second.err()).isEmpty();
        assertThat(Files.readAllLines(house.resolve("built")))
                .singleElement()
                .asString()
                .contains("package");
    }

    @Test
    void showsWhatMavenSaid_whenTheBuildFails() throws Exception {
        jdk("jdks/one", 25);
        script(house.resolve("bin/mvn"), "echo 'ERROR: line 7'; exit 1");

        Ended ended = launch(Map.of(), "version");

        assertThat(ended.code()).isEqualTo(UNAVAILABLE);
        assertThat(ended.err()).contains("ERROR: line 7", "the build failed");
        assertThat(ended.out()).isEmpty();
    }
}

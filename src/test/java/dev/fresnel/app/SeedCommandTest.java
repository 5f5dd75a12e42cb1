package dev.fresnel.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** H23 from the command line: rows are checked, added to the config's file, and exported again. */
class SeedCommandTest {
    @TempDir
    private Path folder;

    private Path file(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.writeString(file, text);
        return file;
    }

    private String config(String coldStart) throws IOException {
        return file("fresnel.yaml", """
                upstreams: { up: { base-url: "https://up.example/v1" } }
                models:
                  strong: { upstream: up, tier: large, price: { input: 2, cached-input: 1, output: 10 } }
                  cheap: { upstream: up, tier: small, price: { input: 1, cached-input: 1, output: 1 } }
                workers: { fast: { model: cheap, lens: false } }
                tenants: [{ id: acme, mode: adaptive, arms: [direct, fast], routes: [{ match: { model: strong } }] }]
                %s
                """.formatted(coldStart)).toString();
    }

    private static String row(String id, String dispatch, boolean succeeded) {
        return "{\"schema\":1,\"id\":\"" + id + "\",\"source\":\"test\",\"features\":{\"task_kind\":\"debug\","
                + "\"rough_token_estimate\":700,\"parent_model_tier\":\"large\"},\"dispatch\":" + dispatch
                + ",\"wall_time\":2,\"succeeded\":" + succeeded + "}\n";
    }

    @Test
    void saysWhatRowsWouldBeUsedFor_andWritesNothing() throws IOException {
        Path rows = file(
                "rows.jsonl",
                row("a", "[\"delegate\",\"fast\"]", true)
                        + row("b", "[\"delegate\",\"fast\"]", false)
                        + row("c", "[\"delegate\",\"other\"]", true)
                        + row("a", "[\"local\",null]", true));
        Shell shell = Shell.run("seed", "--check", "--from", rows.toString(), "-c", config(""));

        assertThat(shell.code()).as(shell.err()).isZero();
        assertThat(shell.out())
                .contains("3 rows, 0 bad lines, 1 duplicate", "used 2, 1 with an arm that no route")
                .containsPattern("acme/strong +debug/512/large +fast +2 +0\\.50 +0 +2000");
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("rows.jsonl", "fresnel.yaml");
    }

    @Test
    void addsWhatIsNew_toTheFileThatTheConfigNames() throws IOException {
        Path target = folder.resolve("prior.jsonl");
        String config = config("policy: { cold-start: { seed-from: \"" + target + "\" } }");
        Path first = file("first.jsonl", row("a", "[\"local\",null]", true));
        Path second = file("second.jsonl", row("a", "[\"local\",null]", false) + row("b", "[\"local\",null]", true));

        assertThat(Shell.run("seed", "--from", first.toString(), "-c", config).out())
                .contains("1 row added, 1 in all");
        assertThat(Shell.run("seed", "--from", second.toString(), "-c", config).out())
                .contains("1 row added, 2 in all");

        assertThat(Files.readAllLines(target)).hasSize(2);
        assertThat(Files.readString(target))
                .as("what was there first stands")
                .contains("\"id\":\"a\"", "\"succeeded\":true")
                .doesNotContain("\"succeeded\":false");
    }

    @Test
    void endsWith1_whenALineIsBad_andNamesIt() throws IOException {
        Path rows = file("rows.jsonl", row("a", "[\"local\",null]", true) + "{\"schema\":1}\n");
        Shell shell = Shell.run("seed", "--from", rows.toString());

        assertThat(shell.code()).isEqualTo(ExitCode.PROBLEM);
        assertThat(shell.out()).contains("1 row, 1 bad line");
        assertThat(shell.err()).contains("skipped line 2: 'id' is missing");
    }

    @Test
    void refusesWhatCannotBeDone() throws IOException {
        Path rows = file("rows.jsonl", row("a", "[\"local\",null]", true));
        Shell nowhere = Shell.run("seed", "--from", rows.toString(), "-c", config(""));
        assertThat(nowhere.code()).isEqualTo(ExitCode.USAGE);
        assertThat(nowhere.err()).contains("policy.cold-start.seed-from", "--check");

        Shell absent = Shell.run("seed", "--from", folder.resolve("none").toString());
        assertThat(absent.code()).isEqualTo(ExitCode.PROBLEM);
        assertThat(absent.err()).contains("cannot be read");

        Path damaged = file("prior.jsonl", "garbage\n");
        Shell kept = Shell.run(
                "seed",
                "--from",
                rows.toString(),
                "-c",
                config("policy: { cold-start: { seed-from: \"" + damaged + "\" } }"));
        assertThat(kept.code()).isEqualTo(ExitCode.PROBLEM);
        assertThat(kept.err()).contains("mend it first");
        assertThat(Files.readString(damaged)).isEqualTo("garbage\n");
    }

    @Test
    void exportsALog_onceForEachDecision() throws IOException {
        String line =
                "{\"v\":1,\"id\":\"r1\",\"t\":1764000000.250,\"tenant\":\"acme\",\"conversation\":\"r1\",\"population\":\"acme/strong\","
                        + "\"task\":\"debug/512/large\",\"leaf\":\"acme/0123456789abcdef\",\"arms\":[\"direct\",\"fast\"],\"p\":[0.2,0.8],"
                        + "\"arm\":\"fast\",\"cost_expected_usd\":[0.01,0.001],\"cost_usd\":0.0012,\"input_tokens\":20,\"output_tokens\":600,"
                        + "\"wall_time_ms\":4100,\"turns\":1,\"outcomes\":[%s],\"why\":\"x\"}\n";
        Path log = file(
                "decisions.jsonl",
                line.formatted("{\"signal\":\"clean\",\"y\":1.0,\"w\":0.15,\"t\":1764000600}")
                        + line.formatted("{\"signal\":\"feedback\",\"y\":0.25,\"w\":1.0,\"t\":1764003000}")
                        + line.formatted("").replace("\"r1\"", "\"r2\"").replace("debug/512/large", "in64"));
        Path out = folder.resolve("rows.jsonl");

        Shell shell = Shell.run("export", "--log", log.toString(), "--out", out.toString());

        assertThat(shell.code()).as(shell.err()).isZero();
        assertThat(Files.readAllLines(out))
                .containsExactly(
                        "{\"schema\":1,\"id\":\"acme/r1\",\"source\":\"fresnel decision log\",\"features\":{\"task_kind\":\"debug\","
                                + "\"repo_fingerprint\":\"0123456789abcdef\",\"rough_token_estimate\":512,\"rough_input_tokens\":null,"
                                + "\"parent_model_tier\":\"large\"},\"dispatch\":[\"delegate\",\"fast\"],\"wall_time_ms\":4100,"
                                + "\"cost_tokens\":620,\"cost_usd\":0.0012,\"succeeded\":false,\"score\":0.25,\"weight\":1.0,"
                                + "\"strategy\":null,\"observed_at\":\"2025-11-24T16:00:00.250Z\"}",
                        "{\"schema\":1,\"id\":\"acme/r2\",\"source\":\"fresnel decision log\",\"features\":{\"task_kind\":null,"
                                + "\"repo_fingerprint\":\"0123456789abcdef\",\"rough_token_estimate\":null,\"rough_input_tokens\":64,"
                                + "\"parent_model_tier\":null},\"dispatch\":[\"delegate\",\"fast\"],\"wall_time_ms\":4100,"
                                + "\"cost_tokens\":620,\"cost_usd\":0.0012,\"succeeded\":null,\"weight\":1.0,"
                                + "\"strategy\":null,\"observed_at\":\"2025-11-24T16:00:00.250Z\"}");
        assertThat(Shell.run("seed", "--from", out.toString()).code())
                .as("what export writes, seed reads")
                .isZero();
    }

    @Test
    void exportEndsWith1_whenThereIsNothingOrSomethingBad() throws IOException {
        assertThat(Shell.run("export", "--log", folder.resolve("none").toString())
                        .code())
                .isEqualTo(ExitCode.PROBLEM);
        Shell bad = Shell.run(
                "export", "--log", file("log", "garbage\n{\"tenant\":\"a\"}\n").toString());
        assertThat(bad.code()).isEqualTo(ExitCode.PROBLEM);
        assertThat(bad.err()).contains("skipped line 1: not JSON", "skipped line 2:", "0 rows, 2 bad lines");
    }
}

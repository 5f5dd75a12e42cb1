package dev.fresnel.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code fresnel replay} as a user meets it, on small files written here. */
class ReplayCommandTest {
    @TempDir
    private Path folder;

    @Test
    void runPrintsEveryRule_andWritesTableAndCurves() throws IOException {
        data(300);
        Path csv = folder.resolve("table.csv");
        Path svg = folder.resolve("regret.svg");
        Path png = folder.resolve("regret.png");

        Shell shell = Shell.run(
                "replay",
                "run",
                "--set",
                "routellm-mmlu",
                "--rule",
                "ucb,thompson",
                "--seeds",
                "2",
                "--data",
                folder.toString(),
                "--csv",
                csv.toString(),
                "--svg",
                svg.toString(),
                "--png",
                png.toString());

        assertThat(shell.code()).as(shell.err()).isEqualTo(ExitCode.OK);
        assertThat(shell.out())
                .contains(
                        "routellm-mmlu: 300 rows", "ucb ", "thompson ", "beta-thompson", "litellm-rule", "task-oracle");
        assertThat(shell.err()).contains("skipped mmlu_responses_all.csv:302", "1 line skipped");
        assertThat(Files.readString(csv)).startsWith("rule,capture %").contains("always-cheap");
        assertThat(svg).isNotEmptyFile();
        assertThat(png).isNotEmptyFile();
    }

    @Test
    void endsWith2_whenTheDataIsAbsent() {
        for (String[] line : new String[][] {
            {
                "replay",
                "run",
                "--set",
                "routellm-mmlu",
                "--data",
                folder.resolve("nowhere").toString()
            },
            {"replay", "run", "--set", "routellm-mmlu", "--data", folder.toString()},
            {"replay", "proof", "P1", "--data", folder.toString()},
        }) {
            Shell shell = Shell.run(line);

            assertThat(shell.code()).isEqualTo(ExitCode.USAGE);
            assertThat(shell.err()).contains("--data DIR").doesNotContain("Exception");
        }
    }

    @Test
    void endsWith1_whenATargetIsMissed() throws IOException {
        data(60);

        Shell shell = Shell.run(
                "replay", "proof", "p1", "--alone", "--rule", "off", "--seeds", "2", "--data", folder.toString());

        assertThat(shell.code()).isEqualTo(ExitCode.PROBLEM);
        assertThat(shell.out()).contains("P1, dense tasks", "MISSED", ">= 60.0", "P1 FALLS SHORT", "beta-thompson");
    }

    @Test
    void endsWith1_whenTheTableCannotBeWritten() throws IOException {
        data(60);

        Shell shell = Shell.run(
                "replay",
                "run",
                "--set",
                "routellm-mmlu",
                "--rule",
                "ucb",
                "--seeds",
                "2",
                "--data",
                folder.toString(),
                "--csv",
                folder.resolve("nowhere/table.csv").toString());

        assertThat(shell.code()).isEqualTo(ExitCode.PROBLEM);
        assertThat(shell.err()).contains("table.csv cannot be written");
    }

    @ParameterizedTest
    @CsvSource({"run, 0 1 2", "proof, 0 1 2", "log, 0 1 2", "'', 2"})
    void helpListsHowItCanEnd(String command, String codes) {
        Shell shell = command.isEmpty() ? Shell.run("replay", "--help") : Shell.run("replay", command, "--help");

        String listed = shell.out().substring(shell.out().indexOf("Exit codes:"));
        assertThat(listed.lines()
                        .map(line -> line.replaceFirst("^ +([0-9]+) .*", "$1"))
                        .filter(line -> line.matches("[0-9]+")))
                .containsExactly(codes.split(" "));
    }

    @Test
    void endsWith2_whenUsedWrongly() {
        assertThat(wrong("replay")).contains("name a command");
        assertThat(wrong("replay", "proof", "P99")).contains("P1, P2, P3");
        assertThat(wrong("replay", "proof", "P1", "--seeds", "1")).contains("--seeds is 2 to");
        assertThat(wrong("replay", "proof", "P1", "--rule", "magic")).contains("no rule is called 'magic'");
        assertThat(wrong("replay", "run", "--set", "nosuch"))
                .contains("no data set is called 'nosuch'", "paretobandit-llama");
        assertThat(wrong("replay", "run", "--set", "routellm-mmlu", "--rule", "magic"))
                .contains("kl-ucb");
        assertThat(wrong("replay", "run", "--set", "routellm-mmlu", "--passes", "0"))
                .contains("--passes is 1 to");
        assertThat(wrong("replay", "log", folder.resolve("none.jsonl").toString()))
                .contains("no file");
    }

    @Test
    void judgesPoliciesOnALog() throws IOException {
        Path log = folder.resolve("decisions.jsonl");
        Files.writeString(log, log(400));
        Path csv = folder.resolve("log.csv");

        Shell shell = Shell.run(
                "replay",
                "log",
                log.toString(),
                "--policy",
                "always:direct,always:fast,uniform,rule:ucb",
                "--csv",
                csv.toString());

        assertThat(shell.code()).as(shell.err()).isEqualTo(ExitCode.OK);
        assertThat(shell.out())
                .contains("402 rows, 1 lines skipped; used 400 rows of 200 conversations")
                .contains("left out: 0.2 % of decisions with probability 1, 1 inherited turns, 0 without an outcome")
                .contains("always direct", "always fast", "uniform", "rule ucb");
        assertThat(shell.err()).contains("skipped line 403: not a JSON object");
        assertThat(Files.readAllLines(csv)).hasSize(5);

        Shell typo = Shell.run("replay", "log", log.toString(), "--policy", "always:fats");
        assertThat(typo.code()).isEqualTo(ExitCode.PROBLEM);
        assertThat(typo.err()).contains("no decision had an arm 'fats'; it has direct, fast");
    }

    @Test
    void refusesALog_thatSaysNothing() throws IOException {
        Path log = folder.resolve("forced.jsonl");
        Files.writeString(log, row("a", 1, 0, "[{\"y\":1}]", false));

        Shell shell = Shell.run("replay", "log", log.toString());

        assertThat(shell.code()).isEqualTo(ExitCode.PROBLEM);
        assertThat(shell.err()).contains("no row of the log can be used", "1 of them with probability 1");
        assertThat(wrong("replay", "log", log.toString(), "--policy", "never")).contains("always:ARM", "ucb, ucb1");
    }

    private String wrong(String... line) {
        Shell shell = Shell.run(line);
        assertThat(shell.code()).as(shell.err()).isEqualTo(ExitCode.USAGE);
        return shell.err();
    }

    private void data(int rows) throws IOException {
        StringBuilder csv =
                new StringBuilder("domain,prompt,mistralai/Mixtral-8x7B-Instruct-v0.1,gpt-4-1106-preview\n");
        SplittableRandom chance = new SplittableRandom(1);
        for (int i = 0; i < rows; i++) {
            csv.append("subject").append(i % 3).append(",question ").append(i).append(',');
            csv.append(chance.nextInt(10) < 6 ? "True" : "False").append(',');
            csv.append(chance.nextInt(10) < 8 ? "True" : "False").append('\n');
        }
        csv.append("subject,broken,maybe,True\n");
        Files.createDirectories(folder.resolve("routellm"));
        Files.writeString(folder.resolve("routellm/mmlu_responses_all.csv"), csv);
    }

    private String log(int count) {
        StringBuilder lines = new StringBuilder();
        SplittableRandom chance = new SplittableRandom(2);
        for (int i = 0; i < count; i++) {
            boolean direct = chance.nextInt(2) == 0;
            lines.append(row("c" + i / 2, 0.5, direct ? 0 : 1, "[{\"y\":" + (direct ? 1 : 0) + "}]", false));
        }
        return lines + row("x", 1, 0, "[{\"y\":1}]", false) + row("c0", 0.5, 0, "[]", true) + "[]\n";
    }

    private int rows;

    private String row(String conversation, double direct, int arm, String outcomes, boolean inherited) {
        return "{\"v\":1,\"id\":\"r" + rows++ + "\",\"t\":1764000000,\"tenant\":\"t\",\"conversation\":\""
                + conversation
                + "\",\"task\":\"chat\",\"arms\":[\"direct\",\"fast\"],\"p\":[" + direct + "," + (1 - direct)
                + "],\"arm\":\""
                + (arm == 0 ? "direct" : "fast") + "\",\"cost_expected_usd\":[0.01,0.001],\"inherited\":" + inherited
                + ",\"outcomes\":" + outcomes + "}\n";
    }
}

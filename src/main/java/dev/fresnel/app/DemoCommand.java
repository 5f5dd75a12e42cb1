package dev.fresnel.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code fresnel demo}: shows a task delegated through a lens, without a key, and keeps serving. */
@Command(
        name = "demo",
        description = {
            "Shows what Fresnel does, without a key, and keeps serving.",
            "Starts two stand-in upstreams and a gateway in this process, sends one task twice and some small talk,",
            "and prints what became of them."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:shown, or stopped", "1:something was not as it was to be", "2:wrong use"})
final class DemoCommand implements Callable<Integer> {
    private static final int USUAL_PORT = 8080;
    /** Where other commands look for an admin listener. */
    private static final int USUAL_ADMIN_PORT = 9090;

    private static final double DEFAULT_SPEED = 4;

    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Option(
            names = {"-p", "--port"},
            paramLabel = "PORT",
            description = "Where the gateway listens on 127.0.0.1. Unset: 8080, or any free port when that is taken.")
    private int port = -1;

    @Option(names = "--exit", description = "End after the table: with 1 when it does not show what it is to show.")
    private boolean exit;

    @Option(
            names = "--speed",
            paramLabel = "FACTOR",
            description = "How much faster than real models the stand-ins are (default 4).")
    private double speed = DEFAULT_SPEED;

    DemoCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (port < -1 || port > 65_535) {
            throw new ParameterException(spec.commandLine(), "--port " + port + " is no port; give 0 (any) to 65535");
        }
        if (!(speed > 0)) {
            throw new ParameterException(
                    spec.commandLine(), "--speed " + speed + " is no speed; give a number above 0");
        }
        Path config = Path.of(System.getProperty("fresnel.home", ""), "conf", "demo.yaml");
        Demo demo = Demo.start(new Demo.Setup(config, dataPort(), adminPort(), speed), terminal);
        terminal.out()
                .println("Two stand-in models (no real ones; " + speed
                        + " times their usual pace) and a gateway are running." + " Sending three requests to "
                        + Demo.MODEL + " ...");
        terminal.out()
                .println("The models: " + Demo.MODEL + " at " + demo.smartUrl() + ", " + Demo.CHEAP_MODEL + " at "
                        + demo.cheapUrl() + ".");
        List<String> missing = show(demo);
        if (exit || !missing.isEmpty()) {
            Waiting.startOf("the demo", demo.close());
            return missing.isEmpty() ? ExitCode.OK : ExitCode.PROBLEM;
        }
        invite(demo);
        RunningUntilStopped.serve(terminal, demo::close);
        return ExitCode.OK;
    }

    private List<String> show(Demo demo) {
        DemoReport report = demo.run();
        terminal.out().println();
        report.table().forEach(terminal.out()::println);
        terminal.out().println();
        List<String> missing = report.missing();
        if (missing.isEmpty()) {
            report.summary().forEach(terminal.out()::println);
        }
        missing.forEach(problem -> terminal.err().println("fresnel: " + problem));
        return missing;
    }

    private void invite(Demo demo) {
        String base = "http://127.0.0.1:" + demo.dataPort() + "/v1";
        PrintWriter out = terminal.out();
        out.println();
        out.println("It goes on serving; Ctrl-C stops it. Try:");
        out.println();
        out.println("  curl -si " + base + "/chat/completions -H 'content-type: application/json' \\");
        out.println("    -d '{\"model\":\"" + Demo.MODEL + "\",\"messages\":[{\"role\":\"user\",\"content\":"
                + "\"Write unit tests for 6 services: cart, stock, tax, mail, login, search\"}]}'");
        out.println();
        out.println("  from openai import OpenAI");
        out.println("  client = OpenAI(base_url=\"" + base + "\", api_key=\"unused\")");
        out.println("  messages = [{\"role\": \"user\", \"content\": \"Hello\"}]");
        out.println("  print(client.chat.completions.create(model=\"" + Demo.MODEL
                + "\", messages=messages).choices[0].message.content)");
        out.println();
        out.println("  import OpenAI from 'openai';");
        out.println("  const client = new OpenAI({ baseURL: '" + base + "', apiKey: 'unused' });");
        out.println("  const messages = [{ role: 'user', content: 'Hello' }];");
        out.println("  console.log((await client.chat.completions.create({ model: '" + Demo.MODEL
                + "', messages })).choices[0].message.content);");
        out.println();
        String admin = "http://127.0.0.1:" + demo.adminPort();
        out.println("  Console: " + admin + "/console/");
        out.println("  Events:  " + admin + "/admin/events");
        out.println("  Metrics: " + admin + "/metrics");
        out.println("  Savings: ./fresnel report --admin " + admin);
    }

    private int dataPort() {
        if (port >= 0) {
            return port;
        }
        return exit ? 0 : free(USUAL_PORT).orElse(0);
    }

    private int adminPort() {
        return exit ? 0 : free(USUAL_ADMIN_PORT).orElse(0);
    }

    /** The port while nobody has it. Whoever takes it in between makes the start fail with a clear message. */
    private static OptionalInt free(int port) {
        try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return OptionalInt.of(probe.getLocalPort());
        } catch (IOException taken) {
            return OptionalInt.empty();
        }
    }
}

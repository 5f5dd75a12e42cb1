package dev.fresnel.app;

import dev.fresnel.config.ConfigResult;
import dev.fresnel.config.GatewayConfig;
import dev.fresnel.config.HostPort;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fresnel serve}: a gateway until it is stopped. Events go to standard output as JSON lines, everything else to standard error. */
@Command(
        name = "serve",
        description = "Serves with a config file until stopped. Events go to standard output, one JSON object a line.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:stopped by SIGTERM or Ctrl-C",
            "1:the config has mistakes, a port or the store is taken, or the decision log cannot be written",
            "2:wrong use"
        })
final class ServeCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ConfigFileOption config = new ConfigFileOption();

    @Option(
            names = "--no-reload",
            description = "Keeps the config as it is at the start, whatever becomes of its files.")
    private boolean noReload;

    ServeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        ConfigWatch files = new ConfigWatch(config.file(), terminal.env());
        ConfigResult read = files.read();
        GatewayConfig valid = ConfigFileOption.orExplain(read, config.file(), terminal);
        Gateway gateway = Waiting.startOf("the gateway", Gateway.start(valid, terminal.log()));
        gateway.configWarned(read.warnings());
        if (!noReload) {
            gateway.watch(files);
        }
        HostPort data = valid.listen().data();
        HostPort admin = valid.listen().admin();
        String probes = gateway.probesPort()
                .map(port -> ", probes http://"
                        + new HostPort(valid.listen().probes().orElseThrow().host(), port))
                .orElse("");
        terminal.err()
                .println("fresnel " + Version.text() + ": serving http://"
                        + new HostPort(data.host(), gateway.dataPort())
                        + "/v1, admin http://" + new HostPort(admin.host(), gateway.adminPort()) + probes + ", config "
                        + config.file() + "; Ctrl-C stops");
        RunningUntilStopped.serve(terminal, gateway::close);
        return ExitCode.OK;
    }
}

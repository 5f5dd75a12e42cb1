package dev.fresnel.app;

import dev.fresnel.config.RedisAddress;
import dev.fresnel.replay.proof.SharedStores;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The store that replicas share in a proof. Filled by picocli before the command runs. */
final class ProofStoresOption {
    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Option(
            names = "--redis",
            paramLabel = "URL",
            description =
                    "A Redis without a password that the replicas of P4, P9 and P15 share, for example redis://127.0.0.1:6379."
                            + " Only keys of the proof's own are written, and removed. Default: an embedded store in a temporary folder, and of P9 only what one process does.")
    private @Nullable String redis;

    SharedStores open() {
        String url = redis;
        return url == null ? ProofStores.embedded() : ProofStores.redis(address(url));
    }

    private RedisAddress address(String url) {
        try {
            RedisAddress address = RedisAddress.of(url);
            if (address.kind() == RedisAddress.Kind.CLUSTER) {
                throw new ParameterException(spec.commandLine(), "--redis is one server, or Sentinels");
            }
            return address;
        } catch (IllegalArgumentException bad) {
            throw new ParameterException(spec.commandLine(), "--redis " + bad.getMessage());
        }
    }
}

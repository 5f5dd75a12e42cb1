package dev.fresnel.app;

import dev.fresnel.chat.JsonText;
import dev.fresnel.config.GatewayConfig;
import dev.fresnel.policy.Policy;
import dev.fresnel.seed.ColdStart;
import dev.fresnel.seed.SeedFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * What the policy was started from: {@code policy.cold-start.seed-from}, read once. A file that is absent or unreadable is told about, and
 * nothing else comes of it.
 */
record Seeding(Optional<Path> file, Optional<SeedFile> read, ColdStart.Counts counts) {
    private static final ColdStart.Counts NOTHING = new ColdStart.Counts(0, 0, 0);

    /** No file is named. */
    static final Seeding NONE = new Seeding(Optional.empty(), Optional.empty(), NOTHING);

    /** Reads the file and tells the policy; blocks. */
    static Seeding of(GatewayConfig config, Policy policy) {
        if (config.seedFrom().isEmpty()) {
            return NONE;
        }
        Path path = config.seedFrom().get();
        try {
            SeedFile file = SeedFile.read(path);
            Instant now = SystemTime.clock().instant();
            ColdStart start = start(file, config, now);
            if (config.policy().warmStart().mass() > 0) {
                start.tell(policy, now);
            }
            file.problems().forEach(problem -> warn(path + ": skipped " + problem));
            if (start.counts().unknownArms() > 0) {
                warn(path + ": " + start.counts().unknownArms()
                        + " rows have an arm that no route in a learned mode has; they count for nothing");
            }
            return new Seeding(Optional.of(path), Optional.of(file), start.counts());
        } catch (IOException | RuntimeException unreadable) {
            // Our bugs among them: no row is worth a gateway that does not start.
            warn("policy.cold-start.seed-from: " + path + " cannot be read (" + unreadable
                    + "); the policy starts without rows");
            return new Seeding(Optional.of(path), Optional.empty(), NOTHING);
        }
    }

    static ColdStart start(SeedFile file, GatewayConfig config, Instant now) {
        return ColdStart.of(
                file, config.tenants(), config.models(), config.policy().memory(), now);
    }

    private static void warn(String message) {
        System.getLogger("fresnel").log(System.Logger.Level.WARNING, message);
    }

    /** For {@code /admin/status}. */
    String json() {
        return "{\"seed_from\":"
                + file.map(Path::toString).map(JsonText::quote).orElse("null")
                + ",\"read\":" + read.isPresent()
                + ",\"rows\":" + read.map(found -> found.rows().size()).orElse(0)
                + ",\"used\":" + counts.used()
                + ",\"unknown_arms\":" + counts.unknownArms()
                + ",\"elsewhere\":" + counts.elsewhere()
                + ",\"duplicates\":" + read.map(SeedFile::duplicates).orElse(0)
                + ",\"bad_lines\":" + read.map(SeedFile::badLines).orElse(0) + "}";
    }
}

package dev.fresnel.app;

import dev.fresnel.config.ConfigLoader;
import dev.fresnel.config.ConfigResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Looks once a second whether the files of a config have changed, and reads them anew when they have come to rest: an editor may write a
 * file in parts, and Kubernetes swaps all of them at once. Looks instead of being notified: that is the same on every file system, network
 * ones included, and costs a few system calls. Not thread-safe: {@link #read} first, then given to a gateway.
 */
public final class ConfigWatch {
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final String UNKNOWN = "";

    private final Path named;
    private final Map<String, String> env;
    private final AtomicBoolean looking = new AtomicBoolean();

    /** Of what is in force or was rejected; one look after another uses these. */
    private Set<Path> secrets = Set.of();

    private String known = UNKNOWN;
    private String seen = UNKNOWN;

    /** @param named the config file or its directory */
    public ConfigWatch(Path named, Map<String, String> env) {
        this.named = named;
        this.env = env;
    }

    Path file() {
        return ConfigLoader.mainFile(named);
    }

    /** What the files say now: only what changes after this is news. Before {@link #start}, or by one look after another. */
    public ConfigResult read() {
        String before = stampOf(ConfigLoader.files(named));
        ConfigResult result = ConfigLoader.load(named, env, SystemTime.clock().instant());
        secrets = result.secretFiles();
        // What changed while it was read is read again.
        known = before + stampOf(secrets);
        seen = known;
        return result;
    }

    /** @param changed told what the files say when they have changed, valid or not, on a worker thread */
    void start(Vertx vertx, Consumer<ConfigResult> changed, Closing closing) {
        long timer = vertx.setPeriodic(EVERY.toMillis(), _ -> lookOn(vertx, changed));
        closing.later("config watch", () -> {
            vertx.cancelTimer(timer);
            return Future.succeededFuture();
        });
    }

    private void lookOn(Vertx vertx, Consumer<ConfigResult> changed) {
        if (looking.compareAndSet(false, true)) {
            vertx.executeBlocking(() -> {
                        look(changed);
                        return true;
                    })
                    .onFailure(bug -> System.getLogger("fresnel")
                            .log(System.Logger.Level.ERROR, "the config files could not be looked at", bug))
                    .onComplete(_ -> looking.set(false));
        }
    }

    private void look(Consumer<ConfigResult> changed) {
        String now = stamp();
        boolean isAtRest = now.equals(seen);
        seen = now;
        if (isAtRest && !now.equals(known)) {
            changed.accept(read());
        }
    }

    private String stamp() {
        return stampOf(ConfigLoader.files(named)) + stampOf(secrets);
    }

    /** Another one when a file's content may be another one. */
    private static String stampOf(Set<Path> files) {
        StringBuilder stamp = new StringBuilder();
        for (Path file : new TreeSet<>(files)) {
            stamp.append(file).append(' ').append(stampOf(file)).append('\n');
        }
        return stamp.toString();
    }

    private static String stampOf(Path file) {
        try {
            BasicFileAttributes known = Files.readAttributes(file, BasicFileAttributes.class);
            return known.fileKey() + " " + known.size() + " " + known.lastModifiedTime();
        } catch (IOException absent) {
            return "absent";
        }
    }
}

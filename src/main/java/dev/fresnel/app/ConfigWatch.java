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
 * ones included, and costs a few system calls.
 */
final class ConfigWatch {
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final String UNKNOWN = "";

    private final Path named;
    private final Map<String, String> env;
    private final Consumer<ConfigResult> changed;
    private final AtomicBoolean looking = new AtomicBoolean();

    /** Of what is in force or was rejected; one look after another uses these. */
    private Set<Path> secrets;

    private String known;
    private String seen;

    private ConfigWatch(Path named, Map<String, String> env, ConfigResult first, Consumer<ConfigResult> changed) {
        this.named = named;
        this.env = env;
        this.changed = changed;
        this.secrets = first.secretFiles();
        this.known = stamp();
        this.seen = known;
    }

    /**
     * @param named the config file or its directory
     * @param first what it said when it was read at start; changes made since are found at the first look that differs
     * @param changed told what the files say now, valid or not, on a worker thread
     */
    static void start(
            Vertx vertx,
            Path named,
            Map<String, String> env,
            ConfigResult first,
            Consumer<ConfigResult> changed,
            Closing closing) {
        ConfigWatch watch = new ConfigWatch(named, env, first, changed);
        long timer = vertx.setPeriodic(EVERY.toMillis(), _ -> watch.lookOn(vertx));
        closing.later("config watch", () -> {
            vertx.cancelTimer(timer);
            return Future.succeededFuture();
        });
    }

    private void lookOn(Vertx vertx) {
        if (looking.compareAndSet(false, true)) {
            vertx.executeBlocking(() -> {
                        look();
                        return true;
                    })
                    .onFailure(bug -> System.getLogger("fresnel")
                            .log(System.Logger.Level.ERROR, "the config files could not be looked at", bug))
                    .onComplete(_ -> looking.set(false));
        }
    }

    private void look() {
        String now = stamp();
        boolean isAtRest = now.equals(seen);
        seen = now;
        if (!isAtRest || now.equals(known)) {
            return;
        }
        String before = stampOf(ConfigLoader.files(named));
        ConfigResult result = ConfigLoader.load(named, env);
        secrets = result.secretFiles();
        // What changed while it was read is read again.
        known = before.equals(stampOf(ConfigLoader.files(named))) ? stamp() : UNKNOWN;
        seen = known;
        changed.accept(result);
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

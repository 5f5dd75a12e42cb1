package dev.fresnel.store.embedded;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.StringDataType;

/**
 * One key-value file, {@code fresnel.mv}, that the ports of this package share. Survives {@code kill -9}: what was written up to the
 * last commit is there again. Writes are committed and synced together, at most {@link #COMMIT_EVERY} later, on {@link #flush}
 * and on {@link #close}.
 *
 * <p>Every access runs in order on one worker thread of its own; no method blocks its caller, all are thread-safe. What goes wrong:
 *
 * <ul>
 *   <li>file torn or corrupt at opening: renamed, an empty one started, {@link StoreProblem.Quarantined};
 *   <li>directory or file not writable, or the disk full, at opening or later: everything readable is taken into memory, which serves
 *       from then on, {@link StoreProblem.NotWritable}, and {@link #droppedWrites} counts what a restart will miss;
 *   <li>file open in another process: opening fails with {@link StoreLockedException}.
 * </ul>
 *
 * The opener owns the store and closes it.
 */
public final class EmbeddedStore {
    /** Most that a crash can lose. */
    public static final Duration COMMIT_EVERY = Duration.ofMillis(250);

    static final String FILE_NAME = "fresnel.mv";

    /*
     * Why commits are ours and not MVStore's: its background writer commits without telling anybody when, and a failed
     * background write closes the store under its readers. Here one thread does everything, so a failed commit is seen where
     * it happens, and what was written since the last good one is still in `uncommitted` to be carried into memory.
     */
    private final Vertx vertx;
    private final WorkerExecutor worker;
    private final Opening opening;
    private final Path file;
    private final Consumer<StoreProblem> problems;

    // Confined to the worker thread, like everything reached through it.
    private final Map<String, Map<String, Optional<byte[]>>> uncommitted = new HashMap<>();
    private MVStore store;
    private boolean commitDue;
    private long commitTimer;

    private volatile Persistence persistence;
    private volatile boolean closed;
    private final AtomicLong droppedWrites = new AtomicLong();

    /** Where writes go. */
    public enum Persistence {
        FILE,
        /** Not past the end of the process. */
        MEMORY
    }

    private EmbeddedStore(Vertx vertx, WorkerExecutor worker, Opening opening, Opened opened) {
        this.vertx = vertx;
        this.worker = worker;
        this.opening = opening;
        this.file = opening.file();
        this.problems = opening.problems();
        this.store = opened.store();
        this.persistence = opened.persistence();
    }

    private record Opened(MVStore store, Persistence persistence) {}

    /**
     * Opens the file in {@code directory}, both created when absent.
     *
     * @param clock names quarantined files
     * @param problems called on the worker thread; must not block
     */
    public static Future<EmbeddedStore> open(
            Vertx vertx, Path directory, InstantSource clock, Consumer<StoreProblem> problems) {
        return open(vertx, directory, clock, problems, path -> path);
    }

    /** @param fileSystem turns the path into MVStore's name for it; tests put a failing disk in between */
    static Future<EmbeddedStore> open(
            Vertx vertx,
            Path directory,
            InstantSource clock,
            Consumer<StoreProblem> problems,
            UnaryOperator<String> fileSystem) {
        Path file = directory.resolve(FILE_NAME).toAbsolutePath().normalize();
        // One thread: order is kept across all callers. Named by file, since Vert.x shares workers of one name.
        WorkerExecutor worker = vertx.createSharedWorkerExecutor("fresnel-store-" + file, 1, 60, TimeUnit.SECONDS);
        Opening opening = new Opening(file, clock, problems, fileSystem);
        return onWorker(worker, () -> new EmbeddedStore(vertx, worker, opening, opening.open()))
                .onFailure(_ -> worker.close());
    }

    /** Lenses are distilled from prompts: a directory that is made here is its owner's alone, where the system has owners. */
    private static void createPrivate(Path directory) throws IOException {
        if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } else {
            Files.createDirectories(directory);
        }
    }

    /** One attempt to open, on the worker thread. */
    private record Opening(
            Path file, InstantSource clock, Consumer<StoreProblem> problems, UnaryOperator<String> fileSystem) {
        Opened open() {
            try {
                createPrivate(Objects.requireNonNull(file.getParent()));
                return new Opened(verified(writable()), Persistence.FILE);
            } catch (MVStoreException e) {
                return switch (e.getErrorCode()) {
                    case DataUtils.ERROR_FILE_LOCKED -> throw new StoreLockedException(file, e);
                    case DataUtils.ERROR_WRITING_FAILED -> inMemory(e);
                    default -> afresh(e);
                };
            } catch (IOException e) {
                return inMemory(e);
            }
        }

        /** A torn or foreign file makes room. */
        private Opened afresh(Exception cause) {
            String name = FILE_NAME + ".corrupt-" + clock.millis();
            try {
                Files.move(file, file.resolveSibling(name));
                MVStore store = writable();
                problems.accept(new StoreProblem.Quarantined(
                        "the store " + file + " could not be read (" + reason(cause) + "); it was kept as " + name
                                + " and an empty store was started: lenses are written anew, spend of today counts from zero",
                        name));
                return new Opened(store, Persistence.FILE);
            } catch (IOException | MVStoreException e) {
                e.addSuppressed(cause);
                return inMemory(e);
            }
        }

        private Opened inMemory(Exception cause) {
            MVStore memory = memoryStore();
            problems.accept(new StoreProblem.NotWritable("the store " + file + " cannot be written (" + reason(cause)
                    + "); lenses and spend are kept in memory until the gateway stops"));
            copyInto(memory);
            return new Opened(memory, Persistence.MEMORY);
        }

        /** Takes over what the file holds, when it can be read though not written. */
        private void copyInto(MVStore memory) {
            if (!Files.isReadable(file)) {
                return;
            }
            MVStore readable = null;
            try {
                readable = builder().readOnly().open();
                copy(readable, memory);
            } catch (RuntimeException | AssertionError e) {
                // Whatever damaged bytes make the reader trip over: nothing is taken over, and it is said.
                problems.accept(new StoreProblem.NotWritable(
                        "the store " + file + " cannot be read either (" + reason(e) + "): starting empty"));
            } finally {
                if (readable != null) {
                    readable.closeImmediately();
                }
            }
        }

        private MVStore writable() {
            MVStore store = opened();
            if (store.isReadOnly()) {
                store.closeImmediately();
                throw new MVStoreException(DataUtils.ERROR_WRITING_FAILED, "the file is read-only");
            }
            store.setAutoCommitDelay(0);
            return store;
        }

        private MVStore opened() {
            try {
                return builder().open();
            } catch (MVStoreException e) {
                throw e;
            } catch (RuntimeException | AssertionError e) {
                // A damaged header is parsed before it is checked, so damage comes as any exception, and with
                // assertions on as a failed assertion of the reader.
                throw corrupt(e);
            }
        }

        private static MVStoreException corrupt(Throwable cause) {
            MVStoreException corrupt = new MVStoreException(
                    DataUtils.ERROR_FILE_CORRUPT, cause.getClass().getSimpleName() + ": " + cause.getMessage());
            corrupt.initCause(cause);
            return corrupt;
        }

        private MVStore.Builder builder() {
            return new MVStore.Builder()
                    .fileName(fileSystem.apply(file.toString()))
                    .autoCommitDisabled()
                    .cacheSize(8);
        }

        /** Reads every value once: damage shows now, when a fresh start is possible, not in the middle of a request. */
        private static MVStore verified(MVStore store) {
            try {
                for (String name : store.getMapNames()) {
                    map(store, name).forEach((key, value) -> Objects.requireNonNull(value, key));
                }
                return store;
            } catch (RuntimeException | AssertionError e) {
                store.closeImmediately();
                // Damaged bytes surface as whatever their reader trips over.
                throw e instanceof MVStoreException known ? known : corrupt(e);
            }
        }
    }

    /** Where writes go now. */
    public Persistence persistence() {
        return persistence;
    }

    /** Writes since the start that a restart will not find. */
    public long droppedWrites() {
        return droppedWrites.get();
    }

    /** Commits and syncs what was written so far; then it survives anything but the disk. */
    public Future<Void> flush() {
        return inOrder(_ -> commit());
    }

    /** Flushes and closes. Nothing may be asked afterwards. */
    public Future<Void> close() {
        return inOrder(_ -> {
                    commit();
                    closed = true;
                    vertx.cancelTimer(commitTimer);
                    store.close();
                })
                .eventually(worker::close);
    }

    /** Reads, in order with everything else, on the worker thread. */
    <T> Future<T> answered(Function<Access, T> work) {
        return onWorker(worker, () -> work.apply(new Access()));
    }

    /** Writes, in order with everything else, on the worker thread. */
    Future<Void> inOrder(Consumer<Access> work) {
        return answered(access -> {
                    work.accept(access);
                    return Boolean.TRUE;
                })
                .mapEmpty();
    }

    void report(StoreProblem problem) {
        problems.accept(problem);
    }

    private static <T> Future<T> onWorker(WorkerExecutor worker, Callable<T> work) {
        try {
            return worker.executeBlocking(work, false).map(Objects::requireNonNull);
        } catch (RejectedExecutionException e) {
            return Future.failedFuture(new IllegalStateException("the embedded store is closed", e));
        }
    }

    /** The maps, while on the worker thread. */
    final class Access {
        private Access() {}

        Optional<byte[]> get(String map, String key) {
            return Optional.ofNullable(map(store, map).get(key));
        }

        void put(String map, String key, byte[] value) {
            write(map, key, Optional.of(value));
        }

        void remove(String map, String key) {
            write(map, key, Optional.empty());
        }

        /** All entries whose key begins with {@code prefix}, in key order; a copy. */
        Map<String, byte[]> withPrefix(String map, String prefix) {
            MVMap<String, byte[]> entries = map(store, map);
            Map<String, byte[]> found = new TreeMap<>();
            var keys = entries.keyIterator(prefix);
            while (keys.hasNext()) {
                String key = keys.next();
                if (!key.startsWith(prefix)) {
                    break;
                }
                byte[] value = entries.get(key);
                if (value != null) {
                    found.put(key, value);
                }
            }
            return found;
        }

        /** The first {@code count} keys, in key order. */
        List<String> first(String map, int count) {
            List<String> keys = new ArrayList<>();
            var all = map(store, map).keyIterator(null);
            while (keys.size() < count && all.hasNext()) {
                keys.add(all.next());
            }
            return keys;
        }

        private void write(String map, String key, Optional<byte[]> value) {
            if (persistence == Persistence.MEMORY) {
                droppedWrites.incrementAndGet();
                apply(store, map, key, value);
                return;
            }
            uncommitted.computeIfAbsent(map, _ -> new HashMap<>()).put(key, value);
            try {
                apply(store, map, key, value);
            } catch (MVStoreException e) {
                continueInMemory(e);
                return;
            }
            scheduleCommit();
        }
    }

    private void scheduleCommit() {
        if (!commitDue) {
            commitDue = true;
            commitTimer = vertx.setTimer(
                    COMMIT_EVERY.toMillis(),
                    _ -> flush().onFailure(e -> {
                        // Closing has committed already; a timer that was just running then has nothing left to do.
                        if (!closed) {
                            problems.accept(new StoreProblem.NotWritable(
                                    "the store " + file + " was not committed: " + reason(e)));
                        }
                    }));
        }
    }

    private void commit() {
        commitDue = false;
        if (persistence == Persistence.MEMORY || uncommitted.isEmpty()) {
            return;
        }
        try {
            store.commit();
            store.sync();
            uncommitted.clear();
        } catch (MVStoreException | IllegalStateException e) {
            continueInMemory(e);
        }
    }

    /** MVStore closes itself when a write fails. What the file still gives, and what was not yet in it, moves into memory. */
    private void continueInMemory(Exception cause) {
        MVStore memory = memoryStore();
        store.closeImmediately();
        opening.copyInto(memory);
        uncommitted.forEach((map, entries) -> entries.forEach((key, value) -> {
            droppedWrites.incrementAndGet();
            apply(memory, map, key, value);
        }));
        uncommitted.clear();
        store = memory;
        persistence = Persistence.MEMORY;
        problems.accept(new StoreProblem.NotWritable("the store " + file + " can no longer be written (" + reason(cause)
                + "); lenses and spend are kept in memory until the gateway stops"));
    }

    private static void apply(MVStore store, String map, String key, Optional<byte[]> value) {
        MVMap<String, byte[]> entries = map(store, map);
        if (value.isPresent()) {
            entries.put(key, value.get());
        } else {
            entries.remove(key);
        }
    }

    private static void copy(MVStore from, MVStore to) {
        for (String name : from.getMapNames()) {
            MVMap<String, byte[]> target = map(to, name);
            map(from, name).forEach(target::put);
        }
    }

    private static MVMap<String, byte[]> map(MVStore store, String name) {
        return store.openMap(
                name,
                new MVMap.Builder<String, byte[]>()
                        .keyType(StringDataType.INSTANCE)
                        .valueType(ByteArrayDataType.INSTANCE));
    }

    private static MVStore memoryStore() {
        return new MVStore.Builder().autoCommitDisabled().open();
    }

    private static String reason(Throwable cause) {
        return cause instanceof UncheckedIOException io
                ? String.valueOf(io.getCause())
                : String.valueOf(cause.getMessage());
    }
}

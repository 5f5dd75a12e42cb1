package dev.fresnel.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fresnel.budget.Account;
import dev.fresnel.budget.Spent;
import dev.fresnel.lens.LensFixtures;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** R9, O4: the file survives what a machine does to it. */
class EmbeddedStoreTest {
    private static final InstantSource CLOCK = () -> LensFixtures.NOW;
    private static final TenantId ACME = LensFixtures.ACME;
    private static final LocalDate DAY = LocalDate.parse("2026-11-22");

    @TempDir
    Path directory;

    private final List<StoreProblem> problems = new CopyOnWriteArrayList<>();
    private Vertx vertx;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
    }

    @AfterEach
    void stop() {
        await(vertx.close());
    }

    @Test
    void findsEverythingAgain_afterClosing() {
        Path nested = directory.resolve("a/b");
        EmbeddedStore first = open(nested);
        await(LensFixtures.put(lenses(first), LensFixtures.key("acme", "one"), LensFixtures.stored("one")));
        await(new EmbeddedSpendStore(first).add(Account.of(ACME), DAY, new Usd(5)));
        await(first.close());

        EmbeddedStore second = open(nested);

        assertThat(await(lenses(second).find(LensFixtures.key("acme", "one")))).contains(LensFixtures.stored("one"));
        assertThat(await(new EmbeddedSpendStore(second).spentAsOf(DAY)))
                .isEqualTo(Map.of(Account.of(ACME), new Spent(new Usd(5), new Usd(5), new Usd(5))));
        assertThat(second.persistence()).isEqualTo(EmbeddedStore.Persistence.FILE);
        assertThat(problems).isEmpty();
        await(second.close());
    }

    @Test
    void addsUpSpend_perTenantAndDay() {
        EmbeddedStore store = open(directory);
        EmbeddedSpendStore spend = new EmbeddedSpendStore(store);
        List<Future<Void>> additions = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            additions.add(spend.add(Account.of(ACME), DAY, new Usd(3)));
        }
        Future<Void> all = Future.all(additions).mapEmpty();
        await(all);
        await(spend.add(Account.of(new TenantId("other")), DAY, new Usd(1)));
        await(spend.add(Account.of(ACME), DAY.plusDays(40), new Usd(7)));

        LocalDate later = DAY.plusDays(40);
        assertThat(spent(spend, later)).isEqualTo(new Spent(new Usd(7), new Usd(7), new Usd(307)));
        assertThat(spent(spend, DAY).day()).as("forgotten after 35 days").isEqualTo(Usd.ZERO);
        await(spend.add(Account.of(ACME), later, new Usd(-2)));
        assertThat(spent(spend, later).day()).isEqualTo(new Usd(5));
        await(store.inOrder(access -> access.put("spend", later + "/acme", new byte[3])));
        assertThat(spent(spend, later).day()).isEqualTo(Usd.ZERO);
        assertThat(problems).singleElement().isInstanceOf(StoreProblem.ValueDiscarded.class);
        await(store.close());
    }

    @Test
    void keepsWhatWasFlushed_whenTheProcessIsKilled() throws IOException, InterruptedException {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        StoreWritingProcess.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<String> flushed = new ArrayList<>();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null && flushed.size() < 40; line = lines.readLine()) {
                flushed.add(line);
            }
            assertThatThrownBy(() -> open(directory))
                    .hasRootCauseInstanceOf(Exception.class)
                    .satisfies(e -> assertThat(e.getCause())
                            .isInstanceOf(StoreLockedException.class)
                            .hasMessageContaining("in use by another process"));
            child.destroyForcibly();
        }
        assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();

        EmbeddedStore store = open(directory);

        assertThat(flushed).hasSizeGreaterThanOrEqualTo(40);
        for (String key : flushed) {
            assertThat(await(lenses(store).find(LensFixtures.key("acme", key))))
                    .as(key)
                    .isPresent();
        }
        assertThat(problems).isEmpty();
        await(store.close());
    }

    @Test
    void opensWhateverIsLeftOfTheFile() throws IOException {
        EmbeddedStore first = open(directory);
        for (int i = 0; i < 20; i++) {
            await(LensFixtures.put(lenses(first), LensFixtures.key("acme", "k" + i), LensFixtures.stored("s" + i)));
            await(first.flush());
        }
        await(first.close());
        byte[] whole = Files.readAllBytes(directory.resolve(EmbeddedStore.FILE_NAME));
        Random random = new Random(20);

        for (int i = 0; i < 60; i++) {
            Path copy = directory.resolve("copy" + i);
            Files.createDirectories(copy);
            byte[] damaged = java.util.Arrays.copyOf(whole, i % 2 == 0 ? random.nextInt(whole.length) : whole.length);
            for (int hit = 0; i % 2 == 1 && hit < 200; hit++) {
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 + random.nextInt(255));
            }
            Files.write(copy.resolve(EmbeddedStore.FILE_NAME), damaged);

            EmbeddedStore store = open(copy);

            assertThat(store.persistence()).as("round " + i).isEqualTo(EmbeddedStore.Persistence.FILE);
            await(LensFixtures.put(lenses(store), LensFixtures.key("acme", "new"), LensFixtures.stored("new")));
            await(store.flush());
            assertThat(await(lenses(store).find(LensFixtures.key("acme", "new"))))
                    .isPresent();
            assertThat(store.persistence()).as("round " + i).isEqualTo(EmbeddedStore.Persistence.FILE);
            await(store.close());
        }
        assertThat(problems).isNotEmpty().allMatch(StoreProblem.Quarantined.class::isInstance);
    }

    @Test
    void keepsTheDamagedFileAside() throws IOException {
        Files.writeString(directory.resolve(EmbeddedStore.FILE_NAME), "this is no store ".repeat(1000));

        EmbeddedStore store = open(directory);

        assertThat(problems).singleElement().isInstanceOfSatisfying(StoreProblem.Quarantined.class, problem -> {
            assertThat(directory.resolve(problem.quarantine())).exists();
            assertThat(problem.message()).contains("could not be read", problem.quarantine());
        });
        await(store.close());
    }

    @Test
    void servesFromMemory_whenTheDirectoryCannotBe() throws IOException {
        Path blocked = directory.resolve("file");
        Files.writeString(blocked, "not a directory");

        EmbeddedStore store = open(blocked);
        await(LensFixtures.put(lenses(store), LensFixtures.key("acme", "one"), LensFixtures.stored("one")));

        assertThat(await(lenses(store).find(LensFixtures.key("acme", "one")))).isPresent();
        assertThat(store.persistence()).isEqualTo(EmbeddedStore.Persistence.MEMORY);
        assertThat(store.droppedWrites()).isPositive();
        assertThat(problems).singleElement().isInstanceOf(StoreProblem.NotWritable.class);
        await(store.close());
    }

    @Test
    void goesOnInMemory_whenTheDiskIsFull() {
        FullDisk.register();
        EmbeddedStore store = await(EmbeddedStore.open(vertx, directory, CLOCK, problems::add, FullDisk::path));
        await(LensFixtures.put(lenses(store), LensFixtures.key("acme", "before"), LensFixtures.stored("before")));
        await(store.flush());

        FullDisk.fill();
        try {
            await(LensFixtures.put(lenses(store), LensFixtures.key("acme", "during"), LensFixtures.stored("during")));
            await(store.flush());
            await(LensFixtures.put(lenses(store), LensFixtures.key("acme", "after"), LensFixtures.stored("after")));

            for (String key : List.of("before", "during", "after")) {
                assertThat(await(lenses(store).find(LensFixtures.key("acme", key))))
                        .as(key)
                        .isPresent();
            }
            assertThat(store.persistence()).isEqualTo(EmbeddedStore.Persistence.MEMORY);
            assertThat(store.droppedWrites()).isGreaterThanOrEqualTo(2);
            assertThat(problems).singleElement().isInstanceOf(StoreProblem.NotWritable.class);
            await(store.close());
        } finally {
            FullDisk.free();
        }

        EmbeddedStore reopened = open(directory);
        assertThat(await(lenses(reopened).find(LensFixtures.key("acme", "before"))))
                .isPresent();
        await(reopened.close());
    }

    private EmbeddedStore open(Path where) {
        return await(EmbeddedStore.open(vertx, where, CLOCK, problems::add));
    }

    private static EmbeddedLensStore lenses(EmbeddedStore store) {
        return new EmbeddedLensStore(store, CLOCK, EmbeddedLensStore.DEFAULT_MAX_PER_TENANT);
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    private static Spent spent(EmbeddedSpendStore spend, LocalDate day) {
        return Objects.requireNonNull(await(spend.spentAsOf(day)).get(Account.of(ACME)), "spend on " + day);
    }
}

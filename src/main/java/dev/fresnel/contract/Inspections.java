package dev.fresnel.contract;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.Choice;
import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.WorkerExecutor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Has answers checked on threads of their own; beyond {@value #MAX_WAITING} waiting ones, or {@value #MAX_OF_TENANT} of one tenant, the next are not
 * checked. Thread-safe.
 */
public final class Inspections {
    static final int MAX_WAITING = 64;
    static final int MAX_OF_TENANT = 16;

    private final WorkerExecutor threads;
    private final Inspector inspector = new Inspector();
    private final AtomicInteger waiting = new AtomicInteger();
    private final Map<TenantId, Integer> waitingOfTenant = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> findings =
            keys().collect(Collectors.toUnmodifiableMap(Function.identity(), _ -> new LongAdder()));

    public Inspections(WorkerExecutor threads) {
        this.threads = threads;
    }

    /**
     * @param choices reads the answer, on the other thread; empty when it cannot be read
     * @return never failed
     */
    public Future<Finding> inspect(
            TenantId tenant, ChatRequest request, Supplier<Optional<List<Choice>>> choices, Inspector.Cut cut) {
        if (!mayWait(tenant)) {
            leave(tenant);
            return Future.succeededFuture(counted(new Finding.Unknown(Finding.Doubt.BUSY)));
        }
        Promise<Finding> finding = Promise.promise();
        // Threads that have gone throw at once.
        Future.succeededFuture()
                .compose(_ -> threads.executeBlocking(
                        () -> choices.get()
                                .map(read -> inspector.inspect(request, read, cut))
                                .orElseGet(() -> new Finding.Unknown(Finding.Doubt.ANSWER_NOT_READ)),
                        false))
                .onComplete(done -> {
                    leave(tenant);
                    // It fails only when the threads have gone, with the gateway.
                    finding.complete(
                            counted(done.succeeded() ? done.result() : new Finding.Unknown(Finding.Doubt.INTERNAL)));
                });
        return finding.future();
    }

    private boolean mayWait(TenantId tenant) {
        // Both are counted, whatever the first says: leaving takes both back.
        int ofTenant = waitingOfTenant.merge(tenant, 1, Integer::sum);
        return waiting.incrementAndGet() <= MAX_WAITING && ofTenant <= MAX_OF_TENANT;
    }

    private void leave(TenantId tenant) {
        waiting.decrementAndGet();
        waitingOfTenant.computeIfPresent(tenant, (_, count) -> count == 1 ? null : count - 1);
    }

    private Finding counted(Finding finding) {
        Objects.requireNonNull(findings.get(finding.key())).increment();
        return finding;
    }

    private static Stream<String> keys() {
        Stream<String> breaches = Arrays.stream(Finding.Breach.values()).map(Finding.Breach::key);
        Stream<String> doubts = Arrays.stream(Finding.Doubt.values()).map(Finding.Doubt::key);
        return Stream.concat(Stream.of(new Finding.Kept().key()), Stream.concat(breaches, doubts));
    }

    /** How often each was found so far, by {@link Finding#key}. */
    public Map<String, LongSupplier> findings() {
        return findings.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, entry -> entry.getValue()::sum));
    }
}

package dev.fresnel.store.redis;

import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One connection to Redis that never makes its callers wait for long. Thread-safe; each future completes on the caller's own context
 * and fails with {@link RedisFailure} only.
 *
 * <ul>
 *   <li><b>Time limit</b>: every operation ends within {@link RedisSettings#commandTimeout}, whatever Redis does.
 *   <li><b>Breaker</b>: after {@value #TRIP_AT} failures in a row the connection is given up, and operations fail at once until a new
 *       one answers its handshake, tried once a second.
 *   <li><b>Reconnecting</b> after a lost or refused connection at random times between 100 ms and 5 s, one attempt at a time.
 *   <li><b>Bounded</b>: at most {@value #MAX_IN_FLIGHT} operations under way, more fail at once.
 *   <li><b>Scripts</b> are sent by their digest, and as text when the server does not know it.
 * </ul>
 *
 * A server that answers and refuses to write does not trip the breaker: reads go on.
 */
public final class RedisLink {
    static final int TRIP_AT = 5;
    static final int MAX_IN_FLIGHT = 1_024;

    private static final RedisScript REPAIR = RedisScript.load("repair");

    /** An idle connection is asked this often, so that a dead peer is noticed before a request needs it. */
    private static final Duration HEARTBEAT = Duration.ofSeconds(5);

    /*
     * Each connection has a client of its own, closed with it. The client cannot cancel a connection attempt or a command; closing it
     * closes its sockets, which ends everything that a frozen server still owes, so that nothing piles up however long it lasts.
     * What is below and neither final nor volatile belongs to one context, `loop`.
     */
    private final Vertx vertx;
    private final Context loop;
    private final RedisSettings settings;
    private final RedisOptions options;
    private final ReconnectPace pace;
    private final Consumer<RedisProblem> problems;
    private final RedisCounts counts = new RedisCounts();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final Promise<Void> firstAttempt = Promise.promise();

    private volatile @Nullable Session session;
    private volatile boolean closed;
    private boolean toldAway;
    private volatile boolean toldNotWritable;

    private RedisLink(Vertx vertx, RedisSettings settings, RandomGenerator random, Consumer<RedisProblem> problems) {
        this.vertx = vertx;
        this.loop = vertx.getOrCreateContext();
        this.settings = settings;
        this.options = RedisClientOptions.of(settings, MAX_IN_FLIGHT);
        this.pace = new ReconnectPace(random);
        this.problems = problems;
    }

    /**
     * A link that starts to connect at once and goes on until it is closed; nothing is thrown when there is no Redis.
     *
     * @param random spreads reconnects
     * @param problems called on an event loop; must not block
     */
    public static RedisLink open(
            Vertx vertx, RedisSettings settings, RandomGenerator random, Consumer<RedisProblem> problems) {
        RedisLink link = new RedisLink(vertx, settings, random, problems);
        link.loop.runOnContext(_ -> link.connect());
        return link;
    }

    /** One connection with its client, from the attempt to its end. Confined to {@link #loop} but for the connection itself. */
    private static final class Session {
        private final Redis client;
        private @Nullable RedisConnection connection;
        private int failuresInARow;
        private boolean over;
        private long heartbeat;

        Session(Redis client) {
            this.client = client;
        }
    }

    /** Completes when the first attempt to connect has ended, well or not. Never fails. */
    public Future<Void> firstAttempt() {
        return firstAttempt.future();
    }

    /** Whether operations are sent now. */
    public boolean isUp() {
        return session != null;
    }

    /** After which an operation has failed. */
    Duration commandTimeout() {
        return settings.commandTimeout();
    }

    public RedisCounts counts() {
        return counts;
    }

    /** Ends the connection; operations fail from now on. */
    public Future<Void> close() {
        Promise<Void> done = Promise.promise();
        loop.runOnContext(_ -> {
            closed = true;
            Session last = session;
            if (last == null) {
                done.complete();
            } else {
                end(last).onComplete(done);
            }
        });
        return done.future();
    }

    // ---- operations ----

    /** One command. */
    Future<Optional<Response>> send(Request request) {
        return limited(up -> answer(up, request));
    }

    /**
     * One script, atomically. A key that holds another type than it should, because somebody else wrote it, is deleted and reported,
     * and the script runs once more; scripts read every key before they write one, so none is half done.
     */
    Future<Optional<Response>> run(RedisScript script, List<TypedKey> keys, List<byte[]> arguments) {
        List<String> names = keys.stream().map(TypedKey::name).toList();
        return limited(up -> evaluated(up, script, names, arguments)
                .recover(failure -> startsWith(failure, "WRONGTYPE")
                        ? repaired(up, keys, names).compose(_ -> evaluated(up, script, names, arguments))
                        : Future.failedFuture(failure)));
    }

    private static Future<Optional<Response>> answer(RedisConnection up, Request request) {
        return up.send(request).map(Optional::ofNullable);
    }

    private Future<Optional<Response>> evaluated(
            RedisConnection up, RedisScript script, List<String> keys, List<byte[]> arguments) {
        return answer(up, call(Command.EVALSHA, script.sha(), keys, arguments)).recover(failure -> {
            if (!startsWith(failure, "NOSCRIPT")) {
                return Future.failedFuture(failure);
            }
            // Running it by its text also teaches it: the next call goes by the digest again.
            counts.scriptSent();
            return answer(up, call(Command.EVAL, script.text(), keys, arguments));
        });
    }

    private Future<Optional<Response>> repaired(RedisConnection up, List<TypedKey> keys, List<String> names) {
        List<byte[]> types =
                keys.stream().map(key -> Text.bytes(key.type().key())).toList();
        return evaluated(up, REPAIR, names, types)
                .onSuccess(deleted -> problems.accept(new RedisProblem.ValueDiscarded(
                        deleted.orElseThrow() + " of the keys " + names + " held another type and were deleted")));
    }

    /** Redis wraps what goes wrong within a script; the code stands at the front or behind the script's name. */
    private static boolean startsWith(Throwable failure, String code) {
        String message = String.valueOf(failure.getMessage());
        return message.startsWith(code) || message.contains(" " + code + " ") || message.contains("-" + code + " ");
    }

    private static Request call(Command command, String script, List<String> keys, List<byte[]> arguments) {
        Request request = Request.cmd(command).arg(script).arg(keys.size());
        keys.forEach(request::arg);
        arguments.forEach(request::arg);
        return request;
    }

    private Future<Optional<Response>> limited(Function<RedisConnection, Future<Optional<Response>>> operation) {
        Session up = session;
        RedisConnection connection = up == null ? null : up.connection;
        if (up == null || connection == null) {
            return refused(RedisFailure.Kind.AWAY, "Redis is away");
        }
        if (inFlight.incrementAndGet() > MAX_IN_FLIGHT) {
            inFlight.decrementAndGet();
            return refused(RedisFailure.Kind.BUSY, MAX_IN_FLIGHT + " operations are under way");
        }
        Promise<Optional<Response>> promise = Promise.promise();
        // On the caller's own context: a link whose loop is held up must not hold up anybody else.
        long timer = vertx.setTimer(
                settings.commandTimeout().toMillis(),
                _ -> promise.tryFail(new RedisFailure(
                        RedisFailure.Kind.TIMEOUT,
                        "no answer within " + settings.commandTimeout().toMillis() + " ms")));
        // Composed, so that a client that throws is a failure like any other.
        Future.succeededFuture(connection).compose(operation).onComplete(answer -> {
            if (answer.succeeded()) {
                promise.tryComplete(answer.result());
            } else {
                promise.tryFail(RedisFailure.of(answer.cause()));
            }
        });
        return onCallersContext(promise.future().andThen(result -> {
            vertx.cancelTimer(timer);
            inFlight.decrementAndGet();
            loop.runOnContext(_ -> judge(up, result));
        }));
    }

    private Future<Optional<Response>> refused(RedisFailure.Kind kind, String message) {
        counts.failed(kind);
        return Future.failedFuture(new RedisFailure(kind, message));
    }

    private static <T> Future<T> onCallersContext(Future<T> future) {
        Context caller = Vertx.currentContext();
        if (caller == null) {
            return future;
        }
        Promise<T> promise = Promise.promise();
        future.onComplete(result -> caller.runOnContext(_ -> {
            if (result.succeeded()) {
                promise.complete(result.result());
            } else {
                promise.fail(result.cause());
            }
        }));
        return promise.future();
    }

    /** What an outcome says about the connection and the server. */
    private void judge(Session of, AsyncResult<Optional<Response>> result) {
        if (result.succeeded()) {
            of.failuresInARow = 0;
            return;
        }
        RedisFailure failure = RedisFailure.of(result.cause());
        counts.failed(failure.kind());
        switch (failure.kind()) {
            case TIMEOUT, BROKEN -> {
                of.failuresInARow++;
                if (of.failuresInARow >= TRIP_AT) {
                    lost(of, failure.reason(), pace::probe);
                }
            }
            case NOT_WRITABLE -> {
                of.failuresInARow = 0;
                tellNotWritable(failure);
                if (failure.reason().contains("READONLY") && settings.topology() != RedisSettings.Topology.STANDALONE) {
                    // The master became a replica: ask again who is master.
                    lost(of, failure.reason(), pace::next);
                }
            }
            case REFUSED, AWAY, BUSY -> of.failuresInARow = 0;
        }
    }

    /** A write that succeeded: whoever sends writes says so, since the link does not know which commands are. */
    void wrote() {
        if (toldNotWritable) {
            toldNotWritable = false;
        }
    }

    private void tellNotWritable(RedisFailure failure) {
        if (!toldNotWritable) {
            toldNotWritable = true;
            problems.accept(new RedisProblem.NotWritable("Redis refuses to write (" + failure.reason()
                    + "); lenses are not shared until it takes writes again"));
        }
    }

    void report(RedisProblem problem) {
        problems.accept(problem);
    }

    // ---- connecting, on `loop` ----

    private void connect() {
        if (closed) {
            firstAttempt.tryComplete();
            return;
        }
        counts.attempted();
        Session next = new Session(Redis.createClient(vertx, options));
        long timer = vertx.setTimer(
                settings.connectTimeout().toMillis(),
                _ -> failed(next, "no answer within the connect timeout", pace::probe));
        next.client
                .connect()
                // Asked once more: the client takes a server that wants a password for connected when it has none to
                // give.
                .compose(connection ->
                        answer(connection, Request.cmd(Command.PING)).map(connection))
                .onComplete(connected -> loop.runOnContext(_ -> {
                    vertx.cancelTimer(timer);
                    if (connected.failed()) {
                        failed(next, String.valueOf(connected.cause().getMessage()), pace::next);
                    } else if (!next.over) {
                        began(next, connected.result());
                    }
                }));
    }

    private void began(Session next, RedisConnection connection) {
        next.connection = connection;
        connection.exceptionHandler(_ -> {
            // What fails is told through the operations' own futures, and the end by the handler below.
        });
        connection.endHandler(_ -> loop.runOnContext(_ -> lost(next, "the connection was closed", pace::next)));
        next.heartbeat = vertx.setPeriodic(HEARTBEAT.toMillis(), _ -> {
            // Its outcome is judged like any other's.
            Future<Optional<Response>> ignored = send(Request.cmd(Command.PING));
        });
        if (closed) {
            Future<Void> ignored = end(next);
            return;
        }
        session = next;
        pace.reset();
        counts.connected();
        firstAttempt.tryComplete();
        if (toldAway) {
            toldAway = false;
            problems.accept(new RedisProblem.Back("Redis answers again"));
        }
    }

    private void failed(Session attempt, String reason, Supplier<Duration> wait) {
        if (attempt.over) {
            return;
        }
        lost(attempt, reason, wait);
        firstAttempt.tryComplete();
    }

    private void lost(Session gone, String reason, Supplier<Duration> wait) {
        if (gone.over) {
            return;
        }
        Future<Void> ended = end(gone);
        if (closed) {
            return;
        }
        if (!toldAway) {
            toldAway = true;
            problems.accept(new RedisProblem.Away(
                    "Redis is away (" + reason + "): requests go on, lenses are not shared, spend waits in memory"));
        }
        long delay = Math.max(1, wait.get().toMillis());
        // Not before the old client is closed: at most one is open.
        ended.onComplete(_ -> vertx.setTimer(delay, _ -> loop.runOnContext(_ -> connect())));
    }

    private Future<Void> end(Session gone) {
        gone.over = true;
        if (session == gone) {
            session = null;
        }
        vertx.cancelTimer(gone.heartbeat);
        return gone.client.close();
    }
}

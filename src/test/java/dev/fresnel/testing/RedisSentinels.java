package dev.fresnel.testing;

/** A real master, its replica, and one Sentinel that watches them and fails over within about a second. */
public final class RedisSentinels implements AutoCloseable {
    /** What the Sentinel calls the pair. */
    public static final String NAME = "lamp";

    private final RedisServer master;
    private final RedisServer replica;
    private final RedisServer sentinel;

    private RedisSentinels(RedisServer master, RedisServer replica, RedisServer sentinel) {
        this.master = master;
        this.replica = replica;
        this.sentinel = sentinel;
    }

    public static RedisSentinels start() {
        RedisServer master = RedisServer.start("--repl-diskless-sync", "yes", "--repl-diskless-sync-delay", "0");
        RedisServer replica = RedisServer.start("--replicaof", "127.0.0.1", Integer.toString(master.port()));
        RedisServer sentinel = RedisServer.startSentinel("""
                sentinel monitor %1$s 127.0.0.1 %2$d 1
                sentinel down-after-milliseconds %1$s 500
                sentinel failover-timeout %1$s 2000
                """.formatted(NAME, master.port()));
        Await.until(
                () -> "the Sentinel knows the replica: " + sentinel.command("SENTINEL", "MASTER", NAME),
                () -> replica.command("INFO", "replication").contains("master_link_status:up")
                        && sentinel.command("SENTINEL", "REPLICAS", NAME).contains(Integer.toString(replica.port())));
        return new RedisSentinels(master, replica, sentinel);
    }

    public String uri() {
        return "redis+sentinel://127.0.0.1:" + sentinel.port() + "/" + NAME;
    }

    /** The master at the start. */
    public RedisServer master() {
        return master;
    }

    /** The replica at the start, and the master once the first one is gone. */
    public RedisServer replica() {
        return replica;
    }

    @Override
    public void close() {
        sentinel.close();
        replica.close();
        master.close();
    }
}

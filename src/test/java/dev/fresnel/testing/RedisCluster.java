package dev.fresnel.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Three real masters that share the 16,384 slots of a Redis Cluster, without replicas. */
public final class RedisCluster implements AutoCloseable {
    private static final int NODES = 3;
    private static final int SLOTS = 16_384;

    private final List<RedisServer> nodes;

    private RedisCluster(List<RedisServer> nodes) {
        this.nodes = List.copyOf(nodes);
    }

    public static RedisCluster start() {
        List<RedisServer> nodes = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
            nodes.add(RedisServer.start("--cluster-enabled", "yes", "--cluster-node-timeout", "1000"));
        }
        for (int i = 0; i < NODES; i++) {
            nodes.get(i).command("CLUSTER", "SET-CONFIG-EPOCH", Integer.toString(i + 1));
            nodes.get(i).command(addSlots(i));
            nodes.getFirst()
                    .command(
                            "CLUSTER",
                            "MEET",
                            "127.0.0.1",
                            Integer.toString(nodes.get(i).port()));
        }
        Await.until(
                () -> "the cluster is whole: " + nodes.getFirst().command("CLUSTER", "INFO"),
                () -> nodes.stream()
                        .map(node -> node.command("CLUSTER", "INFO"))
                        .allMatch(info ->
                                info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:" + NODES)));
        return new RedisCluster(nodes);
    }

    private static String[] addSlots(int node) {
        List<String> words = new ArrayList<>(List.of("CLUSTER", "ADDSLOTS"));
        for (int slot = node * SLOTS / NODES; slot < (node + 1) * SLOTS / NODES; slot++) {
            words.add(Integer.toString(slot));
        }
        return words.toArray(String[]::new);
    }

    public String uri() {
        return nodes.stream()
                .map(node -> "127.0.0.1:" + node.port())
                .collect(Collectors.joining(",", "redis+cluster://", ""));
    }

    public List<RedisServer> nodes() {
        return nodes;
    }

    @Override
    public void close() {
        nodes.forEach(RedisServer::close);
    }
}

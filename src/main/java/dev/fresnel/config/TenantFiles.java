package dev.fresnel.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** Puts the tenants that have a file each behind those of the config file, as if they had been written there. */
final class TenantFiles {
    private static final String KEY = "tenants";

    private TenantFiles() {}

    /** @return whether every file holds a tenant; what is wrong with the others was reported */
    static boolean append(List<ConfigFolder.Text> files, Optional<Node> root, Findings findings) {
        boolean whole = true;
        for (ConfigFolder.Text file : files) {
            findings.reading(file.name());
            Optional<Node> tenant = YamlText.compose(file.content(), findings);
            if (tenant.filter(MappingNode.class::isInstance).isEmpty()) {
                tenant.ifPresent(node -> findings.syntaxError(
                        node.getStartMark(), "must be one tenant: a block of keys", "begin with id: NAME"));
                whole = false;
                continue;
            }
            root.flatMap(config -> listOf(config, tenant.get())).ifPresent(list -> {
                findings.standsIn(KeyPath.of(KEY).at(list.getValue().size()), file.name());
                list.getValue().add(tenant.get());
            });
        }
        return whole;
    }

    /** The config file's list of tenants; made where there is none, empty where it can be none, which is reported when it is bound. */
    private static Optional<SequenceNode> listOf(Node root, Node first) {
        if (!(root instanceof MappingNode config)) {
            return Optional.empty();
        }
        for (NodeTuple tuple : config.getValue()) {
            if (tuple.getKeyNode() instanceof ScalarNode key && key.getValue().equals(KEY)) {
                return tuple.getValueNode() instanceof SequenceNode list ? Optional.of(list) : Optional.empty();
            }
        }
        SequenceNode list = new SequenceNode(
                Tag.SEQ,
                true,
                new ArrayList<>(),
                first.getStartMark(),
                first.getEndMark(),
                DumperOptions.FlowStyle.BLOCK);
        ScalarNode key = new ScalarNode(
                Tag.STR, true, KEY, first.getStartMark(), first.getEndMark(), DumperOptions.ScalarStyle.PLAIN);
        config.getValue().add(new NodeTuple(key, list));
        return Optional.of(list);
    }
}

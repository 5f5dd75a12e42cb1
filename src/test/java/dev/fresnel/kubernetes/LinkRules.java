package dev.fresnel.kubernetes;

import static dev.fresnel.kubernetes.Workload.matchLabels;
import static dev.fresnel.kubernetes.Workload.some;

import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1KeyToPath;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1NetworkPolicyPeer;
import io.kubernetes.client.openapi.models.V1NetworkPolicyPort;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServicePort;
import io.kubernetes.client.openapi.models.V1Volume;
import io.kubernetes.client.openapi.models.V1VolumeProjection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What objects say of each other: a selector finds pods, a port is open, a file is there, and no workload is without a network policy. */
final class LinkRules {
    private final List<Object> objects;
    private final Map<String, Set<String>> secrets;
    private final List<Workload> workloads;
    private final List<String> problems = new ArrayList<>();

    private LinkRules(List<Object> objects, Map<String, Set<String>> secrets) {
        this.objects = objects;
        this.secrets = secrets;
        this.workloads =
                objects.stream().flatMap(object -> Workload.of(object).stream()).toList();
    }

    /** @param secrets keys by name of the Secrets that the operator brings */
    static List<String> problems(List<Object> objects, Map<String, Set<String>> secrets) {
        LinkRules rules = new LinkRules(objects, secrets);
        rules.namespaces();
        rules.workloads.forEach(rules::workload);
        for (Object object : objects) {
            switch (object) {
                case V1Service service -> rules.service(service);
                case V1PodDisruptionBudget budget -> rules.budget(budget);
                case V1NetworkPolicy policy -> rules.policy(policy);
                default -> {}
            }
        }
        return rules.problems;
    }

    private void refuseIf(boolean broken, String object, String field, String why) {
        if (broken) {
            problems.add(object + ": " + field + " " + why);
        }
    }

    private void namespaces() {
        List<V1Namespace> namespaces = only(V1Namespace.class);
        refuseIf(namespaces.size() != 1, "Namespace", "one", "is wanted, but there are " + namespaces.size());
        for (V1Namespace namespace : namespaces) {
            String name = namespace.getMetadata().getName();
            Map<String, String> labels = namespace.getMetadata().getLabels();
            refuseIf(
                    labels == null || !"restricted".equals(labels.get("pod-security.kubernetes.io/enforce")),
                    "Namespace/" + name,
                    "metadata.labels[pod-security.kubernetes.io/enforce]",
                    "must be restricted");
            for (Object object : objects) {
                KubernetesObject it = (KubernetesObject) object;
                refuseIf(
                        !(object instanceof V1Namespace)
                                && !name.equals(it.getMetadata().getNamespace()),
                        it.getKind() + "/" + it.getMetadata().getName(),
                        "metadata.namespace",
                        "must be " + name);
            }
        }
    }

    private void workload(Workload workload) {
        String name = workload.name();
        refuseIf(
                !workload.isSelectedBy(matchLabels(workload.selector())),
                name,
                "spec.selector",
                "does not match the labels of its own pods");
        some(workload.pod().getTopologySpreadConstraints())
                .forEach(spread -> refuseIf(
                        !workload.isSelectedBy(matchLabels(spread.getLabelSelector())),
                        name,
                        "topologySpreadConstraints[" + spread.getTopologyKey() + "].labelSelector",
                        "does not match its own pods"));
        for (String direction : List.of("Ingress", "Egress")) {
            refuseIf(
                    only(V1NetworkPolicy.class).stream()
                            .filter(policy ->
                                    some(policy.getSpec().getPolicyTypes()).contains(direction))
                            .noneMatch(policy -> workload.isSelectedBy(
                                    matchLabels(policy.getSpec().getPodSelector()))),
                    name,
                    "pods",
                    "are under no NetworkPolicy for " + direction);
        }
        refuseIf(
                workload.replicas() > 1
                        && only(V1PodDisruptionBudget.class).stream()
                                .noneMatch(budget -> workload.isSelectedBy(
                                        matchLabels(budget.getSpec().getSelector()))),
                name,
                "replicas",
                "are several, but no PodDisruptionBudget selects them");
        Map<String, Set<String>> configMaps = new HashMap<>();
        only(V1ConfigMap.class)
                .forEach(map -> configMaps.put(
                        map.getMetadata().getName(),
                        map.getData() == null ? Set.of() : map.getData().keySet()));
        for (V1Volume volume : some(workload.pod().getVolumes())) {
            if (volume.getProjected() != null) {
                String field = "volumes[" + volume.getName() + "]";
                for (V1VolumeProjection source : some(volume.getProjected().getSources())) {
                    if (source.getConfigMap() != null) {
                        keys(
                                name,
                                field,
                                "ConfigMap/" + source.getConfigMap().getName(),
                                configMaps.get(source.getConfigMap().getName()),
                                source.getConfigMap().getItems());
                    }
                    if (source.getSecret() != null) {
                        keys(
                                name,
                                field,
                                "Secret/" + source.getSecret().getName(),
                                secrets.get(source.getSecret().getName()),
                                source.getSecret().getItems());
                    }
                }
            }
        }
    }

    private void keys(String workload, String field, String source, Set<String> there, List<V1KeyToPath> items) {
        refuseIf(
                there == null,
                workload,
                field,
                "needs " + source + ", which is neither here nor in docs/kubernetes.md");
        if (there != null) {
            for (V1KeyToPath item : some(items)) {
                refuseIf(
                        !there.contains(item.getKey()),
                        workload,
                        field,
                        "needs the key " + item.getKey() + " of " + source + ", which has none such");
            }
        }
    }

    private void service(V1Service service) {
        String name = "Service/" + service.getMetadata().getName();
        Map<String, String> selector = service.getSpec().getSelector();
        List<Workload> selected = selected(name, "spec.selector", selector == null ? Map.of() : selector);
        for (V1ServicePort port : some(service.getSpec().getPorts())) {
            String target = port.getTargetPort() == null
                    ? port.getPort().toString()
                    : port.getTargetPort().toString();
            open(name, "spec.ports[" + port.getName() + "].targetPort", target, selected);
        }
    }

    private void budget(V1PodDisruptionBudget budget) {
        String name = "PodDisruptionBudget/" + budget.getMetadata().getName();
        List<Workload> selected =
                selected(name, "spec.selector", matchLabels(budget.getSpec().getSelector()));
        refuseIf(
                budget.getSpec().getMinAvailable() != null
                        && selected.stream().anyMatch(workload -> workload.replicas() < 2),
                name,
                "spec.minAvailable",
                "keeps the node of a single pod from being drained: use maxUnavailable");
    }

    private void policy(V1NetworkPolicy policy) {
        String name = "NetworkPolicy/" + policy.getMetadata().getName();
        List<Workload> selected =
                selected(name, "spec.podSelector", matchLabels(policy.getSpec().getPodSelector()));
        some(policy.getSpec().getIngress()).forEach(rule -> {
            peers(name, "spec.ingress.from", rule.getFrom());
            ports(name, "spec.ingress.ports", rule.getPorts(), selected);
        });
        some(policy.getSpec().getEgress()).forEach(rule -> {
            List<Workload> reached = peers(name, "spec.egress.to", rule.getTo());
            if (!reached.isEmpty()) {
                ports(name, "spec.egress.ports", rule.getPorts(), reached);
            }
        });
    }

    /** Those of this namespace that the peers name; a selector that is empty means all and is no mistake. */
    private List<Workload> peers(String name, String field, List<V1NetworkPolicyPeer> peers) {
        refuseIf(some(peers).isEmpty(), name, field, "is empty, which means everybody");
        List<Workload> reached = new ArrayList<>();
        for (V1NetworkPolicyPeer peer : some(peers)) {
            Map<String, String> labels = matchLabels(peer.getPodSelector());
            if (peer.getNamespaceSelector() == null && !labels.isEmpty()) {
                reached.addAll(selected(name, field + ".podSelector", labels));
            }
        }
        return reached;
    }

    private void ports(String name, String field, List<V1NetworkPolicyPort> ports, List<Workload> workloads) {
        refuseIf(some(ports).isEmpty(), name, field, "is empty, which means every port");
        some(ports).forEach(port -> open(name, field, port.getPort().toString(), workloads));
    }

    private void open(String name, String field, String port, List<Workload> workloads) {
        refuseIf(
                !workloads.isEmpty() && workloads.stream().noneMatch(workload -> workload.hasPort(port)),
                name,
                field,
                "is no port of the pods it selects: " + port);
    }

    private List<Workload> selected(String name, String field, Map<String, String> labels) {
        List<Workload> selected = workloads.stream()
                .filter(workload -> workload.isSelectedBy(labels))
                .toList();
        refuseIf(selected.isEmpty() || labels.isEmpty(), name, field, "matches no pod of these manifests: " + labels);
        return selected;
    }

    private <T> List<T> only(Class<T> type) {
        return objects.stream().filter(type::isInstance).map(type::cast).collect(Collectors.toList());
    }
}

package dev.fresnel.kubernetes;

import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1LabelSelector;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaim;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What makes pods: a Deployment or a StatefulSet.
 *
 * @param name such as {@code Deployment/fresnel}
 * @param labels of its pods
 * @param claims volumes that each pod gets from a template
 */
record Workload(
        String name,
        int replicas,
        V1LabelSelector selector,
        Map<String, String> labels,
        V1PodSpec pod,
        List<String> claims) {

    static Optional<Workload> of(Object object) {
        return switch (object) {
            case V1Deployment it ->
                Optional.of(new Workload(
                        "Deployment/" + it.getMetadata().getName(),
                        Objects.requireNonNullElse(it.getSpec().getReplicas(), 1),
                        it.getSpec().getSelector(),
                        labels(it.getSpec().getTemplate().getMetadata()),
                        it.getSpec().getTemplate().getSpec(),
                        List.of()));
            case V1StatefulSet it ->
                Optional.of(new Workload(
                        "StatefulSet/" + it.getMetadata().getName(),
                        Objects.requireNonNullElse(it.getSpec().getReplicas(), 1),
                        it.getSpec().getSelector(),
                        labels(it.getSpec().getTemplate().getMetadata()),
                        it.getSpec().getTemplate().getSpec(),
                        some(it.getSpec().getVolumeClaimTemplates()).stream()
                                .map(V1PersistentVolumeClaim::getMetadata)
                                .map(V1ObjectMeta::getName)
                                .toList()));
            default -> Optional.empty();
        };
    }

    /** Those that run as long as the pod: containers, and init containers that are native sidecars. */
    List<V1Container> lasting() {
        return Stream.concat(
                        some(pod.getInitContainers()).stream().filter(Workload::isSidecar),
                        some(pod.getContainers()).stream())
                .toList();
    }

    List<V1Container> containers() {
        return Stream.concat(some(pod.getInitContainers()).stream(), some(pod.getContainers()).stream())
                .toList();
    }

    static boolean isSidecar(V1Container init) {
        return "Always".equals(init.getRestartPolicy());
    }

    /** Whether a port of a Service, probe or policy is one of its pods', by name or number. */
    boolean hasPort(String port) {
        return lasting().stream().anyMatch(container -> hasPort(container, port));
    }

    static boolean hasPort(V1Container container, String port) {
        return some(container.getPorts()).stream()
                .anyMatch(open -> port.equals(open.getName())
                        || port.equals(open.getContainerPort().toString()));
    }

    boolean isSelectedBy(Map<String, String> wanted) {
        return labels.entrySet().containsAll(wanted.entrySet());
    }

    private static Map<String, String> labels(V1ObjectMeta metadata) {
        return metadata == null || metadata.getLabels() == null ? Map.of() : metadata.getLabels();
    }

    static <T> List<T> some(List<T> list) {
        return list == null ? List.of() : list;
    }

    static Map<String, String> matchLabels(V1LabelSelector selector) {
        return selector == null || selector.getMatchLabels() == null ? Map.of() : selector.getMatchLabels();
    }
}

package dev.fresnel.kubernetes;

import static dev.fresnel.kubernetes.Workload.some;

import dev.fresnel.app.Gateway;
import io.kubernetes.client.custom.Quantity;
import io.kubernetes.client.openapi.models.V1Capabilities;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1EnvVar;
import io.kubernetes.client.openapi.models.V1PodSecurityContext;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1Probe;
import io.kubernetes.client.openapi.models.V1ResourceRequirements;
import io.kubernetes.client.openapi.models.V1SeccompProfile;
import io.kubernetes.client.openapi.models.V1SecurityContext;
import io.kubernetes.client.openapi.models.V1Volume;
import io.kubernetes.client.openapi.models.V1VolumeMount;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a pod must keep to: the profile "restricted" of the Pod Security Standards, and beyond it a root file system that is read only, a
 * pinned image, probes that lead somewhere, bounded memory, no token and no secret in the environment.
 */
final class PodRules {
    private static final Pattern PINNED =
            Pattern.compile(".+(:(?!latest$)[A-Za-z0-9_][A-Za-z0-9_.-]*|@sha256:[0-9a-f]{64})");
    private static final Pattern MEMORY_OPTION = Pattern.compile("-X(?:mx|X:MaxDirectMemorySize=)(\\d+)m");

    /** What a JVM takes besides heap and buffers: classes, compiled code, stacks. */
    private static final int JVM_MEBIBYTES = 160;

    private final Workload workload;
    private final V1PodSpec pod;
    private final List<String> problems = new ArrayList<>();

    private PodRules(Workload workload) {
        this.workload = workload;
        this.pod = workload.pod();
    }

    static List<String> problems(Workload workload) {
        PodRules rules = new PodRules(workload);
        rules.pod();
        workload.containers().forEach(rules::container);
        workload.lasting().forEach(rules::probes);
        return rules.problems;
    }

    private void refuseIf(boolean broken, String field, String why) {
        if (broken) {
            problems.add(workload.name() + ": " + field + " " + why);
        }
    }

    private void pod() {
        refuseIf(isTrue(pod.getHostNetwork()), "hostNetwork", "must not be true");
        refuseIf(isTrue(pod.getHostPID()), "hostPID", "must not be true");
        refuseIf(isTrue(pod.getHostIPC()), "hostIPC", "must not be true");
        refuseIf(
                !Boolean.FALSE.equals(pod.getAutomountServiceAccountToken()),
                "automountServiceAccountToken",
                "must be false: nothing here asks the API server");
        for (V1Volume volume : some(pod.getVolumes())) {
            boolean allowed = volume.getConfigMap() != null
                    || volume.getSecret() != null
                    || volume.getProjected() != null
                    || volume.getEmptyDir() != null
                    || volume.getDownwardAPI() != null
                    || volume.getPersistentVolumeClaim() != null;
            String field = "volumes[" + volume.getName() + "]";
            refuseIf(volume.getHostPath() != null, field + ".hostPath", "is not allowed");
            refuseIf(!allowed && volume.getHostPath() == null, field, "is of a type that is not allowed");
            refuseIf(
                    volume.getEmptyDir() != null && volume.getEmptyDir().getSizeLimit() == null,
                    field + ".emptyDir.sizeLimit",
                    "is missing: a full node evicts its pods");
        }
    }

    private void container(V1Container container) {
        String at = "containers[" + container.getName() + "].";
        refuseIf(
                container.getImage() == null
                        || !PINNED.matcher(container.getImage()).matches(),
                at + "image",
                "must have a version tag or a digest, but is " + container.getImage());
        security(container, at + "securityContext.");
        resources(container, at + "resources.");
        for (V1EnvVar variable : some(container.getEnv())) {
            refuseIf(
                    variable.getValueFrom() != null && variable.getValueFrom().getSecretKeyRef() != null,
                    at + "env[" + variable.getName() + "]",
                    "takes a Secret into the environment: mount it as a file");
        }
        refuseIf(
                some(container.getEnvFrom()).stream().anyMatch(from -> from.getSecretRef() != null),
                at + "envFrom",
                "takes a Secret into the environment: mount it as a file");
        Set<String> volumes = new HashSet<>(workload.claims());
        some(pod.getVolumes()).forEach(volume -> volumes.add(volume.getName()));
        for (V1VolumeMount mount : some(container.getVolumeMounts())) {
            String field = at + "volumeMounts[" + mount.getName() + "]";
            refuseIf(!volumes.contains(mount.getName()), field, "names no volume of the pod");
            refuseIf(mount.getSubPath() != null, field + ".subPath", "is never updated: mount the directory");
        }
        some(container.getPorts())
                .forEach(port -> refuseIf(
                        port.getHostPort() != null, at + "ports[" + port.getName() + "].hostPort", "is not allowed"));
    }

    private void security(V1Container container, String at) {
        V1PodSecurityContext shared =
                Objects.requireNonNullElseGet(pod.getSecurityContext(), V1PodSecurityContext::new);
        V1SecurityContext own = Objects.requireNonNullElseGet(container.getSecurityContext(), V1SecurityContext::new);
        Boolean nonRoot = own.getRunAsNonRoot() == null ? shared.getRunAsNonRoot() : own.getRunAsNonRoot();
        Long user = own.getRunAsUser() == null ? shared.getRunAsUser() : own.getRunAsUser();
        V1SeccompProfile seccomp =
                own.getSeccompProfile() == null ? shared.getSeccompProfile() : own.getSeccompProfile();
        V1Capabilities capabilities = Objects.requireNonNullElseGet(own.getCapabilities(), V1Capabilities::new);
        refuseIf(!isTrue(nonRoot), at + "runAsNonRoot", "must be true");
        refuseIf(user == null || user == 0, at + "runAsUser", "must be a user other than root");
        refuseIf(
                !Boolean.FALSE.equals(own.getAllowPrivilegeEscalation()),
                at + "allowPrivilegeEscalation",
                "must be false");
        refuseIf(isTrue(own.getPrivileged()), at + "privileged", "must not be true");
        refuseIf(!some(capabilities.getDrop()).contains("ALL"), at + "capabilities.drop", "must be [ALL]");
        refuseIf(!some(capabilities.getAdd()).isEmpty(), at + "capabilities.add", "must be empty");
        refuseIf(
                seccomp == null || !Set.of("RuntimeDefault", "Localhost").contains(seccomp.getType()),
                at + "seccompProfile.type",
                "must be RuntimeDefault");
        refuseIf(!isTrue(own.getReadOnlyRootFilesystem()), at + "readOnlyRootFilesystem", "must be true");
    }

    private void resources(V1Container container, String at) {
        V1ResourceRequirements resources = container.getResources();
        Map<String, Quantity> requests =
                resources == null || resources.getRequests() == null ? Map.of() : resources.getRequests();
        Map<String, Quantity> limits =
                resources == null || resources.getLimits() == null ? Map.of() : resources.getLimits();
        refuseIf(!requests.containsKey("cpu"), at + "requests.cpu", "is missing");
        refuseIf(!requests.containsKey("memory"), at + "requests.memory", "is missing");
        refuseIf(!limits.containsKey("memory"), at + "limits.memory", "is missing");
        for (V1EnvVar variable : some(container.getEnv())) {
            if (variable.getName().equals("FRESNEL_JAVA_OPTS") && limits.containsKey("memory")) {
                int mebibytes = JVM_MEBIBYTES;
                for (Matcher option = MEMORY_OPTION.matcher(variable.getValue()); option.find(); ) {
                    mebibytes += Integer.parseInt(option.group(1));
                }
                BigDecimal bytes = BigDecimal.valueOf((long) mebibytes << 20);
                refuseIf(
                        limits.get("memory").getNumber().compareTo(bytes) < 0,
                        at + "limits.memory",
                        "is below the " + mebibytes + "Mi that FRESNEL_JAVA_OPTS allows the JVM");
            }
        }
    }

    private void probes(V1Container container) {
        String at = "containers[" + container.getName() + "].";
        boolean gateway = container.getName().equals("fresnel");
        probe(container, container.getReadinessProbe(), at + "readinessProbe");
        probe(container, container.getLivenessProbe(), at + "livenessProbe");
        if (gateway || container.getStartupProbe() != null) {
            probe(container, container.getStartupProbe(), at + "startupProbe");
        }
        if (gateway && pod.getContainers().contains(container)) {
            long sleep = container.getLifecycle() == null
                            || container.getLifecycle().getPreStop() == null
                            || container.getLifecycle().getPreStop().getSleep() == null
                    ? 0
                    : container.getLifecycle().getPreStop().getSleep().getSeconds();
            refuseIf(sleep == 0, at + "lifecycle.preStop.sleep", "is missing: requests still arrive when a pod ends");
            long grace = Objects.requireNonNullElse(pod.getTerminationGracePeriodSeconds(), 30L);
            long needed = sleep + Gateway.GRACE.toSeconds() + 10;
            refuseIf(
                    grace < needed,
                    "terminationGracePeriodSeconds",
                    "must be at least " + needed + ", preStop and drain, but is " + grace);
        }
    }

    private void probe(V1Container container, V1Probe probe, String field) {
        if (probe == null) {
            refuseIf(true, field, "is missing");
        } else if (probe.getHttpGet() != null) {
            String port = probe.getHttpGet().getPort().toString();
            refuseIf(
                    !Workload.hasPort(container, port),
                    field + ".httpGet.port",
                    "is no port of the container: " + port);
        } else if (probe.getTcpSocket() != null) {
            String port = probe.getTcpSocket().getPort().toString();
            refuseIf(
                    !Workload.hasPort(container, port),
                    field + ".tcpSocket.port",
                    "is no port of the container: " + port);
        } else {
            refuseIf(probe.getExec() == null, field, "asks nothing");
        }
    }

    private static boolean isTrue(Boolean value) {
        return Boolean.TRUE.equals(value);
    }
}

package dev.fresnel.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The overlays under {@code k8s} render, pass the official model and the rules for pods; and what is broken does not. */
class ManifestsTest {
    private static final String SPEC = "spec.template.spec.";
    private static final String GATEWAY = SPEC + "containers[fresnel]";
    private static final String SIDECAR = SPEC + "initContainers[fresnel]";

    static Stream<String> overlays() {
        return Kubectl.overlays();
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void passesModelAndRules(String overlay) {
        assertThat(Manifests.problems(Manifest.parse(Kubectl.overlay(overlay)))).isEmpty();
    }

    @Test
    void bothShapesAreShipped() {
        assertThat(overlays()).containsExactly("dev", "sidecar-example", "standalone-redis");
        assertThat(workloads("standalone-redis"))
                .anySatisfy(gateway -> {
                    assertThat(gateway.name()).isEqualTo("Deployment/fresnel");
                    assertThat(gateway.replicas()).isGreaterThanOrEqualTo(2);
                })
                .anySatisfy(redis -> assertThat(redis.name()).isEqualTo("StatefulSet/fresnel-redis"));
        assertThat(workloads("sidecar-example")).singleElement().satisfies(app -> {
            assertThat(app.pod().getContainers())
                    .singleElement()
                    .satisfies(container -> assertThat(container.getName()).isEqualTo("app"));
            assertThat(app.pod().getInitContainers())
                    .singleElement()
                    .matches(Workload::isSidecar)
                    .satisfies(gateway -> assertThat(gateway.getStartupProbe()).isNotNull());
        });
    }

    /** Two pods with a store each would spend one budget twice. */
    @Test
    void onlyReplicasThatShareAStoreOverlap() {
        assertThat(Kubectl.overlay("dev")).contains("type: Recreate").doesNotContain("maxSurge");
        assertThat(Kubectl.overlay("standalone-redis")).contains("maxSurge: 1").doesNotContain("type: Recreate");
    }

    /**
     * A rendered overlay with one mistake.
     *
     * @param path of a block, steps apart by points, an entry of a list by its name or number
     * @param expected every problem that it must give, each in parts
     */
    record Broken(
            String what,
            String overlay,
            String object,
            String path,
            Consumer<Map<String, Object>> edit,
            List<String> expected) {
        static Broken of(
                String what,
                String overlay,
                String object,
                String path,
                Consumer<Map<String, Object>> edit,
                String... expected) {
            return new Broken(what, overlay, object, path, edit, List.of(expected));
        }

        @Override
        public String toString() {
            return what;
        }
    }

    static Stream<Broken> broken() {
        String alone = "standalone-redis";
        String beside = "sidecar-example";
        String gateway = "Deployment/fresnel";
        String app = "Deployment/example-app";
        return Stream.of(
                Broken.of(
                        "an unknown field of a container",
                        alone,
                        gateway,
                        GATEWAY,
                        it -> it.put("bogusField", "x"),
                        "bogusField",
                        "V1Container"),
                Broken.of(
                        "an unknown field of a sidecar",
                        beside,
                        app,
                        SIDECAR,
                        it -> it.put("restartPolice", "Always"),
                        "restartPolice",
                        "V1Container"),
                Broken.of(
                        "an unknown field deep down",
                        alone,
                        gateway,
                        GATEWAY + ".securityContext.capabilities",
                        it -> it.put("dorp", List.of("ALL")),
                        "dorp",
                        "V1Capabilities"),
                Broken.of(
                        "an unknown field of a projected file",
                        alone,
                        gateway,
                        SPEC + "volumes[config].projected.sources[0].configMap.items[0]",
                        it -> it.put("pth", "x"),
                        "pth",
                        "V1KeyToPath"),
                Broken.of(
                        "an unknown field of a policy",
                        alone,
                        "NetworkPolicy/fresnel",
                        "spec",
                        it -> it.put("ingres", List.of()),
                        "ingres",
                        "V1NetworkPolicySpec"),
                Broken.of(
                        "a port that is no number",
                        alone,
                        gateway,
                        GATEWAY + ".ports[data]",
                        it -> it.put("containerPort", "x"),
                        ".spec.template.spec.containers[0].ports[0].containerPort",
                        "\"x\""),
                Broken.of(
                        "replicas that are no number",
                        alone,
                        gateway,
                        "spec",
                        it -> it.put("replicas", "many"),
                        ".spec.replicas: ",
                        "\"many\""),
                Broken.of(
                        "a list in place of a text",
                        alone,
                        gateway,
                        GATEWAY,
                        it -> it.put("image", List.of("fresnel")),
                        "image"),
                Broken.of("a missing required field", alone, gateway, "spec", it -> it.remove("selector"), "selector"),
                Broken.of(
                        "a kind that nobody knows",
                        alone,
                        "Service/fresnel",
                        "",
                        it -> it.put("kind", "Servise"),
                        "v1 Servise"),
                Broken.of(
                        "no readiness probe",
                        alone,
                        gateway,
                        GATEWAY,
                        it -> it.remove("readinessProbe"),
                        "containers[fresnel].readinessProbe is missing"),
                Broken.of(
                        "no liveness probe of Redis",
                        alone,
                        "StatefulSet/fresnel-redis",
                        SPEC + "containers[redis]",
                        it -> it.remove("livenessProbe"),
                        "containers[redis].livenessProbe is missing"),
                Broken.of(
                        "no start-up probe of the sidecar",
                        beside,
                        app,
                        SIDECAR,
                        it -> it.remove("startupProbe"),
                        "containers[fresnel].startupProbe is missing"),
                Broken.of(
                        "a probe of a port that is not there",
                        beside,
                        app,
                        SIDECAR + ".startupProbe.httpGet",
                        it -> it.put("port", 9090),
                        "containers[fresnel].startupProbe.httpGet.port is no port of the container: 9090"),
                Broken.of(
                        "the tag latest",
                        beside,
                        app,
                        SIDECAR,
                        it -> it.put("image", "fresnel:latest"),
                        "containers[fresnel].image",
                        "fresnel:latest"),
                Broken.of(
                        "no tag",
                        alone,
                        gateway,
                        GATEWAY,
                        it -> it.put("image", "registry.example:5000/fresnel"),
                        "containers[fresnel].image",
                        "registry.example:5000/fresnel"),
                Broken.of(
                        "root",
                        alone,
                        gateway,
                        SPEC + "securityContext",
                        it -> it.put("runAsUser", 0),
                        "containers[fresnel].securityContext.runAsUser must be a user other than root"),
                Broken.of(
                        "perhaps root",
                        alone,
                        gateway,
                        SPEC + "securityContext",
                        it -> it.remove("runAsNonRoot"),
                        "containers[fresnel].securityContext.runAsNonRoot must be true"),
                Broken.of(
                        "a writable root file system",
                        beside,
                        app,
                        SIDECAR + ".securityContext",
                        it -> it.remove("readOnlyRootFilesystem"),
                        "containers[fresnel].securityContext.readOnlyRootFilesystem must be true"),
                Broken.of(
                        "privilege escalation",
                        beside,
                        app,
                        SPEC + "containers[app].securityContext",
                        it -> it.remove("allowPrivilegeEscalation"),
                        "containers[app].securityContext.allowPrivilegeEscalation must be false"),
                Broken.of(
                        "capabilities kept",
                        alone,
                        gateway,
                        GATEWAY + ".securityContext.capabilities",
                        it -> it.put("drop", List.of("NET_RAW")),
                        "containers[fresnel].securityContext.capabilities.drop must be [ALL]"),
                Broken.of(
                        "no seccomp profile",
                        alone,
                        gateway,
                        SPEC + "securityContext",
                        it -> it.remove("seccompProfile"),
                        "containers[fresnel].securityContext.seccompProfile.type must be RuntimeDefault"),
                Broken.of(
                        "a directory of the host",
                        alone,
                        gateway,
                        SPEC + "volumes[data]",
                        it -> {
                            it.remove("emptyDir");
                            it.put("hostPath", Map.of("path", "/"));
                        },
                        "volumes[data].hostPath is not allowed"),
                Broken.of(
                        "the host's network",
                        alone,
                        gateway,
                        "spec.template.spec",
                        it -> it.put("hostNetwork", true),
                        "hostNetwork must not be true"),
                Broken.of(
                        "a token",
                        alone,
                        gateway,
                        "spec.template.spec",
                        it -> it.remove("automountServiceAccountToken"),
                        "automountServiceAccountToken must be false"),
                Broken.of(
                        "a secret in the environment",
                        alone,
                        gateway,
                        GATEWAY + ".env[0]",
                        it -> {
                            it.remove("value");
                            it.put("name", "KEY");
                            it.put("valueFrom", Map.of("secretKeyRef", Map.of("name", "a", "key", "b")));
                        },
                        "containers[fresnel].env[KEY] takes a Secret into the environment"),
                Broken.of(
                        "no memory limit",
                        alone,
                        gateway,
                        GATEWAY + ".resources",
                        it -> it.remove("limits"),
                        "containers[fresnel].resources.limits.memory is missing"),
                Broken.of(
                        "a heap beyond the limit",
                        alone,
                        gateway,
                        GATEWAY + ".env[0]",
                        it -> it.put("value", "-Xmx700m -XX:MaxDirectMemorySize=64m"),
                        "containers[fresnel].resources.limits.memory is below the 924Mi"),
                Broken.of(
                        "a grace shorter than the drain",
                        alone,
                        gateway,
                        "spec.template.spec",
                        it -> it.remove("terminationGracePeriodSeconds"),
                        "terminationGracePeriodSeconds must be at least 45, preStop and drain, but is 30"),
                Broken.of(
                        "no preStop",
                        alone,
                        gateway,
                        GATEWAY,
                        it -> it.remove("lifecycle"),
                        "containers[fresnel].lifecycle.preStop.sleep is missing"),
                Broken.of(
                        "a mount by subPath",
                        alone,
                        gateway,
                        GATEWAY + ".volumeMounts[config]",
                        it -> it.put("subPath", "fresnel.yaml"),
                        "containers[fresnel].volumeMounts[config].subPath is never updated"),
                Broken.of(
                        "a mount of nothing",
                        alone,
                        gateway,
                        GATEWAY + ".volumeMounts[tmp]",
                        it -> it.put("name", "temp"),
                        "containers[fresnel].volumeMounts[temp] names no volume"),
                Broken.of(
                        "a Service that finds nobody",
                        alone,
                        "Service/fresnel",
                        "spec",
                        it -> it.put("selector", Map.of("app", "fresnel")),
                        "spec.selector matches no pod of these manifests: {app=fresnel}"),
                Broken.of(
                        "a Service for a port that nobody has",
                        alone,
                        "Service/fresnel",
                        "spec.ports[0]",
                        it -> it.put("targetPort", "http"),
                        "spec.ports[http].targetPort is no port of the pods it selects: http"),
                Broken.of(
                        "a disruption budget for nobody",
                        alone,
                        "PodDisruptionBudget/fresnel",
                        "spec.selector",
                        it -> it.put("matchLabels", Map.of("app", "x")),
                        "spec.selector matches no pod",
                        "|Deployment/fresnel: replicas are several, but no PodDisruptionBudget"),
                Broken.of(
                        "a disruption budget that holds a single pod",
                        "dev",
                        "PodDisruptionBudget/fresnel",
                        "spec",
                        it -> {
                            it.remove("maxUnavailable");
                            it.put("minAvailable", 1);
                        },
                        "spec.minAvailable keeps the node"),
                Broken.of(
                        "a network policy for nobody",
                        alone,
                        "NetworkPolicy/fresnel-to-redis",
                        "spec.podSelector",
                        it -> it.put("matchLabels", Map.of("app", "x")),
                        "spec.podSelector matches no pod"),
                Broken.of(
                        "a network policy that lets nobody's pods in",
                        alone,
                        "NetworkPolicy/fresnel-redis",
                        "spec.ingress[0].from[0].podSelector",
                        it -> it.put("matchLabels", Map.of("app", "x")),
                        "spec.ingress.from.podSelector matches no pod"),
                Broken.of(
                        "a network policy with nothing in it",
                        beside,
                        "NetworkPolicy/example-app",
                        "spec.ingress[0]",
                        it -> it.remove("from"),
                        "spec.ingress.from is empty, which means everybody"),
                Broken.of(
                        "no policy for what pods reach",
                        beside,
                        "NetworkPolicy/example-app",
                        "spec",
                        it -> it.put("policyTypes", List.of("Ingress")),
                        "|Deployment/example-app: pods are under no NetworkPolicy for Egress"),
                Broken.of(
                        "pods that their own Deployment does not own",
                        alone,
                        gateway,
                        "spec.selector",
                        it -> it.put("matchLabels", Map.of("app", "x")),
                        "spec.selector does not match the labels of its own pods"),
                Broken.of(
                        "a Secret that nobody brings",
                        alone,
                        gateway,
                        SPEC + "volumes[config].projected.sources[1].secret",
                        it -> it.put("name", "secrets"),
                        "volumes[config] needs Secret/secrets, which is neither here nor in docs"),
                Broken.of(
                        "a key that the ConfigMap lacks",
                        alone,
                        gateway,
                        SPEC + "volumes[config].projected.sources[0].configMap.items[0]",
                        it -> it.put("key", "config.yaml"),
                        "volumes[config] needs the key config.yaml of ConfigMap/fresnel-config"),
                Broken.of(
                        "a namespace that enforces nothing",
                        beside,
                        "Namespace/fresnel-example",
                        "metadata.labels",
                        it -> it.remove("pod-security.kubernetes.io/enforce"),
                        "must be restricted"),
                Broken.of(
                        "an object in another namespace",
                        alone,
                        "Service/fresnel",
                        "metadata",
                        it -> it.put("namespace", "default"),
                        "metadata.namespace must be fresnel"));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void refusesWhatIsBroken_namingObjectAndField(Broken broken) {
        List<Manifest> manifests = Manifest.parse(Kubectl.overlay(broken.overlay()));
        Manifest object = manifests.stream()
                .filter(manifest -> manifest.name().equals(broken.object()))
                .findFirst()
                .orElseThrow();
        broken.edit().accept(Tree.at(object.tree(), broken.path()));

        List<String> problems = Manifests.problems(manifests);

        // What a mistake leads to elsewhere is named after a bar; everything else is said of the object itself.
        List<String> own = new ArrayList<>(broken.expected());
        List<String> others = own.stream()
                .filter(text -> text.startsWith("|"))
                .map(text -> text.substring(1))
                .toList();
        own.removeIf(text -> text.startsWith("|"));
        if (!own.isEmpty()) {
            String name = broken.what().startsWith("a kind") ? object.name() : broken.object();
            assertThat(problems)
                    .anySatisfy(problem -> assertThat(problem)
                            .startsWith(name + ": ")
                            .contains(own)
                            .hasSizeLessThan(250));
        }
        others.forEach(text ->
                assertThat(problems).anySatisfy(problem -> assertThat(problem).startsWith(text)));
        assertThat(problems).hasSize(others.size() + (own.isEmpty() ? 0 : 1));
    }

    static List<Workload> workloads(String overlay) {
        return Manifest.parse(Kubectl.overlay(overlay)).stream()
                .map(ManifestsTest::typed)
                .flatMap(object -> Workload.of(object).stream())
                .toList();
    }

    private static Object typed(Manifest manifest) {
        try {
            return manifest.typed();
        } catch (Manifest.NotStrict refused) {
            throw new AssertionError(refused);
        }
    }
}

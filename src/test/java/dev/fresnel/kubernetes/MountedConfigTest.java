package dev.fresnel.kubernetes;

import static dev.fresnel.kubernetes.Workload.some;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.config.ConfigLoader;
import dev.fresnel.config.ConfigResult;
import dev.fresnel.config.GatewayConfig;
import dev.fresnel.config.HostPort;
import dev.fresnel.config.Problem;
import dev.fresnel.upstream.Credential;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1EnvVar;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1Volume;
import io.kubernetes.client.openapi.models.V1VolumeMount;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The config that every overlay ships is valid as it is mounted, and says of ports, directories and hosts what the manifests say. */
class MountedConfigTest {
    @TempDir
    private Path directory;

    static Stream<String> overlays() {
        return Kubectl.overlays();
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void isValidAsMounted_andAgreesWithTheManifests(String overlay) throws IOException {
        List<Object> objects = objects(overlay);
        Workload workload = gateways(objects).getFirst();
        V1Container gateway = gateway(workload);
        String configured = gateway.getArgs().getLast();
        V1VolumeMount mount = some(gateway.getVolumeMounts()).stream()
                .filter(it -> it.getMountPath().equals(configured))
                .findFirst()
                .orElseThrow();
        V1Volume volume = some(workload.pod().getVolumes()).stream()
                .filter(it -> it.getName().equals(mount.getName()))
                .findFirst()
                .orElseThrow();
        Map<String, V1ConfigMap> configMaps = new HashMap<>();
        only(V1ConfigMap.class, objects)
                .forEach(map -> configMaps.put(map.getMetadata().getName(), map));
        Map<String, String> secrets = new HashMap<>();
        Manifests.broughtSecrets()
                .forEach((name, keys) -> keys.forEach(key -> secrets.put(name + "/" + key, content(key))));
        MountedVolume.mount(directory, volume, configMaps, secrets);

        ConfigResult result = ConfigLoader.load(directory, Map.of());

        GatewayConfig config = switch (result) {
            case ConfigResult.Valid valid -> valid.config();
            case ConfigResult.Invalid invalid -> throw new AssertionError(invalid.problems());
        };
        assertThat(gateways(objects)).hasSize(1);
        assertThat(gateway.getArgs()).startsWith("serve", "--config");
        assertThat(config.tenants()).isNotEmpty();
        assertThat(config.upstreams().values())
                .allSatisfy(upstream -> assertThat(upstream.credential()).isInstanceOf(Credential.ApiKey.class));
        listeners(workload, gateway, config);
        store(workload, gateway, config, objects, result.warnings());
    }

    /** As the documentation makes them: a tenant's key is its hash. */
    private static String content(String key) {
        return key.equals("acme-key") ? "sha256:" + "0f".repeat(32) + "\n" : "secret-of-" + key + "\n";
    }

    private static void listeners(Workload workload, V1Container gateway, GatewayConfig config) {
        HostPort probes = config.listen().probes().orElseThrow();
        assertThat(probes.isLoopback()).isFalse();
        assertThat(gateway.getPorts()).anySatisfy(port -> {
            assertThat(port.getName()).endsWith("probes");
            assertThat(port.getContainerPort()).isEqualTo(probes.port());
        });
        assertThat(config.listen().admin().isLoopback()).isTrue();
        HostPort data = config.listen().data();
        if (Workload.isSidecar(gateway)) {
            assertThat(data.isLoopback()).isTrue();
            List<V1EnvVar> env = workload.pod().getContainers().getFirst().getEnv();
            assertThat(env).anySatisfy(variable -> {
                assertThat(variable.getName()).isEqualTo("OPENAI_BASE_URL");
                assertThat(variable.getValue()).isEqualTo("http://" + data + "/v1");
            });
        } else {
            assertThat(data.isLoopback()).isFalse();
            assertThat(config.tenants())
                    .allSatisfy(tenant -> assertThat(tenant.keys()).isNotEmpty());
            assertThat(gateway.getPorts()).anySatisfy(port -> {
                assertThat(port.getName()).isEqualTo("data");
                assertThat(port.getContainerPort()).isEqualTo(data.port());
            });
        }
    }

    private static void store(
            Workload workload,
            V1Container gateway,
            GatewayConfig config,
            List<Object> objects,
            List<Problem> warnings) {
        if (config.store().redis().isPresent()) {
            String address = config.store().redis().get().address().toString();
            assertThat(only(V1Service.class, objects))
                    .anySatisfy(service -> assertThat(address)
                            .contains(service.getMetadata().getName() + ":"
                                    + service.getSpec().getPorts().getFirst().getPort()));
            // The small Redis has no TLS, and the check says so.
            assertThat(warnings)
                    .singleElement()
                    .satisfies(warning -> assertThat(warning.describe(Path.of("fresnel.yaml")))
                            .contains("store.redis.password", "crosses the network unencrypted"));
        } else {
            assertThat(workload.replicas())
                    .as("replicas with a store of their own")
                    .isEqualTo(1);
            assertThat(gateway.getVolumeMounts()).anySatisfy(mount -> {
                assertThat(mount.getMountPath())
                        .isEqualTo(config.store().directory().toString());
                assertThat(mount.getReadOnly()).isNotEqualTo(true);
            });
            assertThat(warnings).isEmpty();
        }
    }

    private static List<Object> objects(String overlay) {
        List<Object> objects = new ArrayList<>();
        for (Manifest manifest : Manifest.parse(Kubectl.overlay(overlay))) {
            try {
                objects.add(manifest.typed());
            } catch (Manifest.NotStrict refused) {
                throw new AssertionError(refused);
            }
        }
        return objects;
    }

    private static List<Workload> gateways(List<Object> objects) {
        return objects.stream()
                .flatMap(object -> Workload.of(object).stream())
                .filter(workload ->
                        workload.lasting().stream().anyMatch(it -> it.getName().equals("fresnel")))
                .toList();
    }

    private static V1Container gateway(Workload workload) {
        return workload.lasting().stream()
                .filter(it -> it.getName().equals("fresnel"))
                .findFirst()
                .orElseThrow();
    }

    private static <T> List<T> only(Class<T> type, List<Object> objects) {
        return objects.stream().filter(type::isInstance).map(type::cast).toList();
    }
}

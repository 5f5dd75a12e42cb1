package dev.fresnel.kubernetes;

import static dev.fresnel.kubernetes.Workload.some;

import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1KeyToPath;
import io.kubernetes.client.openapi.models.V1Volume;
import io.kubernetes.client.openapi.models.V1VolumeProjection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Lays a projected volume out as a kubelet does: files in a version of its own, {@code ..data} that links to it, and links to what is in that. */
final class MountedVolume {
    private MountedVolume() {}

    /** @param secrets contents by {@code NAME/KEY} */
    static void mount(Path directory, V1Volume volume, Map<String, V1ConfigMap> configMaps, Map<String, String> secrets)
            throws IOException {
        Path version = Files.createDirectories(directory.resolve("..2026_11_27_12_00_00.1"));
        for (V1VolumeProjection source : some(volume.getProjected().getSources())) {
            if (source.getConfigMap() != null) {
                Map<String, String> data =
                        configMaps.get(source.getConfigMap().getName()).getData();
                write(version, source.getConfigMap().getItems(), data);
            }
            if (source.getSecret() != null) {
                for (V1KeyToPath item : source.getSecret().getItems()) {
                    String content = secrets.get(source.getSecret().getName() + "/" + item.getKey());
                    write(version, List.of(item), Map.of(item.getKey(), content));
                }
            }
        }
        Files.createSymbolicLink(directory.resolve("..data"), version.getFileName());
        try (Stream<Path> entries = Files.list(version)) {
            for (Path entry : entries.toList()) {
                Files.createSymbolicLink(
                        directory.resolve(entry.getFileName()),
                        Path.of("..data").resolve(entry.getFileName()));
            }
        }
    }

    private static void write(Path version, List<V1KeyToPath> items, Map<String, String> data) throws IOException {
        for (V1KeyToPath item : items) {
            Path file = version.resolve(item.getPath());
            Files.createDirectories(file.getParent());
            Files.writeString(file, data.get(item.getKey()));
        }
    }
}

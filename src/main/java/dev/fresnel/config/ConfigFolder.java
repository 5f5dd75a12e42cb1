package dev.fresnel.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A config file and the {@value #TENANTS} directory beside it, one file per tenant. Files that Kubernetes mounts are read from the one
 * directory that {@code ..data} points to at the beginning, so that they are of one moment although a new version may be swapped in meanwhile.
 */
final class ConfigFolder {
    /** What a directory's config file is called. */
    static final String MAIN = "fresnel.yaml";

    static final String TENANTS = "tenants.d";

    /** Where Kubernetes has a link to the version of a mounted ConfigMap or Secret that is in force. */
    private static final String IN_FORCE = "..data";

    private final Path main;
    private final Findings findings;

    /** A file that could be read. */
    record Text(String name, String content) {}

    ConfigFolder(Path main, Findings findings) {
        this.main = inForce(main.toAbsolutePath().normalize());
        this.findings = findings;
    }

    /** The config file that a path names: itself, or the one in it. */
    static Path mainFile(Path named) {
        return Files.isDirectory(named) ? named.resolve(MAIN) : named;
    }

    private static Path inForce(Path main) {
        Path link = main.resolveSibling(IN_FORCE);
        try {
            Path version = link.toRealPath();
            Path there = version.resolve(main.getFileName());
            return Files.exists(there) ? there : main;
        } catch (IOException noSuchLink) {
            return main;
        }
    }

    Optional<String> main() {
        return read(main, "");
    }

    /** The tenants' files by name. What cannot be read is reported, and left out. */
    List<Text> tenants() {
        List<Text> texts = new ArrayList<>();
        for (Path file : tenantFiles()) {
            String name = TENANTS + "/" + file.getFileName();
            read(file, name).ifPresent(content -> texts.add(new Text(name, content)));
        }
        return texts;
    }

    Set<Path> files() {
        Set<Path> files = new LinkedHashSet<>(tenantFiles());
        files.add(main);
        return files;
    }

    private List<Path> tenantFiles() {
        Path directory = main.resolveSibling(TENANTS);
        List<Path> files = new ArrayList<>();
        if (!Files.isDirectory(directory)) {
            return files;
        }
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory, ConfigFolder::isConfig)) {
            all.forEach(files::add);
        } catch (IOException | UncheckedIOException e) {
            findings.reading(TENANTS);
            findings.fileError("cannot be listed (" + e.getClass().getSimpleName() + ")", "check its permissions");
        }
        files.sort(null);
        return files;
    }

    /** Hidden files are an editor's, or Kubernetes' own. */
    private static boolean isConfig(Path file) {
        String name = file.getFileName().toString();
        return !name.startsWith(".") && (name.endsWith(".yaml") || name.endsWith(".yml"));
    }

    private Optional<String> read(Path file, String name) {
        findings.reading(name);
        try {
            if (Files.size(file) > 4L * YamlText.MAX_CHARACTERS) {
                findings.fileError("is far too large for a config file", "check the path");
            } else {
                return Optional.of(Files.readString(file, StandardCharsets.UTF_8));
            }
        } catch (NoSuchFileException e) {
            findings.fileError("does not exist", "check the path, or start from conf/fresnel.yaml");
        } catch (AccessDeniedException e) {
            findings.fileError("may not be read", "check its permissions");
        } catch (CharacterCodingException e) {
            findings.fileError("is not valid UTF-8", "save it as UTF-8");
        } catch (IOException e) {
            findings.fileError("cannot be read (" + e.getClass().getSimpleName() + ")", "check that it is a file");
        }
        return Optional.empty();
    }
}

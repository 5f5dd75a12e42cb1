package dev.fresnel.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.nodes.Node;

/**
 * Reads a config file and the environment it refers to. Reads only: nothing is started, created or resolved on the network, so
 * a check of a file is safe anywhere. Never throws for what a file says; that is {@link ConfigResult.Invalid}.
 */
public final class ConfigLoader {
    private ConfigLoader() {}

    /** @param env what {@code ${NAME}} looks up; usually the process environment */
    public static ConfigResult load(Path file, Map<String, String> env) {
        Findings findings = new Findings();
        try {
            if (Files.size(file) > 4L * YamlText.MAX_CHARACTERS) {
                findings.fileError("is far too large for a config file", "check the path");
            } else {
                Path directory = file.toAbsolutePath().normalize().getParent();
                return load(
                        Files.readString(file, StandardCharsets.UTF_8),
                        directory == null ? Path.of("") : directory,
                        env);
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
        return new ConfigResult.Invalid(findings.errors(), findings.warnings());
    }

    /**
     * From text in place of a file.
     *
     * @param directory what relative {@code file:} references start from
     */
    public static ConfigResult load(String yaml, Path directory, Map<String, String> env) {
        Findings findings = new Findings();
        Optional<Node> root = YamlText.compose(yaml, findings);
        if (root.isEmpty()) {
            return new ConfigResult.Invalid(findings.errors(), findings.warnings());
        }
        ConfigFile file = new Binder(new References(env, directory), findings).bind(ConfigFile.class, root.get());
        Aliases aliases = new Aliases(file.models().keySet(), file.aliases());
        PlanSection bottom = Binder.bottomLayer(PlanSection.class);
        new Checks(file, findings, aliases, bottom).run();
        return findings.clean()
                ? new ConfigResult.Valid(
                        new Assembly(file, aliases, bottom).config(),
                        EffectiveConfig.describe(file, aliases, bottom),
                        findings.warnings())
                : new ConfigResult.Invalid(findings.errors(), findings.warnings());
    }
}

package dev.fresnel.config;

import dev.fresnel.value.Fingerprint;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.yaml.snakeyaml.nodes.Node;

/**
 * Reads a config and the environment it refers to. Reads only: nothing is started, created or resolved on the network, so
 * a check of a file is safe anywhere. Never throws for what a file says; that is {@link ConfigResult.Invalid}.
 */
public final class ConfigLoader {
    private ConfigLoader() {}

    /**
     * A file, with the tenants in {@code tenants.d} beside it; or a directory that holds both, the file being {@code fresnel.yaml}.
     *
     * @param env what {@code ${NAME}} looks up; usually the process environment
     */
    public static ConfigResult load(Path named, Map<String, String> env) {
        return load(named, env, Optional.empty());
    }

    /**
     * {@link #load(Path, Map)}, which also warns of keys that have expired or soon will.
     *
     * @param now by which they do
     */
    public static ConfigResult load(Path named, Map<String, String> env, Instant now) {
        return load(named, env, Optional.of(now));
    }

    private static ConfigResult load(Path named, Map<String, String> env, Optional<Instant> now) {
        Findings findings = new Findings();
        Path file = mainFile(named);
        ConfigFolder folder = new ConfigFolder(file, findings);
        Optional<String> text = folder.main();
        Optional<Node> root = text.flatMap(yaml -> YamlText.compose(yaml, findings));
        boolean whole = TenantFiles.append(folder.tenants(), root, findings);
        Path parent = file.toAbsolutePath().normalize().getParent();
        Path directory = parent == null ? Path.of("") : parent;
        return root.filter(_ -> whole)
                .map(known -> bound(known, new References(env, directory), findings, now))
                .orElseGet(() -> invalid(findings, Set.of()));
    }

    /** The files that {@link #load} would read now, secrets apart. */
    public static Set<Path> files(Path named) {
        return new ConfigFolder(mainFile(named), new Findings()).files();
    }

    /** The config file that a path names: the file itself, or the one in that directory. */
    public static Path mainFile(Path named) {
        return ConfigFolder.mainFile(named);
    }

    /**
     * From text in place of a file.
     *
     * @param directory what relative {@code file:} references start from
     */
    public static ConfigResult load(String yaml, Path directory, Map<String, String> env) {
        return load(yaml, directory, env, Optional.empty());
    }

    static ConfigResult load(String yaml, Path directory, Map<String, String> env, Optional<Instant> now) {
        Findings findings = new Findings();
        return YamlText.compose(yaml, findings)
                .map(root -> bound(root, new References(env, directory), findings, now))
                .orElseGet(() -> invalid(findings, Set.of()));
    }

    private static ConfigResult bound(Node root, References references, Findings findings, Optional<Instant> now) {
        ConfigFile written = new Binder(references, findings).bind(ConfigFile.class, root);
        ModelPrices prices = ModelPrices.of(written, findings);
        ConfigFile file = prices.filledIn();
        Aliases aliases = new Aliases(file.models().keySet(), file.aliases());
        PlanSection bottom = Binder.bottomLayer(PlanSection.class);
        new Checks(file, findings, aliases, bottom, now).run();
        if (!findings.clean()) {
            return invalid(findings, references.files());
        }
        Map<String, String> values = EffectiveConfig.values(file, aliases, bottom);
        String inForce = EffectiveConfig.describe(values);
        // It hides secrets, so nobody who sees the version can test a guess of one.
        String version = Fingerprint.of(inForce).shortForm();
        return new ConfigResult.Valid(
                new Assembly(file, aliases, bottom).config(version, values),
                inForce,
                prices.taken(),
                findings.warnings(),
                references.files());
    }

    private static ConfigResult.Invalid invalid(Findings findings, Set<Path> secrets) {
        return new ConfigResult.Invalid(findings.errors(), findings.warnings(), secrets);
    }
}

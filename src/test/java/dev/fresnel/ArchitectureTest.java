package dev.fresnel;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** Holds the package directions of docs/architecture.md. Plain tests: Surefire skips {@code @ArchTest} fields silently. */
class ArchitectureTest {
    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.fresnel");

    /** Test classes that break the rules on purpose. */
    private static final JavaClasses PLANTED = new ClassFileImporter().importPackages("dev.fresnel.planted");

    /** Each package, and the packages it may see. A package that is not listed here fails {@link #packagesFormALayeredDag}. */
    private static final Map<String, Set<String>> MAY_SEE = directions();

    private static Map<String, Set<String>> directions() {
        Map<String, Set<String>> see = new LinkedHashMap<>();
        see.put("value", Set.of());
        see.put("chat", Set.of("value"));
        see.put("policy", Set.of("value"));
        see.put("contract", Set.of("chat", "value"));
        see.put("pause", Set.of("value"));
        see.put("savings", Set.of("value"));
        see.put("estimate", Set.of("chat", "value"));
        see.put("upstream", Set.of("chat", "value"));
        see.put("budget", Set.of("upstream", "chat", "value"));
        see.put("lens", Set.of("budget", "upstream", "policy", "estimate", "chat", "value"));
        see.put("delegation", Set.of("savings", "lens", "budget", "upstream", "policy", "estimate", "chat", "value"));
        see.put("tenant", Set.of("delegation", "lens", "budget", "policy", "upstream", "chat", "value"));
        see.put("seed", Set.of("tenant", "delegation", "policy", "upstream", "chat", "value"));
        see.put("outcome", Set.of("savings", "delegation", "lens", "policy", "estimate", "chat", "value"));
        see.put("judge", Set.of("outcome", "budget", "upstream", "chat", "value"));
        see.put(
                "exchange",
                Set.of(
                        "savings",
                        "judge",
                        "outcome",
                        "contract",
                        "pause",
                        "tenant",
                        "delegation",
                        "lens",
                        "budget",
                        "upstream",
                        "policy",
                        "estimate",
                        "chat",
                        "value"));
        see.put("edge", Set.of("exchange", "outcome", "tenant", "delegation", "budget", "upstream", "chat", "value"));
        see.put(
                "admin",
                Set.of(
                        "savings",
                        "exchange",
                        "pause",
                        "tenant",
                        "delegation",
                        "lens",
                        "budget",
                        "upstream",
                        "policy",
                        "estimate",
                        "chat",
                        "value"));
        see.put(
                "observe",
                Set.of(
                        "savings",
                        "exchange",
                        "judge",
                        "outcome",
                        "pause",
                        "tenant",
                        "delegation",
                        "lens",
                        "budget",
                        "upstream",
                        "policy",
                        "chat",
                        "value"));
        see.put(
                "store.embedded",
                Set.of(
                        "savings",
                        "outcome",
                        "pause",
                        "tenant",
                        "lens",
                        "budget",
                        "upstream",
                        "policy",
                        "chat",
                        "value"));
        see.put(
                "store.redis",
                Set.of(
                        "savings",
                        "outcome",
                        "pause",
                        "tenant",
                        "lens",
                        "budget",
                        "upstream",
                        "policy",
                        "chat",
                        "value"));
        see.put(
                "config",
                Set.of(
                        "judge",
                        "outcome",
                        "tenant",
                        "delegation",
                        "lens",
                        "budget",
                        "upstream",
                        "policy",
                        "chat",
                        "value"));
        see.put("demo", Set.of("chat", "value"));
        see.put("replay.data", Set.of("policy", "value"));
        see.put("replay.rule", Set.of("policy", "value"));
        see.put("replay", Set.of("savings", "replay.rule", "replay.data", "policy", "value"));
        see.put("replay.log", Set.of("replay.rule", "replay", "policy", "value"));
        see.put(
                "replay.proof",
                Set.of(
                        "savings",
                        "replay.log",
                        "replay.rule",
                        "replay.data",
                        "replay",
                        "outcome",
                        "delegation",
                        "lens",
                        "budget",
                        "upstream",
                        "policy",
                        "estimate",
                        "chat",
                        "value"));
        see.put(
                "app",
                Set.of(
                        "savings",
                        "demo",
                        "replay.proof",
                        "replay.log",
                        "replay.rule",
                        "replay.data",
                        "replay",
                        "seed",
                        "edge",
                        "admin",
                        "observe",
                        "config",
                        "store.embedded",
                        "store.redis",
                        "exchange",
                        "judge",
                        "outcome",
                        "contract",
                        "pause",
                        "tenant",
                        "delegation",
                        "lens",
                        "budget",
                        "upstream",
                        "policy",
                        "estimate",
                        "chat",
                        "value"));
        return see;
    }

    @Test
    void packagesFormALayeredDag() {
        var layers = layeredArchitecture()
                .consideringOnlyDependenciesInAnyPackage("dev.fresnel..")
                .ensureAllClassesAreContainedInArchitecture();
        for (String name : MAY_SEE.keySet()) {
            layers = layers.optionalLayer(name).definedBy("dev.fresnel." + name);
        }
        for (Map.Entry<String, Set<String>> direction : MAY_SEE.entrySet()) {
            var layer = layers.whereLayer(direction.getKey());
            layers = direction.getValue().isEmpty()
                    ? layer.mayNotAccessAnyLayer()
                    : layer.mayOnlyAccessLayers(direction.getValue().toArray(String[]::new));
        }

        layers.check(MAIN);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.fresnel.(**)").should().beFreeOfCycles().check(MAIN);
    }

    @Test
    void decidingCoreIsPure() {
        pureCore("dev.fresnel").check(MAIN);
    }

    @Test
    void chatSeesOnlyTheBufferOfVertx() {
        noClasses()
                .that(resideInAPackage("dev.fresnel.chat"))
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage("io.vertx..", "io.netty..", "java.net..", "java.util.concurrent..")
                                .and(com.tngtech.archunit.base.DescribedPredicate.not(
                                        com.tngtech.archunit.core.domain.JavaClass.Predicates.type(
                                                io.vertx.core.buffer.Buffer.class))))
                .check(MAIN);
    }

    @Test
    void timeAndChanceAreInjected() {
        timeAndChance().check(MAIN);
    }

    @Test
    void jsonIsNeverReserialised() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAPackage("io.vertx.core.json.."))
                .because("JsonObject corrupts numbers, duplicates and surrogates")
                .check(MAIN);
    }

    @Test
    void onlyTheCompositionRootNamesAStore() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.fresnel.app..", "dev.fresnel.store..")
                .should()
                .dependOnClassesThat(resideInAPackage("dev.fresnel.store.."))
                .check(MAIN);
    }

    @Test
    void namesSayWhatTheTypeIs() {
        noClasses()
                .should()
                .haveNameMatching(".*(Manager|Impl|Utils?|Helper|Base)")
                .check(MAIN);
    }

    @Test
    void everyPackageOfTheMapExists() {
        List<String> present = MAIN.stream()
                .map(c -> c.getPackageName().replaceFirst("^dev\\.fresnel\\.?", ""))
                .distinct()
                .toList();

        assertThat(present).containsExactlyInAnyOrderElementsOf(MAY_SEE.keySet());
    }

    /** A gate that runs nothing passes for ever: these rules must refuse code planted to break them. */
    @Test
    void plantedViolationsAreFound() {
        assertThatThrownBy(() -> pureCore("dev.fresnel.planted").check(PLANTED))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("SleepyPolicy");
        assertThatThrownBy(() -> timeAndChance().check(PLANTED))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("nanoTime");
        assertThatThrownBy(() -> slices().matching("dev.fresnel.planted.(**)")
                        .should()
                        .beFreeOfCycles()
                        .check(PLANTED))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("Cycle detected");
    }

    private static ArchRule pureCore(String root) {
        return noClasses()
                .that()
                .resideInAnyPackage(root + ".value", root + ".policy", root + ".estimate")
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                                "io.vertx..", "io.netty..", "io.micrometer..", "java.net..", "java.util.concurrent..")
                        .and(not(LOCK_FREE)));
    }

    /**
     * What may be shared without ever waiting: event loops read the policy's published beliefs and count what is in flight while
     * its learner writes. Locks, executors and latches stay out of the pure packages.
     */
    private static final DescribedPredicate<JavaClass> LOCK_FREE = resideInAPackage("java.util.concurrent.atomic")
            .or(type(ConcurrentHashMap.class))
            .or(type(ConcurrentLinkedQueue.class));

    private static ArchRule timeAndChance() {
        return noClasses()
                .that()
                .resideOutsideOfPackages("dev.fresnel.app..")
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(java.time.Instant.class, "now")
                .orShould()
                .callMethod(Math.class, "random")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(java.util.concurrent.ThreadLocalRandom.class);
    }
}

package dev.microgpt;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;

import dev.microgpt.session.query.PastStep;
import dev.microgpt.support.SharesNothing;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Stream;

/// Tests that dependencies point one way: web, live -> wire -> session -> engine, and store -> session.
@SharesNothing
final class ArchitectureTest {

    private static final String ENGINE = "dev.microgpt.engine";
    private static final String VECTOR_API = "jdk.incubator.vector";

    private static final String[] TRANSPORT_AND_STORAGE = {
        "dev.microgpt.web..",
        "dev.microgpt.bundle..",
        "dev.microgpt.wire..",
        "dev.microgpt.live..",
        "dev.microgpt.access..",
        "dev.microgpt.server..",
        "dev.microgpt.page..",
        "dev.microgpt.store..",
        "dev.microgpt.cluster.."
    };

    private static final JavaClasses PRODUCT = product();

    private static JavaClasses product() {
        // The names of other classes are enough.
        ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
        return new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.microgpt");
    }

    @Test
    void theEngineDependsOnlyOnTheJdk() {
        classes()
                .that()
                .resideInAPackage(ENGINE + "..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        ENGINE + "..",
                        "java..",
                        "com.sun.management",
                        "org.jspecify.annotations",
                        VECTOR_API + "..")
                .check(PRODUCT);
    }

    /// A library must work under any locale and default charset: Arabic digits or a Turkish dotless i would
    /// change the name of a matrix.
    @Test
    void theEngineIsIndependentOfLocaleAndCharset() {
        noClasses()
                .that()
                .resideInAPackage(ENGINE + "..")
                .should()
                .callMethod(String.class, "formatted", Object[].class)
                .orShould()
                .callMethod(String.class, "format", String.class, Object[].class)
                .orShould()
                .callMethod(String.class, "toLowerCase")
                .orShould()
                .callMethod(String.class, "toUpperCase")
                .orShould()
                .callMethod(String.class, "getBytes")
                .orShould()
                .callConstructor(String.class, byte[].class)
                .orShould()
                .callConstructor(Formatter.class)
                .orShould()
                .callConstructor(Formatter.class, Appendable.class)
                .orShould()
                .callMethod(PrintStream.class, "printf", String.class, Object[].class)
                .orShould()
                .callConstructor(InputStreamReader.class, InputStream.class)
                .orShould()
                .callMethod(Locale.class, "getDefault")
                .orShould()
                .callMethod(Charset.class, "defaultCharset")
                .check(PRODUCT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"random", "scalar", "tensor"})
    void theBuildingBlocksOfTheEngineDoNotDependOnTheModel(String block) {
        noClasses()
                .that()
                .resideInAPackage(ENGINE + "." + block + "..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ENGINE)
                .allowEmptyShould(true)
                .check(PRODUCT);
    }

    @Test
    void thePackagesOfTheEngineFormNoCycle() {
        slices().assignedFrom(enginePackages()).should().beFreeOfCycles().check(PRODUCT);
    }

    private static SliceAssignment enginePackages() {
        return new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
                String name = javaClass.getPackageName();
                return name.equals(ENGINE) || name.startsWith(ENGINE + ".")
                        ? SliceIdentifier.of(name)
                        : SliceIdentifier.ignore();
            }

            @Override
            public String getDescription() {
                return "packages of the engine";
            }
        };
    }

    @Test
    void theEngineDoesNotDependOnTheServer() {
        noClasses()
                .that()
                .resideInAPackage(ENGINE + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(TRANSPORT_AND_STORAGE)
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.microgpt",
                        "dev.microgpt.session..",
                        "dev.microgpt.sweep..",
                        "dev.microgpt.share..",
                        "dev.microgpt.checkpoint..")
                .check(PRODUCT);
    }

    /// From bottom to top: each may depend on those before it.
    private static final List<String> SESSION_PACKAGES =
            List.of("admission", "compute", "history", "run", "persistence", "query", "actor");

    private static String sessionPackage(String name) {
        return "dev.microgpt.session." + name + "..";
    }

    @ParameterizedTest
    @FieldSource("SESSION_PACKAGES")
    void theSessionPackagesDependOneWay(String name) {
        int index = SESSION_PACKAGES.indexOf(name);
        String[] above =
                Stream.concat(
                                Stream.of("dev.microgpt.session"),
                                SESSION_PACKAGES.stream()
                                        .skip(index + 1)
                                        .map(ArchitectureTest::sessionPackage))
                        .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage(sessionPackage(name))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(above)
                .check(PRODUCT);
    }

    /// Transport and storage belong to other packages. Among the session packages, only admission uses Spring,
    /// for its settings.
    @Test
    void theSessionPackagesExceptAdmissionUseNoFramework() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        SESSION_PACKAGES.stream()
                                .filter(name -> !name.equals("admission"))
                                .map(ArchitectureTest::sessionPackage)
                                .toArray(String[]::new))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "jakarta..", "org.springframework..", "tools.jackson..", "java.sql..")
                .check(PRODUCT);
    }

    /// The context of a call is passed as a parameter.
    @Test
    void nothingIsThreadLocal() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.ScopedValue")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.ThreadLocal")
                .check(PRODUCT);
    }

    @Test
    void sessionFilesHaveAtMost300Lines() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/java/dev/microgpt/session"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                assertThat(Files.readAllLines(file)).as(file.toString()).hasSizeLessThan(301);
            }
        }
    }

    @Test
    void sessionsDoNotDependOnTransportOrStorage() {
        noClasses()
                .that()
                .resideInAPackage("dev.microgpt.session..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(TRANSPORT_AND_STORAGE)
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.microgpt.sweep..", "dev.microgpt.share..")
                .check(PRODUCT);
    }

    /// Sweeps are callers of sessions, as controllers are.
    @Test
    void sweepsDoNotDependOnTransportOrStorage() {
        noClasses()
                .that()
                .resideInAPackage("dev.microgpt.sweep..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(TRANSPORT_AND_STORAGE)
                .check(PRODUCT);
    }

    /// So are shares.
    @Test
    void sharesDoNotDependOnTransportOrStorage() {
        noClasses()
                .that()
                .resideInAPackage("dev.microgpt.share..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(TRANSPORT_AND_STORAGE)
                .check(PRODUCT);
    }

    @Test
    void wireTypesDoNotDependOnTheirTransport() {
        noClasses()
                .that()
                .resideInAPackage("dev.microgpt.wire..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.microgpt.web..", "dev.microgpt.live..")
                .check(PRODUCT);
    }

    /// A record of the session packages may change without changing the interface. Only the names of its enum
    /// constants are sent. A past step has a reader of its own, so its components are not part of the interface either.
    @Test
    void wireTypesDoNotContainSessionTypesExceptEnums() {
        fields().that()
                .areNotStatic()
                .and()
                .areDeclaredInClassesThat(
                        resideInAPackage("dev.microgpt.wire..")
                                .or(assignableTo("dev.microgpt.live.ServerMessage")))
                .should(haveNone(JavaField::getAllInvolvedRawTypes, JavaField::getFullName))
                .check(PRODUCT);
        methods()
                .that()
                .areAnnotatedWith(
                        DescribedPredicate.<JavaAnnotation<?>>describe(
                                "@GetMapping and its like",
                                a -> a.getRawType().getSimpleName().endsWith("Mapping")))
                .should(
                        haveNone(
                                method -> method.getReturnType().getAllInvolvedRawTypes(),
                                JavaMethod::getFullName))
                .check(PRODUCT);
    }

    private static <T> ArchCondition<T> haveNone(
            Function<T, Set<JavaClass>> types, Function<T, String> name) {
        return new ArchCondition<>("have no types of sessions or sweeps except enums") {
            @Override
            public void check(T item, ConditionEvents events) {
                for (JavaClass type : types.apply(item)) {
                    if ((type.getPackageName().startsWith("dev.microgpt.session")
                                    || type.getPackageName().startsWith("dev.microgpt.share")
                                    || type.getPackageName().startsWith("dev.microgpt.sweep"))
                            && !type.isEnum()
                            && !type.isEquivalentTo(PastStep.class)) {
                        events.add(
                                SimpleConditionEvent.violated(
                                        item, name.apply(item) + " has " + type.getName()));
                    }
                }
            }
        };
    }

    @Test
    void quotasDoNotDependOnOtherPackages() {
        noClasses()
                .that()
                .resideInAPackage("dev.microgpt.quota..")
                .should()
                .dependOnClassesThat(
                        resideInAPackage("dev.microgpt..")
                                .and(not(resideInAPackage("dev.microgpt.quota.."))))
                .check(PRODUCT);
    }

    /// A service that is not a node of a cluster does without the cluster, and without its libraries.
    @Test
    void nothingDependsOnTheCluster() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.microgpt.cluster..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.microgpt.cluster..", "org.eclipse.jetty..", "com.hazelcast..")
                .check(PRODUCT);
    }

    /// It moves sessions and forwards calls and messages, but does not look into them.
    @Test
    void theClusterKnowsOnlyWhoOwnsSessions() {
        noClasses()
                .that()
                .resideInAPackage("dev.microgpt.cluster..")
                .should()
                .dependOnClassesThat(
                        resideInAPackage("dev.microgpt..")
                                .and(
                                        not(
                                                resideInAnyPackage(
                                                        "dev.microgpt.cluster..",
                                                        "dev.microgpt.quota..",
                                                        "dev.microgpt.session",
                                                        "dev.microgpt.session.admission..",
                                                        "dev.microgpt.session.persistence..",
                                                        "dev.microgpt.live..",
                                                        "dev.microgpt.wire..")))
                                .and(not(name("dev.microgpt.session.actor.PublishedState$End"))))
                .check(PRODUCT);
    }

    /// Access control and limits for slow clients are not the concern of controllers.
    @Test
    void nothingDependsOnAccessOrServer() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "dev.microgpt.web..",
                        "dev.microgpt.wire..",
                        "dev.microgpt.live..",
                        "dev.microgpt.store..",
                        "dev.microgpt.checkpoint..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.microgpt.access..", "dev.microgpt.server..")
                .check(PRODUCT);
    }

    @Test
    void checkpointsDependOnlyOnTheEngine() {
        noClasses()
                .that()
                .resideInAPackage("dev.microgpt.checkpoint..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.microgpt.session..",
                        "dev.microgpt.sweep..",
                        "dev.microgpt.web..",
                        "dev.microgpt.wire..",
                        "dev.microgpt.live..",
                        "dev.microgpt.page..")
                .check(PRODUCT);
    }

    /// The pages use the public interface, as third-party pages do.
    @Test
    void thePagesDoNotDependOnOtherPackages() {
        classes()
                .that()
                .resideInAPackage("dev.microgpt.page..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.microgpt.page..",
                        "java..",
                        "jakarta.servlet..",
                        "org.jspecify.annotations",
                        "org.springframework..")
                .check(PRODUCT);
    }

    @Test
    void theTopLevelPackagesFormNoCycle() {
        slices().matching("dev.microgpt.(*)..").should().beFreeOfCycles().check(PRODUCT);
    }

    @Test
    void onlyTheSimdKernelsUseTheVectorApi() {
        List<String> users =
                PRODUCT.stream()
                        .filter(ArchitectureTest::usesVectorApi)
                        .map(JavaClass::getName)
                        .toList();

        assertThat(users).allMatch(name -> name.startsWith(ENGINE + ".tensor.Simd"));
    }

    /// A virtual thread that is the first to load a class is pinned by a native frame while it waits for the
    /// monitor of the jar. If the monitor's owner is an unmounted virtual thread and all carriers are pinned
    /// in this way, none is left to run the owner: the service deadlocks.
    @Test
    void noThreadIsVirtual() {
        noClasses()
                .should()
                .callMethod(Thread.class, "ofVirtual")
                .orShould()
                .callMethod(Thread.class, "startVirtualThread", Runnable.class)
                .orShould()
                .callMethod(Executors.class, "newVirtualThreadPerTaskExecutor")
                .check(PRODUCT);
    }

    private static boolean usesVectorApi(JavaClass javaClass) {
        return javaClass.getDirectDependenciesFromSelf().stream()
                .anyMatch(d -> d.getTargetClass().getPackageName().startsWith(VECTOR_API));
    }
}

package dev.microgpt.documents;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The diagrams of packages show dependencies that the code has, in their direction.
final class DiagramTest {

    private static final String ROOT = "dev.microgpt.";
    private static final Pattern ARROW =
            Pattern.compile("(?m)^ *(\\w+)(?:\\[.*?])? --> (\\w+)(?:\\[.*?])?$");

    private static final JavaClasses PRODUCT = product();

    private static JavaClasses product() {
        // of other classes the names are enough
        ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
        return new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.microgpt");
    }

    private record Arrow(String from, String to) {}

    private static List<Arrow> arrows(Documents document) {
        String diagram = document.onlyFence("mermaid");
        List<Arrow> arrows =
                ARROW.matcher(diagram)
                        .results()
                        .map((MatchResult match) -> new Arrow(match.group(1), match.group(2)))
                        .toList();
        assertThat(arrows)
                .hasSize((int) diagram.lines().filter(line -> line.contains("-->")).count());
        return arrows;
    }

    private static Set<String> dependencies(String name) {
        return PRODUCT.stream()
                .filter(type -> (type.getPackageName() + ".").startsWith(ROOT + name + "."))
                .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                .map(dependency -> dependency.getTargetClass().getPackageName())
                .filter(target -> target.startsWith(ROOT))
                .map(target -> target.substring(ROOT.length()).replaceFirst("\\..*", ""))
                .collect(Collectors.toSet());
    }

    private static void assertDependencies(List<Arrow> arrows) {
        assertThat(arrows)
                .isNotEmpty()
                .allSatisfy(
                        arrow -> {
                            assertThat(dependencies(arrow.from())).contains(arrow.to());
                            assertThat(dependencies(arrow.to())).doesNotContain(arrow.from());
                        });
    }

    @Test
    void theReadmeShowsDependenciesThatThereAre() {
        assertDependencies(arrows(Documents.README));
    }

    @Test
    void theArchitectureShowsDependenciesThatThereAre() {
        assertDependencies(arrows(Documents.ARCHITECTURE));
    }

    /// The dashboard's package has no dependencies.
    @Test
    void theArchitectureShowsEveryOtherPackage() throws IOException {
        Set<String> shown =
                arrows(Documents.ARCHITECTURE).stream()
                        .flatMap(arrow -> Stream.of(arrow.from(), arrow.to()))
                        .collect(Collectors.toSet());
        try (Stream<Path> files = Files.list(Path.of("src/main/java/dev/microgpt"))) {
            assertThat(
                            files.filter(Files::isDirectory)
                                    .map(file -> file.getFileName().toString())
                                    .filter(name -> !name.equals("page")))
                    .containsExactlyInAnyOrderElementsOf(shown);
        }
    }
}

package dev.microgpt.documents;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What can be checked of the documents without running them.
final class DocumentsTest {

    private static final int LONGEST_README = 180; // lines
    private static final long LARGEST_PICTURE = 300_000; // bytes
    private static final Path SITE = Path.of("src/site/markdown");
    private static final Path PICTURE = Path.of("src/site/resources/images/live.png");

    private static final Pattern CODE = Pattern.compile("`[^`]*`");
    private static final Pattern LINK = Pattern.compile("\\[[^]]*]\\(([^)\\s]+)\\)");
    private static final Pattern WEB = Pattern.compile("https?://.*");
    private static final Pattern HEADING = Pattern.compile("#{1,6} (.+)");

    /// A name such as `SessionActor`.
    private static final Pattern TYPE = Pattern.compile("`((?:[A-Z][a-z0-9]+)+)(?:\\.\\w+)?`");

    /// A path such as `src/main/resources/application.yaml`.
    private static final Pattern SOURCE_PATH = Pattern.compile("`(src/[\\w./-]+)`");

    @Test
    void everyDocumentIsRegistered() throws IOException {
        try (Stream<Path> files = Files.list(SITE)) {
            assertThat(files)
                    .containsExactlyInAnyOrderElementsOf(
                            Arrays.stream(Documents.values())
                                    .filter(document -> document != Documents.README)
                                    .map(Documents::path)
                                    .toList());
        }
    }

    @Test
    void theIndexListsEveryDocument() {
        assertThat(links(Documents.INDEX))
                .containsAll(
                        Arrays.stream(Documents.values())
                                .filter(document -> document != Documents.README)
                                .filter(document -> document != Documents.INDEX)
                                .map(document -> document.path().getFileName().toString())
                                .toList());
    }

    @Test
    void theReadmeIsShort() {
        assertThat(Documents.README.lines()).hasSizeLessThanOrEqualTo(LONGEST_README);
    }

    @Test
    void thePictureIsSmall() throws IOException {
        assertThat(links(Documents.README)).contains(PICTURE.toString());
        assertThat(Files.size(PICTURE)).isBetween(1L, LARGEST_PICTURE);
    }

    /// Snippets that say why they are not run stay the exception.
    @ParameterizedTest
    @CsvSource({"README, json, 4", "API, json, 35", "LIVE_STREAM, ws, 2", "ENGINE, java, 2"})
    void theExamplesThatMatterAreRun(Documents document, String language, int atLeast) {
        assertThat(document.fences())
                .filteredOn(fence -> fence.isRun() && fence.language().equals(language))
                .hasSizeGreaterThanOrEqualTo(atLeast);
    }

    @ParameterizedTest
    @EnumSource
    void linksLeadSomewhere(Documents document) throws IOException {
        for (String link : links(document)) {
            if (WEB.matcher(link).matches()) {
                continue;
            }
            int hash = link.indexOf('#');
            String target = hash < 0 ? link : link.substring(0, hash);
            Path file =
                    target.isEmpty()
                            ? document.path()
                            : document.path().resolveSibling(target).normalize();
            assertThat(file).as("%s: %s", document.path(), link).exists();
            if (hash >= 0) {
                assertThat(anchors(file))
                        .as("%s: %s", document.path(), link)
                        .contains(link.substring(hash + 1));
            }
        }
    }

    private static List<String> links(Documents document) {
        return document.prose().stream()
                .map(line -> CODE.matcher(line).replaceAll(""))
                .flatMap(line -> LINK.matcher(line).results())
                .map(match -> match.group(1))
                .toList();
    }

    /// The anchors of a document's headings, as GitHub makes them.
    private static Set<String> anchors(Path file) throws IOException {
        Documents document =
                Arrays.stream(Documents.values())
                        .filter(candidate -> isSame(candidate.path(), file))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(file + " is not registered"));
        Set<String> anchors = new HashSet<>();
        for (String line : document.prose()) {
            HEADING.matcher(line)
                    .results()
                    .filter(match -> match.group().equals(line))
                    .map(match -> anchor(match.group(1)))
                    .forEach(
                            anchor ->
                                    assertThat(anchors.add(anchor))
                                            .as("%s: two headings %s", file, anchor)
                                            .isTrue());
        }
        return anchors;
    }

    private static boolean isSame(Path a, Path b) {
        return a.toAbsolutePath().normalize().equals(b.toAbsolutePath().normalize());
    }

    private static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT).replaceAll("[^\\w\\- ]", "").replace(' ', '-');
    }

    /// A class that is said to test a snippet reads it from its document.
    @ParameterizedTest
    @EnumSource
    void testsOfSnippetsReadThem(Documents document) throws IOException {
        for (Fence fence : document.fences()) {
            if (fence.testedBy() != null) {
                assertThat(sourceAndHelpers(fence.testedBy()))
                        .as(fence.place())
                        .contains("Documents." + document.name());
            }
        }
    }

    /// `ProxyTest` has its nginx from `support`.
    private static String sourceAndHelpers(String test) throws IOException {
        Path tests = Path.of("src/test/java/dev/microgpt");
        String source = Files.readString(tests.resolve(test + ".java"));
        return source.contains("Nginx.start")
                ? source + Files.readString(tests.resolve("support/Nginx.java"))
                : source;
    }

    @ParameterizedTest
    @EnumSource(names = {"ENGINE", "ARCHITECTURE", "CONTRIBUTING"})
    void typesThatAreNamedExist(Documents document) throws IOException {
        Set<String> types = typesOfTheProject();
        assertThat(
                        document.prose().stream()
                                .flatMap(line -> TYPE.matcher(line).results())
                                .map((MatchResult match) -> match.group(1))
                                .filter(type -> !isJdkType(type)))
                .as("%s", document.path())
                .isNotEmpty()
                .allMatch(types::contains);
    }

    @ParameterizedTest
    @EnumSource
    void pathsThatAreNamedExist(Documents document) {
        assertThat(
                        document.prose().stream()
                                .flatMap(line -> SOURCE_PATH.matcher(line).results())
                                .map(match -> Path.of(match.group(1))))
                .as("%s", document.path())
                .allMatch(Files::exists);
    }

    private static Set<String> typesOfTheProject() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".java"))
                    .map(name -> name.substring(0, name.length() - ".java".length()))
                    .collect(Collectors.toSet());
        }
    }

    private static boolean isJdkType(String name) {
        return name.equals("Math") || name.equals("StrictMath");
    }
}

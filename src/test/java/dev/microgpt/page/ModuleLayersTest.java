package dev.microgpt.page;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.stream.Collectors.toCollection;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The page scripts import one another in one direction only: pages, panels, components, data, and the JavaScript
/// client.
///
/// Modules are named by their paths below `static/js`, such as `data/api.js`; those of the client by theirs below
/// `static`, such as `client/http.js`.
final class ModuleLayersTest {

    private static final Path SCRIPTS = Path.of("src/main/resources/static");

    /// From the top layer to the bottom one.
    private static final List<String> LAYERS =
            List.of("pages", "panels", "components", "data", "client");

    /// Loaded by `page.html` before the first paint.
    private static final String CLASSIC_SCRIPT = "components/early.js";

    /// Static imports, with or without bindings, re-exports, and dynamic imports of a literal.
    private static final Pattern IMPORT =
            Pattern.compile(
                    "(?m)^(?:import|export)\\s(?:[^;'\"]*?\\sfrom\\s)?\\s*['\"]([^'\"]+)['\"]"
                            + "|\\bimport\\(\\s*['\"]([^'\"]+)['\"]\\s*\\)");

    private static final Pattern DYNAMIC_IMPORT = Pattern.compile("\\bimport\\(");

    /// What each module imports: modules as paths, libraries by their names.
    private static final Map<String, Set<String>> IMPORTS = new TreeMap<>();

    @BeforeAll
    static void readModules() throws IOException {
        try (Stream<Path> files = Files.walk(SCRIPTS)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".js")).toList()) {
                IMPORTS.put(nameOf(file), importsOf(file));
            }
        }
    }

    private static String nameOf(Path file) {
        return SCRIPTS.relativize(file).toString().replace('\\', '/').replaceFirst("^js/", "");
    }

    private static Set<String> importsOf(Path file) throws IOException {
        String source = Files.readString(file).replaceAll("(?m)^\\s*(?://|\\*|/\\*).*$", "");
        List<MatchResult> matches = IMPORT.matcher(source).results().toList();
        long dynamic = matches.stream().filter(match -> match.group(2) != null).count();
        assertThat(DYNAMIC_IMPORT.matcher(source).results().count())
                .as("dynamic imports in %s name their module by a literal", nameOf(file))
                .isEqualTo(dynamic);
        return matches.stream()
                .map(match -> match.group(1) != null ? match.group(1) : match.group(2))
                .map(
                        target ->
                                target.startsWith(".")
                                        ? nameOf(file.resolveSibling(target).normalize())
                                        : target)
                .collect(toCollection(TreeSet::new));
    }

    private static boolean isModule(String name) {
        return name.endsWith(".js") && !name.startsWith("lit/");
    }

    private static String layerOf(String module) {
        return module.substring(0, module.indexOf('/'));
    }

    /// The folder of a part of a page, such as `pages/lab`; `pages` for an entry module.
    private static String folderOf(String module) {
        return module.substring(0, module.lastIndexOf('/'));
    }

    /// All imports of modules that a rule rejects, as `importing -> imported`.
    private static List<String> violations(Rule rule) {
        List<String> violations = new ArrayList<>();
        IMPORTS.forEach(
                (module, imports) ->
                        imports.stream()
                                .filter(ModuleLayersTest::isModule)
                                .filter(imported -> !rule.allows(module, imported))
                                .forEach(imported -> violations.add(module + " -> " + imported)));
        return violations;
    }

    private interface Rule {
        boolean allows(String module, String imported);
    }

    @Test
    void everyModuleIsInALayer() {
        assertThat(IMPORTS).isNotEmpty();
        assertThat(IMPORTS.keySet()).allMatch(module -> LAYERS.contains(layerOf(module)));
    }

    @Test
    void importedModulesExist() {
        assertThat(violations((_, imported) -> IMPORTS.containsKey(imported))).isEmpty();
    }

    @Test
    void importsGoDownwards() {
        assertThat(
                        violations(
                                (module, imported) ->
                                        LAYERS.indexOf(layerOf(module))
                                                <= LAYERS.indexOf(layerOf(imported))))
                .isEmpty();
    }

    @Test
    void pagesImportOnlyTheirOwnPartsAndTheBase() {
        assertThat(
                        violations(
                                (module, imported) -> {
                                    if (!imported.startsWith("pages/")) {
                                        return true;
                                    }
                                    String own = module.replaceFirst("(pages/[^/]+).*", "$1");
                                    own = own.replaceFirst("\\.js$", "");
                                    return folderOf(imported).equals(own)
                                            || folderOf(imported).equals("pages/base");
                                }))
                .isEmpty();
    }

    @Test
    void panelsImportNoOtherPanel() {
        assertThat(
                        violations(
                                (module, imported) ->
                                        !(layerOf(module).equals("panels")
                                                && layerOf(imported).equals("panels")
                                                && !module.equals("panels/index.js"))))
                .isEmpty();
    }

    @Test
    void theLowestLayersUseNoLibrary() {
        IMPORTS.forEach(
                (module, imports) -> {
                    if (List.of("data", "client").contains(layerOf(module))) {
                        assertThat(imports).as(module).allMatch(ModuleLayersTest::isModule);
                    }
                });
    }

    @Test
    void everyModuleIsImportedOrIsTheEntryOfAPageOrOfTheClient() {
        Set<String> unused = new TreeSet<>(IMPORTS.keySet());
        IMPORTS.values().forEach(unused::removeAll);
        unused.removeIf(module -> module.equals(CLASSIC_SCRIPT));

        assertThat(unused)
                .containsExactlyInAnyOrder(
                        "client/microgpt.js",
                        "pages/compare.js",
                        "pages/embed.js",
                        "pages/lab.js",
                        "pages/live.js",
                        "pages/not-found.js",
                        "pages/sessions.js",
                        "pages/strings.js",
                        "pages/sweep.js",
                        "pages/sweeps.js",
                        "pages/tour.js");
    }

    @Test
    void importsFormNoCycle() {
        Map<String, Set<String>> rest = new TreeMap<>(IMPORTS);
        boolean hasLeaf = true;
        while (hasLeaf) { // a module that imports none of the rest is in no cycle
            Set<String> remaining = Set.copyOf(rest.keySet());
            hasLeaf =
                    rest.values()
                            .removeIf(imports -> imports.stream().noneMatch(remaining::contains));
        }

        assertThat(rest).isEmpty();
    }

    @Test
    void everyModuleBeginsWithACommentThatSaysWhatItIs() throws IOException {
        for (String module : IMPORTS.keySet()) {
            Path file = SCRIPTS.resolve(layerOf(module).equals("client") ? module : "js/" + module);
            assertThat(Files.readString(file)).as(module).startsWith("// ");
        }
    }
}

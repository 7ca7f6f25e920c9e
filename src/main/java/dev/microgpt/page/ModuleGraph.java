package dev.microgpt.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.springframework.core.io.ClassPathResource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Finds the modules that a page imports. A browser finds out about a module only when it has loaded the one that imports
/// it; a page that names all of them at once loads without these round trips.
final class ModuleGraph {

    /// An import or a re-export, at the beginning of a statement.
    private static final Pattern STATIC =
            Pattern.compile(
                    "(?:^|[;}\\n])\\s*(?:import|export)\\s*(?:[\\w*{][^'\"();]*?from\\s*)?['\"]([^'\"]+)['\"]");

    private static final Pattern DYNAMIC = Pattern.compile("\\bimport\\('([^']+)'\\)");

    private static final Pattern TEXTS = Pattern.compile("\\bawait texts\\('([^']+)'\\)");

    /// What is read from the script of a module.
    ///
    /// @param needed the paths of the modules that it imports before it runs
    /// @param later the paths of those that it imports when it needs them, by `import()`
    /// @param texts the namespaces of the texts that it loads
    private record Module(List<String> needed, List<String> later, List<String> texts) {}

    private final ImportMap imports;

    /// By path. Bounded by the modules that there are.
    private final Map<String, Module> read = new ConcurrentHashMap<>();

    ModuleGraph(ImportMap imports) {
        this.imports = imports;
    }

    /// Returns the paths of modules and of all that they need before they run, the nearest first.
    ///
    /// @param modules their paths, such as `/js/pages/live.js`
    /// @throws UncheckedIOException if one of them is missing
    Set<String> neededBy(List<String> modules) {
        Set<String> found = new LinkedHashSet<>();
        Deque<String> waiting = new ArrayDeque<>(modules);
        while (!waiting.isEmpty()) {
            String path = waiting.removeFirst();
            if (found.add(path)) {
                waiting.addAll(module(path).needed());
            }
        }
        return found;
    }

    /// Returns the paths of the modules that a module imports when it needs them, by `import()`.
    ///
    /// @throws UncheckedIOException if it is missing
    List<String> importedLater(String module) {
        return module(module).later();
    }

    /// Returns the namespaces of the texts that modules load, in order.
    Set<String> textsOf(Collection<String> modules) {
        Set<String> namespaces = new TreeSet<>();
        modules.forEach(path -> namespaces.addAll(module(path).texts()));
        return namespaces;
    }

    private Module module(String path) {
        return read.computeIfAbsent(path, this::read);
    }

    private Module read(String path) {
        String script = content(path);
        return new Module(
                found(STATIC, script).map(specifier -> resolve(specifier, path)).toList(),
                found(DYNAMIC, script).map(specifier -> resolve(specifier, path)).toList(),
                found(TEXTS, script).toList());
    }

    private static Stream<String> found(Pattern pattern, String script) {
        return pattern.matcher(script).results().map(match -> match.group(1));
    }

    private String resolve(String specifier, String importer) {
        if (specifier.startsWith(".")) {
            return URI.create(importer).resolve(specifier).toString();
        }
        for (Map.Entry<String, String> entry : imports.paths().entrySet()) {
            String name = entry.getKey();
            if (name.equals(specifier)) {
                return entry.getValue();
            }
            if (name.endsWith("/") && specifier.startsWith(name)) {
                return entry.getValue() + specifier.substring(name.length());
            }
        }
        throw new IllegalStateException(
                importer + " imports '" + specifier + "', which is not in the import map");
    }

    private static String content(String path) {
        String root = path.startsWith("/_static/") ? "META-INF/resources" : "static";
        try {
            return new ClassPathResource(root + path).getContentAsString(UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.microgpt.page;

import org.springframework.boot.json.JsonParser;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.boot.json.JsonWriter;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/// The import map of the pages, which maps the names of libraries to their URLs, so that no page and no module
/// contains a version. It combines the import maps that the libraries' jars contain.
///
/// @param paths the path of each module by its name; for folders, both end with a slash
record ImportMap(Map<String, String> paths) {

    private static final String FILES = "classpath*:META-INF/importmap.json";

    /// The bundle of ECharts, a single file instead of some 400 modules. Loading the modules one by one would
    /// save only those for maps.
    private static final String ECHARTS_BUNDLE = "echarts.esm.min.js";

    /// Reads the import maps of the libraries on the class path.
    static ImportMap read() throws IOException {
        JsonParser parser = JsonParserFactory.getJsonParser();
        Map<String, String> paths = new TreeMap<>();
        for (Resource file : new PathMatchingResourcePatternResolver().getResources(FILES)) {
            String json = file.getContentAsString(StandardCharsets.UTF_8);
            if (parser.parseMap(json).get("imports") instanceof Map<?, ?> found) {
                found.forEach((name, path) -> paths.put(name.toString(), path.toString()));
            }
        }
        paths.computeIfPresent("echarts", (_, _) -> paths.get("echarts/dist/") + ECHARTS_BUNDLE);
        return new ImportMap(paths);
    }

    /// Returns the content of a `<script type="importmap">`.
    ///
    /// @param root the relative path from the page to the root, such as `../`
    String json(String root) {
        Map<String, String> imports = new TreeMap<>();
        paths.forEach((name, path) -> imports.put(name, root + path.substring(1)));
        String json =
                JsonWriter.<Map<String, ?>>standard().writeToString(Map.of("imports", imports));
        return json.replace("<", "\\u003c"); // so that it cannot end the script
    }
}

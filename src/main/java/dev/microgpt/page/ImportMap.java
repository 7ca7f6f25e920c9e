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

/// Tells a browser where the libraries are that modules import by name, so that no page and no module
/// names a version. Each library's jar says it in a file of its own; this is all of them in one.
///
/// @param paths of the modules by their names; those of folders end with a slash, as their names do
record ImportMap(Map<String, String> paths) {

    private static final String FILES = "classpath*:META-INF/importmap.json";

    /// One file instead of some 400 modules; of its own modules only those for maps would be left out.
    private static final String ECHARTS_BUNDLE = "echarts.esm.min.js";

    /// Of the libraries on the class path.
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

    /// The text of a `<script type="importmap">`.
    ///
    /// @param root what leads from the page to the first one, such as `../`
    String json(String root) {
        Map<String, String> imports = new TreeMap<>();
        paths.forEach((name, path) -> imports.put(name, root + path.substring(1)));
        String json =
                JsonWriter.<Map<String, ?>>standard().writeToString(Map.of("imports", imports));
        return json.replace("<", "\\u003c"); // so that it cannot end the script
    }
}

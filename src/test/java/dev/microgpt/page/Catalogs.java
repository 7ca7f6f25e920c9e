package dev.microgpt.page;

import dev.microgpt.support.Json;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The texts of the pages.
final class Catalogs {

    private static final Path FOLDER = Path.of("src/main/resources/static/texts");

    private Catalogs() {}

    /// Returns all texts of a language by namespace and key, such as `tour` and `stops.title`.
    static SortedMap<String, SortedMap<String, String>> of(String language) {
        SortedMap<String, SortedMap<String, String>> catalogs = new TreeMap<>();
        try (Stream<Path> files = Files.list(FOLDER.resolve(language))) {
            for (Path file : files.toList()) {
                SortedMap<String, String> texts = new TreeMap<>();
                addTo(texts, "", Json.parse(Files.readString(file)));
                catalogs.put(file.getFileName().toString().replace(".json", ""), texts);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return catalogs;
    }

    private static void addTo(Map<String, String> texts, String key, JsonNode node) {
        if (node.isObject()) {
            node.properties()
                    .forEach(
                            child ->
                                    addTo(
                                            texts,
                                            key.isEmpty()
                                                    ? child.getKey()
                                                    : key + "." + child.getKey(),
                                            child.getValue()));
        } else {
            texts.put(key, node.stringValue());
        }
    }
}

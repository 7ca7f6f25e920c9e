package dev.microgpt.operations;

import dev.microgpt.support.Json;

import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Reads YAML of `src/operations`. Duplicate keys are errors.
final class YamlFile {

    private YamlFile() {}

    static List<JsonNode> all(String name) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        List<JsonNode> documents = new ArrayList<>();
        for (Object document : new Yaml(new SafeConstructor(options)).loadAll(text(name))) {
            documents.add(Json.parse(Json.write(document)));
        }
        return documents;
    }

    static JsonNode one(String name) {
        List<JsonNode> documents = all(name);
        if (documents.size() != 1) {
            throw new AssertionError(name + " has " + documents.size() + " documents");
        }
        return documents.getFirst();
    }

    static String text(String name) {
        try {
            return Files.readString(Path.of("src/operations", name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

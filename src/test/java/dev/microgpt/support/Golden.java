package dev.microgpt.support;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/// Recorded results of microgptjs.
public final class Golden {

    private Golden() {}

    /// Returns a recorded run of microgptjs by its label.
    public static JsonNode run(String label) {
        return file().path("runs")
                .valueStream()
                .filter(run -> run.path("label").stringValue().equals(label))
                .findFirst()
                .orElseThrow();
    }

    private static JsonNode file() {
        String resource = "/golden/microgptjs.json";
        try (InputStream in = Golden.class.getResourceAsStream(resource)) {
            byte[] json = Objects.requireNonNull(in, resource).readAllBytes();
            return Json.parse(new String(json, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

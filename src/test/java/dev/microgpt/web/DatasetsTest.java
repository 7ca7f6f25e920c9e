package dev.microgpt.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microgpt.support.Api;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.List;
import java.util.Map;

/// The bundled datasets.
@ServiceTest
final class DatasetsTest {

    private final Api api;

    DatasetsTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    private JsonNode dataset(String name) {
        return api.get("/datasets")
                .ok()
                .path("datasets")
                .valueStream()
                .filter(dataset -> dataset.path("name").stringValue().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static String textOf(String name) throws IOException {
        try (InputStream text =
                DatasetsTest.class.getResourceAsStream("/datasets/" + name + ".txt")) {
            assertThat(text).isNotNull();
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @CsvSource({"names, 32257, 26", "words, 60000, 26", "cities, 40000, 182"})
    void areDescribedByTheirNumbers(String name, int documents, int characters) throws IOException {
        JsonNode dataset = dataset(name);
        String text = textOf(name);
        List<String> lines = text.lines().toList();

        assertThat(dataset.path("numDocs").intValue()).isEqualTo(documents).isEqualTo(lines.size());
        assertThat(dataset.path("bytes").intValue())
                .isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
        assertThat(dataset.path("alphabetSize").intValue()).isEqualTo(characters);
        assertThat(dataset.path("alphabet").stringValue().codePoints().toArray())
                .isEqualTo(text.codePoints().filter(c -> c != '\n').distinct().sorted().toArray());
        var lengths =
                lines.stream().mapToInt(l -> l.codePointCount(0, l.length())).summaryStatistics();
        assertThat(dataset.path("shortest").intValue()).isEqualTo(lengths.getMin());
        assertThat(dataset.path("longest").intValue()).isEqualTo(lengths.getMax());
        assertThat(dataset.path("meanLength").doubleValue())
                .isEqualTo(lengths.getAverage(), within(1e-12));
        assertThat(dataset.path("examples").valueStream().map(JsonNode::stringValue))
                .hasSize(3)
                .isSubsetOf(lines);
        assertThat(dataset.path("source").stringValue()).isNotBlank();
        assertThat(dataset.path("licence").stringValue()).isNotBlank();
    }

    @ParameterizedTest
    @CsvSource({"names, 32257, 27", "words, 60000, 27", "cities, 40000, 183"})
    void areLoadedByName(String name, int documents, int vocabulary) {
        JsonNode view =
                api.post("/sessions/datasets/init?overwrite=true", Map.of("dataset", name)).ok();

        assertThat(view.path("numDocs").intValue()).isEqualTo(documents);
        assertThat(view.path("vocabSize").intValue()).isEqualTo(vocabulary);
    }

    @Test
    void citiesNameGeoNamesAsTheirLicenceAsks() throws IOException {
        JsonNode cities = dataset("cities");

        assertThat(cities.path("source").stringValue())
                .contains("GeoNames")
                .contains("https://www.geonames.org/");
        assertThat(cities.path("licence").stringValue()).isEqualTo("CC BY 4.0");
        String text = textOf("cities");
        assertThat(Normalizer.isNormalized(text, Normalizer.Form.NFC)).isTrue();
    }
}

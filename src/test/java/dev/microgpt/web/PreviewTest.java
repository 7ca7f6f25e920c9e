package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Tests the preview of documents.
@ServiceTest
final class PreviewTest {

    private static final String PATH = "/documents/preview";

    private final Api api;

    PreviewTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    private JsonNode preview(Map<String, ?> body) {
        return api.post(PATH, body).ok();
    }

    @Test
    void countsDocumentsCharactersAndDuplicates() {
        JsonNode reply = preview(Map.of("text", " bob \n\nanna\nbob\n𝒳𝒴\nbob"));

        assertThat(reply)
                .hasToString(
                        "{\"numDocs\":5,\"characters\":15,\"vocabSize\":7,\"alphabet\":\"abno𝒳𝒴\","
                                + "\"longest\":4,\"blockSize\":16,\"truncated\":0,\"duplicates\":2,"
                                + "\"suggestedBlockSize\":5,\"warnings\":[{\"code\":"
                                + "\"duplicate_documents\",\"message\":\"2 of 5 documents repeat an"
                                + " earlier one, so training sees these more often\"}]}");
    }

    /// The inputs of a step are BOS and the characters, and the target of the last one is BOS unless the
    /// document was cut off.
    @ParameterizedTest
    @CsvSource({"7, 1", "8, 0"})
    void countsTheDocumentsThatTrainingCutsOff(int blockSize, int truncated) {
        Map<String, ?> body = Map.of("text", "charlie\nbob", "blockSize", blockSize);
        JsonNode reply = preview(body);
        api.init("preview", body);
        JsonNode step = trainOnCharlie();

        assertThat(reply.path("truncated").intValue()).isEqualTo(truncated);
        assertThat(step.path("vizData")).hasSize(8 - truncated);
        assertThat(reply.path("suggestedBlockSize").intValue()).isEqualTo(8);
        assertThat(reply.path("warnings")).hasSize(truncated);
        assertThat(api.view("preview").path("warnings")).hasSize(truncated);
    }

    private JsonNode trainOnCharlie() {
        JsonNode step = api.post("/sessions/preview/step").ok();
        return step.path("doc").stringValue().equals("charlie")
                ? step
                : api.post("/sessions/preview/step").ok();
    }

    @Test
    void suggestsAContextThatCutsAtMostOneInAHundredIfDocumentsAreLong() {
        String text =
                IntStream.rangeClosed(1, 200)
                        .mapToObj(i -> "x".repeat(i < 199 ? 70 : 500))
                        .collect(Collectors.joining("\n"));

        assertThat(preview(Map.of("text", text)).path("suggestedBlockSize").intValue())
                .isEqualTo(71);
        assertThat(
                        preview(Map.of("text", text + "\n" + "y".repeat(2000)))
                                .path("suggestedBlockSize")
                                .intValue())
                .isEqualTo(501);
        assertThat(preview(Map.of("text", "y".repeat(2000))).path("suggestedBlockSize").intValue())
                .isEqualTo(1024);
    }

    @Test
    void looksAtBundledDatasetsAndCreatesNothing() {
        List<String> before = names();
        JsonNode reply = preview(Map.of("dataset", "names"));

        assertThat(reply.path("numDocs").intValue()).isEqualTo(32_257);
        assertThat(reply.path("duplicates").intValue()).isEqualTo(2564);
        assertThat(reply.path("longest").intValue()).isEqualTo(15);
        assertThat(reply.path("truncated").intValue()).isZero();
        assertThat(reply.path("warnings")).isEmpty();
        assertThat(names()).isEqualTo(before);
    }

    private List<String> names() {
        return api.get("/sessions?limit=1000")
                .ok()
                .path("sessions")
                .valueStream()
                .map(session -> session.path("name").stringValue())
                .toList();
    }

    @Test
    void hasTheErrorsOfInit() {
        assertProblem(api.post(PATH, Map.of()), 400, "invalid_text");
        assertProblem(api.post(PATH, Map.of("text", " \n")), 400, "invalid_text");
        assertProblem(api.post(PATH, Map.of("dataset", "none")), 404, "not_found");
        assertProblem(api.post(PATH, Map.of("text", "a", "blockSize", 0)), 400, "out_of_range");
        assertProblem(api.post(PATH, Map.of("text", "a", "blockSize", 1025)), 400, "out_of_range");
    }
}

package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.Reply;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Tests streaming texts character by character.
@ServiceTest
final class GenerateStreamTest {

    private static final String PATH = "/sessions/streamed";

    private final Api api;

    GenerateStreamTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    private record Event(String type, JsonNode data) {}

    @BeforeEach
    void createSession() {
        api.initSixNames("streamed");
        api.step("streamed", 200);
    }

    private Reply stream(Map<String, ?> body) {
        return api.send(
                api.body(
                                PATH + "/generate",
                                "application/json",
                                BodyPublishers.ofString(Json.write(body)))
                        .header("Accept", "text/event-stream"));
    }

    private static List<Event> events(Reply reply) {
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        assertThat(reply.header("Content-Type")).startsWith("text/event-stream");
        List<Event> events = new ArrayList<>();
        for (String event : reply.body().split("\n\n", -1)) {
            if (!event.isEmpty()) {
                String[] lines = event.split("\n", 2);
                events.add(
                        new Event(
                                lines[0].substring("event: ".length()),
                                Json.parse(lines[1].substring("data: ".length()))));
            }
        }
        return events;
    }

    @Test
    void streamsEveryCharacterAndThenTheSample() {
        Map<String, Object> body = Map.of("seed", 3, "count", 3, "prompt", "a", "viz", true);
        JsonNode samples = api.post(PATH + "/generate", body).ok().path("samples");

        StringBuilder text = new StringBuilder("a");
        List<JsonNode> done = new ArrayList<>();
        for (Event event : events(stream(body))) {
            JsonNode data = event.data;
            if (event.type.equals("done")) {
                assertThat(data.path("text").stringValue()).isEqualTo(text.toString());
                done.add(data);
                text = new StringBuilder("a");
            } else {
                assertThat(event.type).isEqualTo("token");
                String symbol = data.path("char").stringValue();
                JsonNode sample = samples.get(done.size());
                assertThat(data.path("tokenId").intValue())
                        .isEqualTo(sample.path("tokens").get(text.length()).intValue());
                assertThat(data.path("prob").doubleValue())
                        .isEqualTo(
                                sample.path("vizData")
                                        .get(text.length())
                                        .path("probs")
                                        .get(data.path("tokenId").intValue())
                                        .doubleValue());
                text.append(symbol);
            }
        }
        assertThat(done).containsExactlyElementsOf(samples);
    }

    @Test
    void drawsTheSameTextsAsTheJsonResponse() {
        api.post(PATH + "/fork", Map.of("name", "streamed-2"));
        JsonNode samples =
                api.post("/sessions/streamed-2/generate", Map.of("count", 2)).ok().path("samples");
        api.delete("/sessions/streamed-2");
        List<JsonNode> done =
                events(stream(Map.of("count", 2))).stream()
                        .filter(event -> event.type.equals("done"))
                        .map(Event::data)
                        .toList();
        assertThat(done).containsExactlyElementsOf(samples);
    }

    @Test
    void namesTheStepThatWasUsed() {
        List<Event> events = events(stream(Map.of("step", 17)));
        assertThat(events.getLast().type).isEqualTo("done");
        assertThat(events.getLast().data.path("step").longValue()).isEqualTo(16);
    }

    @Test
    void reportsErrorsAsProblems() {
        Reply refused = stream(Map.of("prompt", "X"));
        assertProblem(refused, 400, "unknown_character");
        assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
        assertProblem(stream(Map.of("step", 201)), 400, "out_of_range").hasMax(200);
        assertProblem(stream(Map.of("temperature", -1)), 400, "out_of_range");
    }

    @Test
    void clientsThatAcceptAnythingGetJson() {
        for (String accept :
                List.of("*/*", "application/json", "application/json, text/event-stream")) {
            Reply reply =
                    api.send(
                            api.body(
                                            PATH + "/generate",
                                            "application/json",
                                            BodyPublishers.ofString("{}"))
                                    .header("Accept", accept));
            assertThat(reply.ok().path("samples")).hasSize(1);
        }
    }
}

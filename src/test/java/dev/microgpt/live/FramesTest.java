package dev.microgpt.live;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withPrecision;

import dev.microgpt.support.Api;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Frames contain what the options of `subscribe` request.
@ServiceTest
final class FramesTest extends LiveSession {

    private static final String NAME = "frames";

    FramesTest(@LocalServerPort int port) {
        super(port, NAME, Map.of("text", Api.SIX_NAMES));
    }

    @AfterEach
    void deleteSession() {
        api.delete("/sessions/" + NAME);
    }

    @Test
    void containTheNewestTrace() {
        live.send("subscribe", "session", NAME);
        live.next("subscribed");
        JsonNode reply = api.post("/sessions/frames/step", Map.of("count", 3)).ok();
        Frames frames = new Frames(1).collect(live, 3);
        JsonNode frame = frames.all().getLast();
        JsonNode trace = frame.path("trace");

        assertThat(List.copyOf(frame.propertyNames()))
                .startsWith("type")
                .contains("session", "fromStep", "toStep", "losses", "trace", "stepsPerSecond");
        assertThat(frame.path("session").stringValue()).isEqualTo(NAME);
        assertThat(trace.path("step").intValue()).isEqualTo(3);
        for (String name : List.of("loss", "doc", "tokens", "vizData", "paramStats")) {
            assertThat(trace.path(name)).as(name).isEqualTo(reply.path(name));
        }
    }

    @Test
    void containTracesOfTheirSteps() {
        api.initSlow(NAME);
        live.send("subscribe", "session", NAME, "maxHz", 60);
        live.next("subscribed");
        api.step(NAME, 200); // does not request traces itself
        Frames frames = new Frames(1).collect(live, 200);
        double[] losses = api.losses(NAME);
        List<JsonNode> traces =
                frames.all().stream()
                        .filter(frame -> frame.has("trace"))
                        .map(frame -> frame.path("trace"))
                        .toList();

        assertThat(traces).isNotEmpty();
        for (JsonNode trace : traces) {
            int step = trace.path("step").intValue();
            assertThat(trace.path("loss").doubleValue()).isEqualTo(losses[step - 1]);
            assertThat(trace.path("vizData").size()).isEqualTo(trace.path("tokens").size() - 1);
        }
        assertThat(traces.stream().map(trace -> trace.path("step").intValue()))
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(traces.getLast().path("step").intValue()).isEqualTo(200);
    }

    @Test
    void containNoTracesIfNotRequested() {
        live.send("subscribe", "session", NAME, "viz", "none");
        live.next("subscribed");
        api.post("/sessions/frames/step", Map.of("count", 3)).ok();

        assertThat(new Frames(1).collect(live, 3).all()).noneMatch(frame -> frame.has("trace"));
    }

    @Test
    void containBucketsThatCoverTheirSteps() {
        api.step(NAME, 60);
        live.send("subscribe", "session", NAME, "losses", "buckets", "fromStep", 1, "viz", "none");
        live.next("subscribed");
        api.step(NAME, 7);
        List<JsonNode> frames = new Frames(1).collect(live, 67).all();
        double[] losses = api.losses(NAME);

        int next = 1;
        for (JsonNode frame : frames) {
            assertThat(frame.has("losses")).isFalse();
            assertThat(frame.path("buckets").size()).isPositive();
            for (JsonNode bucket : frame.path("buckets")) {
                int to = bucket.path("to").intValue();
                assertThat(bucket.path("from").intValue()).isEqualTo(next);
                assertBucket(bucket, Arrays.copyOfRange(losses, next - 1, to));
                next = to + 1;
            }
            assertThat(frame.path("toStep").intValue()).isEqualTo(next - 1);
        }
        assertThat(next).isEqualTo(68);
    }

    private static void assertBucket(JsonNode bucket, double[] losses) {
        var statistics = Arrays.stream(losses).summaryStatistics();
        assertThat(bucket.path("min").doubleValue()).isEqualTo(statistics.getMin());
        assertThat(bucket.path("max").doubleValue()).isEqualTo(statistics.getMax());
        assertThat(bucket.path("mean").doubleValue())
                .isCloseTo(statistics.getAverage(), withPrecision(1e-12));
        assertThat(bucket.path("first").doubleValue()).isEqualTo(losses[0]);
        assertThat(bucket.path("last").doubleValue()).isEqualTo(losses[losses.length - 1]);
    }

    @Test
    void areSentNoMoreOftenThanRequested() {
        double maxHz = 10;
        api.initSlow(NAME);
        live.send("subscribe", "session", NAME, "maxHz", maxHz);
        live.next("subscribed");
        var call = api.stepWithoutEnd(NAME);
        live.next("frame");
        long start = System.nanoTime();
        int frames = 10;
        for (int i = 0; i < frames; i++) {
            live.next("frame");
        }
        double seconds = (System.nanoTime() - start) / 1e9;

        assertThat(seconds).isGreaterThan((frames - 1) / maxHz);
        assertThat(call).isNotDone();
    }

    @ParameterizedTest
    @CsvSource({
        "maxHz, 0",
        "maxHz, -1",
        "maxHz, 1e9",
        "maxHz, 1e999",
        "fromStep, 0",
        "fromStep, -3",
        "fromStep, 7",
        "fromStep, 9223372036854775807",
        "viz, \"all\"",
        "viz, \"\"",
        "losses, \"some\""
    })
    void optionsOutOfRangeAreRejected(String field, String value) {
        api.step(NAME, 5);
        live.sendText(
                "{\"type\": \"subscribe\", \"session\": \"frames\", \"id\": 9, \"%s\": %s}"
                        .formatted(field, value));
        JsonNode error = live.next("error");

        assertProblem(error.path("problem"), 400, "out_of_range").hasField(field);
        assertThat(error.path("id").intValue()).isEqualTo(9);
        api.step(NAME, 1);
        live.send("getConfig", "session", NAME);
        live.next("config"); // and no frame
    }
}

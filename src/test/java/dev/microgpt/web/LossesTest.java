package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withPrecision;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.util.Arrays;
import java.util.Map;

/// Tests the history of losses, raw and in buckets.
@ServiceTest
@TestInstance(Lifecycle.PER_CLASS)
final class LossesTest {

    private static final String LOSSES = "/sessions/losses/losses";
    private static final int STEPS = 57;

    private final Api api;
    private double[] losses = {}; // (STEPS), as returned by the step calls

    LossesTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @BeforeAll
    void train() {
        api.init("losses", Map.of("nEmbd", 4, "text", Api.SIX_NAMES));
        losses = Json.doubles(api.step("losses", STEPS).path("losses"));
    }

    @Test
    void returnsAllByDefault() {
        JsonNode reply = api.get(LOSSES).ok();

        assertThat(reply.path("from").intValue()).isEqualTo(1);
        assertThat(reply.path("to").intValue()).isEqualTo(STEPS);
        assertThat(Json.doubles(reply.path("losses"))).containsExactly(losses);
        assertThat(reply.has("buckets")).isFalse();
    }

    @Test
    void includesBothEndsOfRange() {
        JsonNode reply = api.get(LOSSES + "?from=3&to=5").ok();

        assertThat(reply.path("from").intValue()).isEqualTo(3);
        assertThat(reply.path("to").intValue()).isEqualTo(5);
        assertThat(Json.doubles(reply.path("losses")))
                .containsExactly(Arrays.copyOfRange(losses, 2, 5));
    }

    @Test
    void defaultsToFirstAndLastStep() {
        assertThat(Json.doubles(api.get(LOSSES + "?from=57").ok().path("losses")))
                .containsExactly(losses[56]);
        assertThat(Json.doubles(api.get(LOSSES + "?to=1").ok().path("losses")))
                .containsExactly(losses[0]);
    }

    @Test
    void isEmptyBeforeFirstStep() {
        api.init("losses-none", Map.of("text", Api.SIX_NAMES));

        assertThat(api.losses("losses-none")).isEmpty();
        JsonNode buckets = api.get("/sessions/losses-none/losses?maxPoints=5").ok();
        assertThat(buckets.path("buckets").size()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 10, 56, 57, 58, 1000})
    void bucketsSummariseEachStepOnce(int maxPoints) {
        JsonNode reply = api.get(LOSSES + "?maxPoints=" + maxPoints).ok();
        JsonNode buckets = reply.path("buckets");

        assertThat(reply.has("losses")).isFalse();
        assertThat(buckets.size()).isBetween(1, maxPoints);
        int next = 1;
        for (JsonNode bucket : buckets) {
            assertThat(bucket.path("from").intValue()).isEqualTo(next);
            int to = bucket.path("to").intValue();
            assertBucket(bucket, Arrays.copyOfRange(losses, next - 1, to));
            next = to + 1;
        }
        assertThat(next).isEqualTo(STEPS + 1);
    }

    private static void assertBucket(JsonNode bucket, double[] expected) {
        var statistics = Arrays.stream(expected).summaryStatistics();
        assertThat(bucket.path("first").doubleValue()).isEqualTo(expected[0]);
        assertThat(bucket.path("last").doubleValue()).isEqualTo(expected[expected.length - 1]);
        assertThat(bucket.path("min").doubleValue()).isEqualTo(statistics.getMin());
        assertThat(bucket.path("max").doubleValue()).isEqualTo(statistics.getMax());
        assertThat(bucket.path("mean").doubleValue())
                .isCloseTo(statistics.getAverage(), withPrecision(1e-12));
    }

    @Test
    void bucketsCoverRange() {
        JsonNode buckets = api.get(LOSSES + "?from=10&to=20&maxPoints=3").ok().path("buckets");

        assertThat(buckets.get(0).path("from").intValue()).isEqualTo(10);
        assertThat(buckets.get(buckets.size() - 1).path("to").intValue()).isEqualTo(20);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "from=0",
                "from=-1",
                "from=59",
                "from=9223372036854775807",
                "to=58",
                "to=-1",
                "from=10&to=8",
                "maxPoints=0",
                "maxPoints=-1",
                "maxPoints=100001",
                "from=0&maxPoints=5",
                "to=58&maxPoints=5",
                "from=10&to=8&maxPoints=5"
            })
    void rejectsRangesOutsideOfTheHistory(String query) {
        assertProblem(api.get(LOSSES + "?" + query), 400, "out_of_range");
    }

    @ParameterizedTest
    @ValueSource(strings = {"from", "to", "maxPoints"})
    void rejectsValuesThatAreNotIntegers(String parameter) {
        for (String value : new String[] {"x", "1.5", "1e3", "99999999999999999999"}) {
            assertThat(api.get(LOSSES + "?" + parameter + "=" + value).status()).isEqualTo(400);
        }
        assertProblem(api.get(LOSSES + "?" + parameter + "=x"), 400, "wrong_type")
                .hasField(parameter)
                .hasValue("x");
    }
}

package dev.microgpt.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.microsoft.playwright.Browser;

import dev.microgpt.support.Json;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

/// The page's store of losses: few buckets that lose no spike.
@ServiceTest
@ExtendWith(Chromium.class)
final class LossStoreTest {

    private final int port;
    private final Browser browser;

    LossStoreTest(@LocalServerPort int port, Browser browser) {
        this.port = port;
        this.browser = browser;
    }

    /// Runs the body of a function in which `LossStore`, `meanOfLast` and `movingAverage` are imported.
    private JsonNode run(String body) {
        return Tab.run(
                browser,
                port,
                """
                const { LossStore, meanOfLast, movingAverage } = await import('/js/data/loss-store.js');
                %s"""
                        .formatted(body));
    }

    @Test
    void keepsManyStepsInFewBucketsWithoutLosingASpike() {
        JsonNode result =
                run(
                        """
                        const store = new LossStore(256);
                        for (let from = 1; from <= 100_000; from += 1000) {
                          const losses = Array.from({ length: 1000 }, (_, i) => from + i === 54_321 ? 99 : 2);
                          store.add({ fromStep: from, losses });
                          store.add({ fromStep: from, losses }); // the second time they are skipped
                        }
                        const points = store.points(100);
                        return {
                          size: store.size, last: store.lastStep, points: points.length,
                          steps: points.reduce((sum, { from, to }) => sum + to - from + 1, 0),
                          spike: points.filter(({ max }) => max === 99).length,
                          mean: meanOfLast(points, Infinity),
                          early: store.points(100, {}, true)[0].to,
                        };""");

        assertThat(result.path("size").intValue()).isBetween(128, 256);
        assertThat(result.path("last").intValue()).isEqualTo(100_000);
        assertThat(result.path("points").intValue()).isBetween(50, 100);
        assertThat(result.path("steps").intValue()).isEqualTo(100_000);
        assertThat(result.path("spike").intValue()).isEqualTo(1);
        assertThat(result.path("mean").doubleValue()).isEqualTo(2 + 97e-5, within(1e-9));
        assertThat(result.path("early").intValue()).isLessThanOrEqualTo(512);
    }

    @Test
    void theMovingAverageIsTheSameForStepsAndBuckets() {
        JsonNode result =
                run(
                        """
                        const steps = Array.from({ length: 40 }, (_, i) => ({ from: i + 1, to: i + 1, mean: i < 20 ? 3 : 1 }));
                        const buckets = [{ from: 1, to: 20, mean: 3 }, { from: 21, to: 40, mean: 1 }];
                        return [movingAverage(steps, 10)[19], movingAverage(steps, 10)[39], ...movingAverage(buckets, 10)];
                        """);

        double[] averages = Json.doubles(result);
        assertThat(averages[0]).isEqualTo(3, within(1e-12));
        assertThat(averages[2]).isEqualTo(averages[0], within(1e-12));
        assertThat(averages[3]).isEqualTo(averages[1], within(1e-12));
    }

    @Test
    void aLossThatHasLeftTheRangeHasNoEffectOnTheAverage() {
        JsonNode result =
                run(
                        """
                        const means = Array.from({ length: 60 }, (_, i) => i === 5 ? 1e300 : i === 25 ? Infinity : i === 45 ? NaN : 2);
                        const steps = means.map((mean, i) => ({ from: i + 1, to: i + 1, mean }));
                        const averages = movingAverage(steps, 7);
                        return averages.map((value) => value === 2 ? 1 : 0);""");
        double[] isTwo = Json.doubles(result);
        for (int i = 0; i < isTwo.length; i++) {
            boolean isAfterAHugeLoss = i % 20 >= 5 && i % 20 < 12;
            assertThat(isTwo[i]).as("after step %d", i + 1).isEqualTo(isAfterAHugeLoss ? 0 : 1);
        }
    }

    @Test
    void theMovingAverageIsThatOfEachRangeSummedUp() {
        JsonNode result =
                run(
                        """
                        const buckets = [];
                        for (let from = 1, i = 0; i < 200; i++) {
                          const to = from + i % 7;
                          buckets.push({ from, to, mean: 3 + Math.sin(i) });
                          from = to + 1;
                        }
                        const summedUp = (end, span) => {
                          let [sum, seen] = [0, 0];
                          for (const { from, to, mean } of buckets) {
                            const counted = Math.max(0, Math.min(to, end) - Math.max(from, end - span + 1) + 1);
                            sum += mean * counted;
                            seen += counted;
                          }
                          return sum / seen;
                        };
                        const ends = [1, 2, 3, 50, 51, 300, 301, 640].map((to) => ({ to }));
                        return [1, 3, 10, 100, 1000, Infinity].flatMap((span) => [buckets, ends].map((points) =>
                          Math.max(...movingAverage(points, span, buckets).map((value, i) => Math.abs(value - summedUp(points[i].to, span))))));""");
        for (double difference : Json.doubles(result)) {
            assertThat(difference).isLessThan(1e-12);
        }
    }
}

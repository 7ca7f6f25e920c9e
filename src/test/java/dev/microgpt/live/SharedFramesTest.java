package dev.microgpt.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withPrecision;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.Live;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Many watchers of one fast run share its frames, and each receives all losses.
@ServiceTest
final class SharedFramesTest {

    private static final String NAME = "shared-frames";
    private static final String PATH = "/sessions/" + NAME;
    private static final int STEPS = 30_000;

    private final Api api;
    private final List<Live> watchers = new ArrayList<>();

    SharedFramesTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @BeforeEach
    void createFastSession() {
        api.init(
                NAME,
                Map.of("nEmbd", 1, "nHead", 1, "blockSize", 1, "numSteps", STEPS, "text", "a\nb"));
    }

    @AfterEach
    void disconnect() {
        watchers.forEach(Live::close);
        api.delete(PATH);
    }

    private Live watch(Object... options) {
        Live live = Live.connect(api.port());
        watchers.add(live);
        Object[] message = new Object[options.length + 2];
        message[0] = "session";
        message[1] = NAME;
        System.arraycopy(options, 0, message, 2, options.length);
        live.send("subscribe", message);
        live.next("subscribed");
        return live;
    }

    private void run(int steps) {
        api.post(PATH + "/runs", Map.of("steps", steps)).ok();
    }

    @Test
    void everyWatcherReceivesEveryLossOnce() {
        for (double maxHz : new double[] {60, 20, 20, 20, 7, 1.5}) {
            watch("maxHz", maxHz);
            watch("maxHz", maxHz, "viz", "none");
        }
        run(STEPS);
        Live late = watch("fromStep", 1, "maxHz", 60); // starts far behind and catches up
        List<Frames> all =
                watchers.stream().map(watcher -> new Frames(1).collect(watcher, STEPS)).toList();
        double[] losses = api.losses(NAME);

        assertThat(losses).hasSize(STEPS);
        assertThat(watchers.getLast()).isSameAs(late);
        all.forEach(frames -> frames.assertLosses(losses));
    }

    @Test
    void noLossIsMissingAfterAReconnect() {
        run(STEPS);
        Live first = watch("fromStep", 1, "maxHz", 60);
        Frames frames = new Frames(1).collect(first, STEPS / 3);
        first.close();
        Live second = watch("fromStep", frames.nextStep(), "maxHz", 60);
        frames.collect(second, STEPS);

        frames.assertLosses(api.losses(NAME));
    }

    @Test
    void bucketsCoverEveryStep() {
        for (double maxHz : new double[] {60, 20, 20, 3}) {
            watch("maxHz", maxHz, "losses", "buckets", "viz", "none");
            watch("maxHz", maxHz, "losses", "buckets");
        }
        run(STEPS);
        List<Frames> all =
                watchers.stream().map(watcher -> new Frames(1).collect(watcher, STEPS)).toList();
        double[] losses = api.losses(NAME);

        for (Frames frames : all) {
            int next = 1;
            for (JsonNode frame : frames.all()) {
                for (JsonNode bucket : frame.path("buckets")) {
                    assertThat(bucket.path("from").intValue()).isEqualTo(next);
                    assertThat(bucket.path("first").doubleValue()).isEqualTo(losses[next - 1]);
                    next = bucket.path("to").intValue() + 1;
                    assertThat(bucket.path("last").doubleValue()).isEqualTo(losses[next - 2]);
                }
            }
            assertThat(next).isEqualTo(STEPS + 1);
        }
    }

    @Test
    void framesContainTheMeanOfTheNewestLosses() {
        watch("maxHz", 60);
        watch("maxHz", 60, "losses", "buckets");
        watch("maxHz", 5, "viz", "none");
        api.step(NAME, 1);
        api.step(NAME, 98);
        api.step(NAME, 1);
        api.step(NAME, 1);
        run(5_000);
        List<Frames> all =
                watchers.stream().map(watcher -> new Frames(1).collect(watcher, 5_101)).toList();
        double[] losses = api.losses(NAME);

        for (Frames frames : all) {
            for (JsonNode frame : frames.all()) {
                int to = frame.path("toStep").intValue();
                if (to == 0) { // a new state before the first step
                    assertThat(frame.has("lossAverage")).isFalse();
                    continue;
                }
                double mean =
                        Arrays.stream(losses, Math.max(0, to - 100), to).average().orElseThrow();
                assertThat(frame.path("lossAverage").doubleValue())
                        .isCloseTo(mean, withPrecision(1e-12));
            }
        }
    }

    @Test
    void fieldsHaveTheirOrder() {
        Live raw = watch();
        Live buckets = watch("losses", "buckets");
        api.step(NAME, 3);

        assertThat(raw.next("frame").propertyNames())
                .containsExactly(
                        "type",
                        "session",
                        "fromStep",
                        "toStep",
                        "losses",
                        "lossAverage",
                        "trace",
                        "diagnostics",
                        "state",
                        "stepsPerSecond");
        assertThat(buckets.next("frame").propertyNames())
                .containsSubsequence("toStep", "buckets", "lossAverage", "trace", "state");
    }

    @Test
    void allWatchersFollowAReinitializedSession() {
        for (double maxHz : new double[] {60, 20, 20, 5}) {
            watch("maxHz", maxHz);
        }
        run(STEPS);
        watchers.forEach(watcher -> assertThat(watcher.next("frame").has("losses")).isTrue());
        createFastSession();
        api.step(NAME, 2_000);
        double[] losses = api.losses(NAME);

        for (Live watcher : watchers) {
            List<Double> received = new ArrayList<>();
            while (received.size() < 2_000 || !isEnd(received, losses)) {
                JsonNode frame = watcher.next("frame");
                if (frame.path("fromStep").longValue() == 1) {
                    received.clear();
                }
                Arrays.stream(Json.doubles(frame.path("losses"))).forEach(received::add);
            }
        }
    }

    private static boolean isEnd(List<Double> received, double[] losses) {
        return Arrays.equals(received.stream().mapToDouble(x -> x).toArray(), losses);
    }
}

package dev.microgpt.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Json;
import dev.microgpt.support.Live;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The frames that a watcher received, checked for gaps and repetitions.
final class Frames {

    private final List<JsonNode> frames = new ArrayList<>();
    private final long firstStep;
    private long nextStep;

    /// @param firstStep the first step that is expected
    Frames(long firstStep) {
        this.firstStep = firstStep;
        nextStep = firstStep;
    }

    /// Takes messages, which must all be frames, until they have covered a step.
    Frames collect(Live live, long lastStep) {
        while (nextStep <= lastStep) {
            JsonNode frame = live.next("frame");
            assertThat(frame.path("fromStep").longValue()).isEqualTo(nextStep);
            long toStep = frame.path("toStep").longValue();
            assertThat(toStep).isGreaterThanOrEqualTo(nextStep - 1); // of a new state alone
            nextStep = toStep + 1;
            frames.add(frame);
        }
        return this;
    }

    /// The step after the last one that was covered.
    long nextStep() {
        return nextStep;
    }

    List<JsonNode> all() {
        return frames;
    }

    /// The losses of all frames, end to end.
    double[] losses() {
        List<double[]> parts =
                frames.stream().map(frame -> Json.doubles(frame.path("losses"))).toList();
        for (int i = 0; i < parts.size(); i++) {
            JsonNode frame = frames.get(i);
            assertThat((long) parts.get(i).length)
                    .isEqualTo(
                            frame.path("toStep").longValue()
                                    - frame.path("fromStep").longValue()
                                    + 1);
        }
        return parts.stream().flatMapToDouble(Arrays::stream).toArray();
    }

    /// Checks that these are the losses of a session from the first step expected.
    void assertLosses(double[] history) {
        assertThat(losses())
                .containsExactly(
                        Arrays.copyOfRange(history, (int) firstStep - 1, (int) nextStep - 1));
    }
}

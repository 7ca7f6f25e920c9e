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

    /// Receives messages, which must all be frames, until they cover a step.
    Frames collect(Live live, long lastStep) {
        while (nextStep <= lastStep) {
            JsonNode frame = live.next("frame");
            assertThat(frame.path("fromStep").longValue()).isEqualTo(nextStep);
            long toStep = frame.path("toStep").longValue();
            assertThat(toStep)
                    .isGreaterThanOrEqualTo(nextStep - 1); // one less for a change of state alone
            nextStep = toStep + 1;
            frames.add(frame);
        }
        return this;
    }

    /// Returns the step after the last covered one.
    long nextStep() {
        return nextStep;
    }

    List<JsonNode> all() {
        return frames;
    }

    /// Returns the losses of all frames in order.
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

    /// Checks the losses against the history of a session.
    ///
    /// @param history the losses of all steps
    void assertLosses(double[] history) {
        assertThat(losses())
                .containsExactly(
                        Arrays.copyOfRange(history, (int) firstStep - 1, (int) nextStep - 1));
    }
}

package dev.microgpt.verification.pages;

import dev.microgpt.support.Json;

import tools.jackson.databind.JsonNode;

import java.util.Arrays;

/// The measurements of a page over some seconds.
///
/// @param gaps times from one animation frame to the next, in ms, ascending
/// @param updates how many messages of the live stream changed the shown step
/// @param longTasks durations of the tasks that blocked the page, in ms
record PageWindow(double seconds, double[] gaps, int updates, double[] longTasks) {

    private static final double SLOW_QUANTILE = 0.95;

    static PageWindow of(JsonNode counted) {
        double[] gaps = Json.doubles(counted.path("gaps"));
        Arrays.sort(gaps);
        return new PageWindow(
                counted.path("seconds").doubleValue(),
                gaps,
                counted.path("updates").intValue(),
                Json.doubles(counted.path("long")));
    }

    double framesPerSecond() {
        return gaps.length / seconds;
    }

    /// Returns the frame rate that one frame in twenty falls below.
    double slowFramesPerSecond() {
        return gaps.length == 0 ? 0 : 1000 / gaps[(int) (SLOW_QUANTILE * (gaps.length - 1))];
    }
}

package dev.microgpt.load;

import dev.microgpt.support.Json;

import tools.jackson.databind.JsonNode;

import java.util.Arrays;

/// What a page did in some seconds.
///
/// @param gaps from each picture to the next, in ms, sorted
/// @param updates that it drew after messages of the stream
/// @param longTasks that blocked it, each for so many ms
record PageWindow(double seconds, double[] gaps, int updates, double[] longTasks) {

    private static final double SLOW = 0.95;

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

    /// What one picture in twenty comes slower than.
    double slowFramesPerSecond() {
        return gaps.length == 0 ? 0 : 1000 / gaps[(int) (SLOW * (gaps.length - 1))];
    }
}

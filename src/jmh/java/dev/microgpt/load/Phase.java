package dev.microgpt.load;

import java.util.Arrays;
import java.util.List;

/// What was measured for some seconds, without or with watchers.
///
/// @param steps that each session made
/// @param generatorCpu seconds of processor time that this process took
/// @param serverCpu seconds of processor time that the service took
/// @param callMillis from when each call was due to its answer
/// @param frames that the fast watchers got
record Phase(
        double seconds,
        long[] steps,
        double generatorCpu,
        double serverCpu,
        List<Double> callMillis,
        long frames) {

    long allSteps() {
        return Arrays.stream(steps).sum();
    }

    double stepsPerSecond() {
        return allSteps() / seconds;
    }

    /// Steps per second of processor time that this process left to the others.
    double stepsPerFreeCpu() {
        double all = Runtime.getRuntime().availableProcessors() * seconds;
        return allSteps() / (all - generatorCpu);
    }

    double stepsPerServerCpu() {
        return allSteps() / serverCpu;
    }

    double framesPerSecond() {
        return frames / seconds;
    }
}

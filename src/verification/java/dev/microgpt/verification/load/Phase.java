package dev.microgpt.verification.load;

import java.util.Arrays;
import java.util.List;

/// The measurements of some seconds, without or with watchers.
///
/// @param seconds the length of the phase
/// @param steps how many steps each session made
/// @param generatorCpu seconds of CPU time that this process used
/// @param serverCpu seconds of CPU time that the service used
/// @param callMillis the time of each call from when it was due until its response
/// @param frames how many frames the fast watchers received
record Phase(
        double seconds,
        long[] steps,
        double generatorCpu,
        double serverCpu,
        List<Double> callMillis,
        long frames) {

    long totalSteps() {
        return Arrays.stream(steps).sum();
    }

    double stepsPerSecond() {
        return totalSteps() / seconds;
    }

    /// Returns the steps per second of CPU time that this process left to the others.
    double stepsPerFreeCpu() {
        double available = Runtime.getRuntime().availableProcessors() * seconds;
        return totalSteps() / (available - generatorCpu);
    }

    double stepsPerServerCpu() {
        return totalSteps() / serverCpu;
    }

    double framesPerSecond() {
        return frames / seconds;
    }
}

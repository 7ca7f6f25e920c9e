package dev.microgpt.load;

import java.util.ArrayList;
import java.util.List;

/// All that the load test has found out.
///
/// @param plan what was done
/// @param off the phases without watchers
/// @param on the phases with watchers
/// @param heaps after a garbage collection: after the warm-up, and after each phase with watchers
/// @param faults of fast watchers, one for each that did not get every loss once and in order
/// @param losses that the fast watchers got, all together
/// @param silentClosed connections that were not read and that the service has ended
/// @param slowClosed connections that were read slowly and that the service has ended
/// @param leftBehind readers of the crowd that got nothing in a phase, or were cut off
/// @param failedCalls of generate
/// @param errors in the log of the service
record Measurements(
        LoadPlan plan,
        List<Phase> off,
        List<Phase> on,
        List<HeapUse> heaps,
        List<String> faults,
        long losses,
        int silentClosed,
        int slowClosed,
        int leftBehind,
        int failedCalls,
        int errors) {

    /// What the phases with watchers are, measured by those without: a share for each pair.
    List<Double> shares(PhaseFigure figure) {
        List<Double> shares = new ArrayList<>();
        for (int i = 0; i < on.size(); i++) {
            shares.add(figure.of(on.get(i)) / figure.of(off.get(i)));
        }
        return shares;
    }

    interface PhaseFigure {
        double of(Phase phase);
    }

    /// The steps of the slowest session while there were watchers, as a share of the mean.
    double slowestShare() {
        long[] steps = new long[plan.sessions()];
        long all = 0;
        for (Phase phase : on) {
            for (int i = 0; i < steps.length; i++) {
                steps[i] += phase.steps()[i];
            }
            all += phase.allSteps();
        }
        long slowest = Long.MAX_VALUE;
        for (long own : steps) {
            slowest = Math.min(slowest, own);
        }
        return (double) slowest * steps.length / all;
    }
}

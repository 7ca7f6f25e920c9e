package dev.microgpt.verification.load;

import dev.microgpt.verification.support.HeapUse;

import java.util.ArrayList;
import java.util.List;

/// The results of the load test.
///
/// @param plan the plan that was carried out
/// @param unwatched the phases without watchers
/// @param watched the phases with watchers
/// @param heaps the heap usage after the warm-up, and after each phase with watchers
/// @param faults one for each fast watcher that did not receive every loss once and in order
/// @param losses how many losses the fast watchers received in total
/// @param silentClosed how many connections that never read were closed by the service
/// @param slowClosed how many connections that read slowly were closed by the service
/// @param leftBehind how many readers of the crowd received nothing in a phase, or were disconnected
/// @param failedCalls how many calls of `generate` failed
/// @param errors how many errors the service logged
record Measurements(
        LoadPlan plan,
        List<Phase> unwatched,
        List<Phase> watched,
        List<HeapUse> heaps,
        List<String> faults,
        long losses,
        int silentClosed,
        int slowClosed,
        int leftBehind,
        int failedCalls,
        int errors) {

    /// Returns the ratio of a value with watchers to the value without, for each pair of phases.
    List<Double> ratios(PhaseValue value) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < watched.size(); i++) {
            ratios.add(value.of(watched.get(i)) / value.of(unwatched.get(i)));
        }
        return ratios;
    }

    interface PhaseValue {
        double of(Phase phase);
    }

    /// Returns the steps of the slowest session in the phases with watchers, relative to the mean.
    double slowestRelativeToMean() {
        long[] steps = new long[plan.sessions()];
        long total = 0;
        for (Phase phase : watched) {
            for (int i = 0; i < steps.length; i++) {
                steps[i] += phase.steps()[i];
            }
            total += phase.totalSteps();
        }
        long slowest = Long.MAX_VALUE;
        for (long count : steps) {
            slowest = Math.min(slowest, count);
        }
        return (double) slowest * steps.length / total;
    }
}

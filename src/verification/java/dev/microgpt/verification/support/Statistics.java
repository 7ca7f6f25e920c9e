package dev.microgpt.verification.support;

import java.util.Arrays;
import java.util.List;

/// Summaries of measured values.
public final class Statistics {

    private Statistics() {}

    /// Returns the middle value, or the mean of the two in the middle.
    ///
    /// @param values at least one, in any order
    public static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// Returns the middle value, or the mean of the two in the middle.
    ///
    /// @param values at least one, in any order
    public static double median(List<Double> values) {
        return median(values.stream().mapToDouble(Double::doubleValue).toArray());
    }
}

package dev.microgpt.session.query;

import dev.microgpt.engine.Matrix;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The distribution of the weights of one matrix at each keyframe. All histograms have the same bins.
///
/// @param matrix the name and shape of the matrix
/// @param from lower edge of the first bin
/// @param to upper edge of the last bin
/// @param steps the steps of the keyframes, oldest first
/// @param counts number of weights in each bin, (steps, bins)
public record Histograms(
        Matrix matrix, double from, double to, List<Long> steps, List<int[]> counts) {

    /// Computes the histograms.
    ///
    /// @param steps the steps of the keyframes
    /// @param values the weights at each keyframe, (steps, rows at that time * columns)
    static Histograms of(Matrix matrix, List<Long> steps, List<double[]> values, int bins) {
        double from = Double.POSITIVE_INFINITY;
        double to = Double.NEGATIVE_INFINITY;
        for (double[] weights : values) {
            from = Math.min(from, Arrays.stream(weights).min().orElse(0));
            to = Math.max(to, Arrays.stream(weights).max().orElse(0));
        }
        List<int[]> counts = new ArrayList<>();
        for (double[] weights : values) {
            counts.add(counts(weights, from, to, bins));
        }
        return new Histograms(matrix, from, to, steps, counts);
    }

    private static int[] counts(double[] weights, double from, double to, int bins) {
        int[] counts = new int[bins];
        double width = (to - from) / bins;
        for (double weight : weights) {
            int bin = width > 0 ? (int) ((weight - from) / width) : 0;
            counts[Math.min(bin, bins - 1)]++;
        }
        return counts;
    }
}

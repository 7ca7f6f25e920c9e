package dev.microgpt.sweep;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// A sweep as it is shown: its trials in the order of their ranks, and those that differ in their seeds only together.
///
/// @param sweep the sweep
/// @param message why no trial can begin; null if one can
/// @param trials those with a rank first, then the others by their numbers
/// @param groups the lowest mean first
public record SweepView(
        Sweep sweep, @Nullable String message, List<RankedTrial> trials, List<Group> groups) {

    private static final String SEED = "seed";

    /// A trial with its rank.
    ///
    /// @param rank 1 for the lowest validation loss; null for a trial without one, or one that has failed or was
    ///     cancelled
    public record RankedTrial(@Nullable Integer rank, Trial trial, TrialStatus status) {}

    /// Completed trials that differ in their seeds only.
    ///
    /// @param options the varied options other than the seed
    /// @param mean the mean of their validation losses in nats
    /// @param standardError of the mean; null for a single trial
    public record Group(
            Map<String, Object> options,
            double mean,
            @Nullable Double standardError,
            double min,
            double max,
            int count) {

        private static Group of(Map<String, Object> options, List<Double> losses) {
            int count = losses.size();
            double mean = losses.stream().mapToDouble(loss -> loss).sum() / count;
            double squares =
                    losses.stream().mapToDouble(loss -> (loss - mean) * (loss - mean)).sum();
            double min = losses.stream().mapToDouble(loss -> loss).min().orElseThrow();
            double max = losses.stream().mapToDouble(loss -> loss).max().orElseThrow();
            // sd / sqrt(n), with the sample's sd = sqrt(squares / (n - 1))
            Double standardError =
                    count == 1 ? null : (Double) Math.sqrt(squares / (count - 1) / count);
            return new Group(options, mean, standardError, min, max, count);
        }
    }

    /// @param message why no trial can begin; null if one can
    static SweepView of(Sweep sweep, @Nullable String message) {
        List<RankedTrial> ranked = new ArrayList<>();
        List<RankedTrial> others = new ArrayList<>();
        for (Trial trial : sweep.plan().trials()) {
            RankedTrial unranked = new RankedTrial(null, trial, sweep.status(trial));
            (isRanked(unranked.status) ? ranked : others).add(unranked);
        }
        ranked.sort(Comparator.comparingDouble(SweepView::validationLoss));
        List<RankedTrial> all = new ArrayList<>();
        for (RankedTrial trial : ranked) {
            all.add(new RankedTrial(all.size() + 1, trial.trial, trial.status));
        }
        all.addAll(others);
        return new SweepView(sweep, message, List.copyOf(all), groups(ranked));
    }

    private static boolean isRanked(TrialStatus status) {
        return status.validationLoss() != null
                && status.state() != TrialState.FAILED
                && status.state() != TrialState.CANCELLED;
    }

    private static double validationLoss(RankedTrial trial) {
        return Objects.requireNonNull(trial.status.validationLoss());
    }

    private static List<Group> groups(List<RankedTrial> ranked) {
        Map<Map<String, Object>, List<Double>> losses = new LinkedHashMap<>();
        for (RankedTrial trial : ranked) {
            if (trial.status.state().isEnd()) { // completed, even if it was deleted after that
                Map<String, Object> options = new LinkedHashMap<>(trial.trial.varied());
                options.remove(SEED);
                losses.computeIfAbsent(options, _ -> new ArrayList<>()).add(validationLoss(trial));
            }
        }
        return losses.entrySet().stream()
                .map(entry -> Group.of(entry.getKey(), entry.getValue()))
                .sorted(Comparator.comparingDouble(Group::mean))
                .toList();
    }
}

package dev.microgpt.wire;

import dev.microgpt.sweep.Sweep;
import dev.microgpt.sweep.SweepPlan;
import dev.microgpt.sweep.SweepState;
import dev.microgpt.sweep.SweepView;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A sweep with its trials, the best first.
@Schema(name = "Sweep")
public record SweepReply(
        String name,
        SweepState state,
        Instant createdAt,
        @Schema(description = "Absent before its end") @Nullable Instant endedAt,
        @Schema(description = "Bundled dataset; absent for a text") @Nullable String dataset,
        @Schema(
                        description =
                                "Options that all trials share, as they were given, with those of the validation that"
                                        + " the sweep has added")
                Map<String, Object> options,
        @Schema(description = "Names of the varied options") List<String> varied,
        @Schema(description = "Steps that each trial trains") long steps,
        @Schema(description = "Condition that ends a trial early")
                RunReply.@Nullable StopWhen stopWhen,
        @Schema(description = "Trials at a time") int parallel,
        SweepCounts counts,
        @Schema(description = "Why no trial can begin at present; absent if one can")
                @Nullable String message,
        @Schema(description = "Those with a rank in its order, then the others as they begin")
                List<SweepTrialReply> trials,
        @Schema(
                        description =
                                "Completed trials that differ in their seeds only, the lowest mean validation loss"
                                        + " first")
                List<SweepGroupReply> groups)
        implements CsvTable {

    public static SweepReply of(SweepView view) {
        Sweep sweep = view.sweep();
        SweepPlan plan = sweep.plan();
        return new SweepReply(
                sweep.name(),
                sweep.state(),
                sweep.createdAt(),
                sweep.endedAt(),
                plan.dataset(),
                plan.options(),
                plan.varied(),
                plan.run().steps(),
                RunReply.StopWhen.of(plan.run().stopWhen()),
                plan.parallel(),
                SweepCounts.of(sweep::count),
                view.message(),
                view.trials().stream().map(SweepTrialReply::of).toList(),
                view.groups().stream().map(SweepGroupReply::of).toList());
    }

    /// Returns the columns of the trials, with one for each varied option.
    @Override
    public List<String> csvColumns() {
        List<String> columns = new ArrayList<>(List.of("rank", "session"));
        columns.addAll(varied);
        columns.addAll(
                List.of(
                        "state",
                        "step",
                        "loss",
                        "validationLoss",
                        "bestValidationLoss",
                        "bestStep",
                        "numParams",
                        "message"));
        return columns;
    }

    /// Returns the trials.
    @Override
    public Stream<List<@Nullable Object>> csvRows() {
        return trials.stream().map(this::row);
    }

    private List<@Nullable Object> row(SweepTrialReply trial) {
        List<@Nullable Object> row = new ArrayList<>();
        row.add(trial.rank());
        row.add(trial.session());
        varied.forEach(option -> row.add(trial.options().get(option)));
        row.add(trial.state());
        row.add(trial.step());
        row.add(trial.loss());
        row.add(trial.validationLoss());
        row.add(trial.bestValidationLoss());
        row.add(trial.bestStep());
        row.add(trial.numParams());
        row.add(trial.message());
        return row;
    }
}

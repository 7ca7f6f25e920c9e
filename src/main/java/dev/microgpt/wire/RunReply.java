package dev.microgpt.wire;

import dev.microgpt.session.run.RunState;
import dev.microgpt.session.run.RunView;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;

/// The state of a run between two steps.
@Schema(name = "RunView")
public record RunReply(
        @Schema(description = "Number of the run within its session, counted from 1") long id,
        RunState state,
        @Schema(description = "Steps to train") long steps,
        @Schema(description = "Steps trained so far") long stepsDone,
        @Schema(description = "Speed over about the last second; 0 while it is not running")
                double stepsPerSecond,
        @Schema(description = "Seconds to its end at that speed; absent while unknown")
                @Nullable Double etaSeconds,
        @Schema(description = "Mean loss of its last 100 steps; absent before the first")
                @Nullable Double loss,
        @Schema(description = "Speed limit; absent for none") @Nullable Double maxStepsPerSecond,
        @Schema(description = "Condition that ends it early") @Nullable StopWhen stopWhen,
        Instant createdAt,
        @Schema(description = "Absent before its end") @Nullable Instant endedAt,
        @Schema(description = "Why it ended as it did") @Nullable String reason,
        @Schema(description = "What is probably a mistake; absent if there is nothing")
                @Nullable List<Warning> warnings) {

    /// The condition that ends a run before its last step.
    @Schema(name = "StopsWhen")
    public record StopWhen(
            @Schema(
                            description =
                                    "Ends once the mean loss of its last 100 steps is below this value")
                    @Nullable Double lossBelow,
            @Schema(description = "Ends once a validation loss is below this value")
                    @Nullable Double validationLossBelow,
            @Schema(description = "Ends once the lowest validation loss was so many steps ago")
                    @Nullable Long noImprovementFor) {

        static @Nullable StopWhen of(dev.microgpt.session.run.@Nullable StopWhen stopWhen) {
            return stopWhen == null
                    ? null
                    : new StopWhen(
                            stopWhen.lossBelow(),
                            stopWhen.validationLossBelow(),
                            stopWhen.noImprovementFor());
        }
    }

    public static RunReply of(RunView run) {
        return new RunReply(
                run.id(),
                run.state(),
                run.steps(),
                run.stepsDone(),
                run.stepsPerSecond(),
                run.etaSeconds(),
                run.loss(),
                run.maxStepsPerSecond(),
                StopWhen.of(run.stopWhen()),
                run.createdAt(),
                run.endedAt(),
                run.reason(),
                Warning.of(run));
    }
}

package dev.microgpt.wire;

import dev.microgpt.session.run.RunState;
import dev.microgpt.session.run.RunView;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.time.Instant;

/// A run between two steps.
@Schema(name = "RunView")
public record RunReply(
        @Schema(description = "its number within the session, from 1") long id,
        RunState state,
        @Schema(description = "that it is to make") long steps,
        @Schema(description = "that it has made") long stepsDone,
        @Schema(description = "over the last second or so; 0 while it does not run")
                double stepsPerSecond,
        @Schema(description = "how long the rest takes at that speed; absent while it is unknown")
                @Nullable Double etaSeconds,
        @Schema(description = "mean of the last 100 steps; absent before the first")
                @Nullable Double loss,
        @Schema(description = "absent for as many as possible") @Nullable Double maxStepsPerSecond,
        @Schema(description = "what ends it early") @Nullable StopWhen stopWhen,
        Instant createdAt,
        @Schema(description = "absent before its end") @Nullable Instant endedAt,
        @Schema(description = "why it ended as it did") @Nullable String reason) {

    /// What ends a run before it has made all steps.
    public record StopWhen(
            @Schema(description = "mean loss of the last 100 steps") double lossBelow) {}

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
                run.stopWhen() == null ? null : new StopWhen(run.stopWhen().lossBelow()),
                run.createdAt(),
                run.endedAt(),
                run.reason());
    }
}

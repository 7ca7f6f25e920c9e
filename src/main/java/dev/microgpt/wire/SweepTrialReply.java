package dev.microgpt.wire;

import dev.microgpt.sweep.SweepView;
import dev.microgpt.sweep.TrialState;
import dev.microgpt.sweep.TrialStatus;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/// A trial of a sweep.
@Schema(name = "SweepTrial")
public record SweepTrialReply(
        @Schema(
                        description =
                                "1 for the lowest validation loss; absent for a trial without one, or one that has"
                                        + " failed or was cancelled")
                @Nullable Integer rank,
        @Schema(description = "Name of its session", example = "lr-001") String session,
        @Schema(description = "Values of the varied options", example = "{\"learningRate\": 0.003}")
                Map<String, Object> options,
        TrialState state,
        @Schema(description = "Steps trained so far") long step,
        @Schema(
                        description =
                                "Mean training loss of the last 100 steps, in nats; absent before the first")
                @Nullable Double loss,
        @Schema(
                        description =
                                "Newest validation loss, in nats; after the end, that of the last step")
                @Nullable Double validationLoss,
        @Schema(description = "Lowest validation loss, in nats")
                @Nullable Double bestValidationLoss,
        @Schema(description = "Step of the lowest validation loss") @Nullable Long bestStep,
        @Schema(description = "Absent before it begins") @Nullable Integer numParams,
        @Schema(description = "Why it ended, if it has not completed") @Nullable String message) {

    static SweepTrialReply of(SweepView.RankedTrial ranked) {
        TrialStatus status = ranked.status();
        return new SweepTrialReply(
                ranked.rank(),
                ranked.trial().session(),
                ranked.trial().varied(),
                status.state(),
                status.step(),
                status.loss(),
                status.validationLoss(),
                status.bestValidationLoss(),
                status.bestStep(),
                status.numParams(),
                status.message());
    }
}

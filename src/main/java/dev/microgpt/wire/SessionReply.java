package dev.microgpt.wire;

import dev.microgpt.engine.EngineKind;
import dev.microgpt.session.history.Divergence;
import dev.microgpt.session.history.TrainingFailure;
import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.session.persistence.SessionView;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;

/// The state of a session between two steps.
@Schema(name = "SessionView")
public record SessionReply(
        String name,
        SessionState state,
        EngineKind engine,
        @Schema(description = "Steps trained so far") long step,
        @Schema(description = "Absent until documents are loaded") @Nullable Integer numParams,
        @Schema(description = "Distinct characters plus one; absent until documents are loaded")
                @Nullable Integer vocabSize,
        @Schema(description = "Absent until documents are loaded") @Nullable Integer numDocs,
        @Schema(description = "How often it has continued with other documents; absent if never")
                @Nullable Integer continuations,
        OptionsReply options,
        @Schema(description = "When it was created or last restarted") Instant createdAt,
        @Schema(description = "Speed while it trains; otherwise 0") double stepsPerSecond,
        @Schema(description = "Present if it has failed") @Nullable FailureReply failure,
        @Schema(description = "Present while its losses are far too high")
                @Nullable DivergingReply diverging,
        @Schema(description = "What is probably a mistake; absent if there is nothing")
                @Nullable List<Warning> warnings) {

    /// The state of training whose mean loss over 100 steps is above twice that of a model that has learned
    /// nothing.
    @Schema(name = "Diverging")
    public record DivergingReply(
            @Schema(description = "Number of the step at which it began") long step,
            @Schema(description = "Mean loss of the last 100 steps, in nats") double loss) {

        static DivergingReply of(Divergence divergence) {
            return new DivergingReply(divergence.step(), divergence.loss());
        }
    }

    /// Why a session failed.
    @Schema(name = "Failure")
    public record FailureReply(
            @Schema(description = "Number of the step that failed") long step, String reason) {

        static FailureReply of(TrainingFailure failure) {
            return new FailureReply(failure.step(), failure.reason());
        }
    }

    public static SessionReply of(SessionView view) {
        return new SessionReply(
                view.name(),
                view.state(),
                view.engine(),
                view.step(),
                view.numParams(),
                view.vocabSize(),
                view.numDocs(),
                view.continuations() == 0 ? null : view.continuations(),
                OptionsReply.of(view.options()),
                view.createdAt(),
                view.stepsPerSecond(),
                view.failure() == null ? null : FailureReply.of(view.failure()),
                view.divergence() == null ? null : DivergingReply.of(view.divergence()),
                Warning.of(view));
    }
}

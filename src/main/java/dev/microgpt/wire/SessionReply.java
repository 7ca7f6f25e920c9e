package dev.microgpt.wire;

import dev.microgpt.engine.EngineKind;
import dev.microgpt.session.history.TrainingFailure;
import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.session.persistence.SessionView;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.time.Instant;

/// A session between two steps.
@Schema(name = "SessionView")
public record SessionReply(
        String name,
        SessionState state,
        EngineKind engine,
        @Schema(description = "steps trained so far") long step,
        @Schema(description = "absent before documents are loaded") @Nullable Integer numParams,
        @Schema(description = "different characters plus one; absent before documents are loaded")
                @Nullable Integer vocabSize,
        @Schema(description = "absent before documents are loaded") @Nullable Integer numDocs,
        OptionsReply options,
        @Schema(description = "when it was made or started anew") Instant createdAt,
        @Schema(description = "while it trains; otherwise 0") double stepsPerSecond,
        @Schema(description = "where it has failed") @Nullable FailureReply failure) {

    /// Why a session has failed.
    @Schema(name = "Failure")
    public record FailureReply(
            @Schema(description = "the step that could not be made") long step, String reason) {

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
                OptionsReply.of(view.options()),
                view.createdAt(),
                view.stepsPerSecond(),
                view.failure() == null ? null : FailureReply.of(view.failure()));
    }
}

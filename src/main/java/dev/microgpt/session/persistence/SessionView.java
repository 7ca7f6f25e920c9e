package dev.microgpt.session.persistence;

import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.session.history.TrainingFailure;

import org.jspecify.annotations.Nullable;

import java.time.Instant;

/// A session from outside, at one moment between two steps.
///
/// @param name its name
/// @param state what it is doing
/// @param engine what computes
/// @param step number of steps trained
/// @param numParams number of parameters; null before documents are loaded
/// @param vocabSize different characters plus one; null before documents are loaded
/// @param numDocs documents; null before they are loaded
/// @param options its options
/// @param createdAt when it was created or started anew
/// @param stepsPerSecond while training; 0 otherwise
/// @param failure null unless it has failed
public record SessionView(
        String name,
        SessionState state,
        EngineKind engine,
        long step,
        @Nullable Integer numParams,
        @Nullable Integer vocabSize,
        @Nullable Integer numDocs,
        ModelOptions options,
        Instant createdAt,
        double stepsPerSecond,
        @Nullable TrainingFailure failure) {

    /// Another state of the same session.
    public SessionView withState(SessionState other) {
        return new SessionView(
                name,
                other,
                engine,
                step,
                numParams,
                vocabSize,
                numDocs,
                options,
                createdAt,
                stepsPerSecond,
                failure);
    }
}

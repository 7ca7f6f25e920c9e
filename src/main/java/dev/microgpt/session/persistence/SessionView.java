package dev.microgpt.session.persistence;

import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.session.history.Divergence;
import dev.microgpt.session.history.DocumentCounts;
import dev.microgpt.session.history.TrainingFailure;

import org.jspecify.annotations.Nullable;

import java.time.Instant;

/// The public view of a session at one moment between two steps.
///
/// @param name the name of the session
/// @param state the state of the session
/// @param engine the engine that computes the steps
/// @param step number of steps trained
/// @param numParams number of parameters; null before documents are loaded
/// @param vocabSize number of different characters plus one; null before documents are loaded
/// @param numDocs number of documents; null before they are loaded
/// @param options the options of the model
/// @param createdAt when the session was created or replaced
/// @param stepsPerSecond training rate; 0 while not training
/// @param failure why the session failed; null unless it has failed
/// @param continuations how often the present parameters have continued with other documents
/// @param documents what is unusual about the documents; null if there are none or it is not known yet
/// @param divergence the state of training if its losses are far too high; otherwise null
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
        @Nullable TrainingFailure failure,
        int continuations,
        @Nullable DocumentCounts documents,
        @Nullable Divergence divergence) {

    /// Returns a copy of this view with another state.
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
                failure,
                continuations,
                documents,
                divergence);
    }
}

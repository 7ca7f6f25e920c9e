package dev.microgpt.store;

import com.fasterxml.jackson.annotation.JsonProperty;

import dev.microgpt.session.history.Steering;

import org.jspecify.annotations.Nullable;

/// A change of training options, as stored in the database.
record StoredSteering(
        @JsonProperty("learningRate") @Nullable Double learningRate,
        @JsonProperty("numSteps") @Nullable Long numSteps,
        @JsonProperty("batchSize") @Nullable Integer batchSize) {

    static @Nullable StoredSteering of(@Nullable Steering steering) {
        return steering == null
                ? null
                : new StoredSteering(
                        FiniteCheck.requireUnlessNull("a learning rate", steering.learningRate()),
                        steering.numSteps(),
                        steering.batchSize());
    }

    static @Nullable Steering steering(@Nullable StoredSteering stored) {
        return stored == null
                ? null
                : new Steering(stored.learningRate, stored.numSteps, stored.batchSize);
    }
}

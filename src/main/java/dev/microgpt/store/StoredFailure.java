package dev.microgpt.store;

import com.fasterxml.jackson.annotation.JsonProperty;

import dev.microgpt.session.history.TrainingFailure;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

/// The reason why a session has failed, as stored in the database.
record StoredFailure(@JsonProperty("step") long step, @JsonProperty("reason") String reason) {

    StoredFailure {
        Objects.requireNonNull(reason, "reason");
    }

    static @Nullable String write(@Nullable TrainingFailure failure) {
        return failure == null
                ? null
                : StoredJson.write(new StoredFailure(failure.step(), failure.reason()));
    }

    /// @throws DamagedException if the JSON is damaged
    static @Nullable TrainingFailure read(@Nullable String json) {
        if (json == null) {
            return null;
        }
        StoredFailure stored = StoredJson.read("the failure", json, StoredFailure.class);
        return new TrainingFailure(stored.step, stored.reason);
    }
}

package dev.microgpt.store;

import com.fasterxml.jackson.annotation.JsonProperty;

import dev.microgpt.session.history.TrainingFailure;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

/// Why a session has failed, as JSON.
record StoredFailure(@JsonProperty("step") long step, @JsonProperty("reason") String reason) {

    StoredFailure {
        Objects.requireNonNull(reason, "reason");
    }

    static @Nullable String text(@Nullable TrainingFailure failure) {
        return failure == null
                ? null
                : StoredJson.text(new StoredFailure(failure.step(), failure.reason()));
    }

    /// @throws DamagedException if that is not what was written
    static @Nullable TrainingFailure read(@Nullable String text) {
        if (text == null) {
            return null;
        }
        StoredFailure stored = StoredJson.read("the failure", text, StoredFailure.class);
        return new TrainingFailure(stored.step, stored.reason);
    }
}

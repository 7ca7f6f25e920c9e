package dev.microgpt.store;

import com.fasterxml.jackson.annotation.JsonProperty;

import dev.microgpt.session.history.Failure;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

/// Why a session has failed, as JSON.
record StoredFailure(@JsonProperty("step") long step, @JsonProperty("reason") String reason) {

    StoredFailure {
        Objects.requireNonNull(reason, "reason");
    }

    static @Nullable String text(@Nullable Failure failure) {
        return failure == null
                ? null
                : StoredJson.text(new StoredFailure(failure.step(), failure.reason()));
    }

    /// @throws DamagedException if that is not what was written
    static @Nullable Failure read(@Nullable String text) {
        if (text == null) {
            return null;
        }
        StoredFailure stored = StoredJson.read("the failure", text, StoredFailure.class);
        return new Failure(stored.step, stored.reason);
    }
}

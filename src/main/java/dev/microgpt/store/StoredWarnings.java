package dev.microgpt.store;

import com.fasterxml.jackson.annotation.JsonProperty;

import dev.microgpt.session.history.Divergence;
import dev.microgpt.session.history.DocumentCounts;
import dev.microgpt.session.persistence.SessionView;

import org.jspecify.annotations.Nullable;

/// What an evicted session warns of, as stored in the database.
record StoredWarnings(
        @JsonProperty("documents") @Nullable Documents stored,
        @JsonProperty("divergence") @Nullable StoredDivergence storedDivergence) {

    private static final StoredWarnings UNKNOWN = new StoredWarnings(null, null);

    /// What is unusual about the documents.
    record Documents(
            @JsonProperty("truncated") int truncated, @JsonProperty("duplicates") int duplicates) {}

    static @Nullable String write(SessionView view) {
        DocumentCounts counts = view.documents();
        Divergence divergence = view.divergence();
        if (counts == null && divergence == null) {
            return null;
        }
        return StoredJson.write(
                new StoredWarnings(
                        counts == null
                                ? null
                                : new Documents(counts.truncated(), counts.duplicates()),
                        StoredDivergence.of(divergence)));
    }

    /// @param json null for a session that an earlier version has stored
    /// @throws DamagedException if the JSON is damaged
    static StoredWarnings read(@Nullable String json) {
        return json == null ? UNKNOWN : StoredJson.read("the warnings", json, StoredWarnings.class);
    }

    @Nullable DocumentCounts documents() {
        return stored == null ? null : new DocumentCounts(stored.truncated, stored.duplicates);
    }

    @Nullable Divergence divergence() {
        return storedDivergence == null ? null : storedDivergence.divergence();
    }
}

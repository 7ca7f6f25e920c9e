package dev.microgpt.store;

import com.fasterxml.jackson.annotation.JsonProperty;

import dev.microgpt.session.history.Divergence;

import org.jspecify.annotations.Nullable;

/// A divergence, as stored in the database.
record StoredDivergence(@JsonProperty("step") long step, @JsonProperty("loss") double loss) {

    static @Nullable StoredDivergence of(@Nullable Divergence divergence) {
        return divergence == null
                ? null
                : new StoredDivergence(
                        divergence.step(), FiniteCheck.require("the loss", divergence.loss()));
    }

    Divergence divergence() {
        return new Divergence(step, loss);
    }
}

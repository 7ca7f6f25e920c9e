package dev.microgpt.store;

import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.ModelState;
import dev.microgpt.engine.TrainingDocuments;

import java.sql.ResultSet;
import java.sql.SQLException;

/// A row of the keyframe table.
record KeyframeRow(long step, int nextDocument, String options, byte[] packed) {

    static KeyframeRow of(ResultSet row) throws SQLException {
        return new KeyframeRow(
                row.getLong("step"),
                row.getInt("next_document"),
                row.getString("options"),
                row.getBytes("weights"));
    }

    /// Returns the state of the model at this keyframe.
    ///
    /// @param documents the documents for the steps after it
    /// @throws DamagedException if the row is damaged
    ModelState state(TrainingDocuments documents) {
        return DamagedException.withLocation(
                "the keyframe of step " + step,
                () -> {
                    ModelOptions past = StoredOptions.read(options);
                    PackedWeights weights = PackedWeights.unpack(packed, past.engine());
                    return ModelState.of(
                            documents,
                            past,
                            step,
                            nextDocument,
                            weights.params(),
                            weights.m(),
                            weights.v());
                });
    }
}

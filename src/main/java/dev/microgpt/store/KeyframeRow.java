package dev.microgpt.store;

import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.ModelState;

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
    /// @throws DamagedException if the row is damaged
    ModelState state(MicroGpt model) {
        return DamagedException.withLocation(
                "the keyframe of step " + step,
                () -> {
                    ModelOptions past = StoredOptions.read(options);
                    PackedWeights weights = PackedWeights.unpack(packed, past.engine());
                    return model.state(
                            past, step, nextDocument, weights.params(), weights.m(), weights.v());
                });
    }
}

package dev.microgpt.store;

import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.ModelState;

import java.sql.ResultSet;
import java.sql.SQLException;

/// A keyframe as it is in its row.
record KeyframeRow(long step, int nextDocument, String options, byte[] packed) {

    static KeyframeRow of(ResultSet row) throws SQLException {
        return new KeyframeRow(
                row.getLong("step"),
                row.getInt("next_document"),
                row.getString("options"),
                row.getBytes("weights"));
    }

    ModelState state(MicroGpt model) {
        return DamagedException.in(
                "the keyframe of step " + step,
                () -> {
                    ModelOptions then = StoredOptions.read(options);
                    PackedWeights weights = PackedWeights.unpack(packed, then.engine());
                    return model.state(
                            then, step, nextDocument, weights.params(), weights.m(), weights.v());
                });
    }
}

package dev.microgpt.session.query;

import dev.microgpt.engine.LanguageModel;
import dev.microgpt.engine.ScoreBatch;

import org.jspecify.annotations.Nullable;

/// The batch in which a query scores texts: the same one in all slices, as a new one would allocate its buffers again.
final class ScoreBuffers {

    private @Nullable LanguageModel model;
    private @Nullable ScoreBatch batch;

    /// Returns an empty batch. The texts that a slice adds must be scored before its end, as the model may be trained then.
    ///
    /// @param current may be another model than before
    ScoreBatch of(LanguageModel current) {
        if (batch == null || model != current) {
            batch = new ScoreBatch(current);
            model = current;
        }
        return batch;
    }
}

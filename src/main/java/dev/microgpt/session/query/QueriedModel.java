package dev.microgpt.session.query;

import dev.microgpt.engine.LanguageModel;

import org.jspecify.annotations.Nullable;

/// The model that a query uses in each of its slices: the current model as of that slice, or a past model,
/// which is created only once.
final class QueriedModel {

    private final @Nullable PastStep step;
    private @Nullable AsOf<LanguageModel> past;

    /// @param step the step to query; null for the current one
    QueriedModel(@Nullable PastStep step) {
        this.step = step;
    }

    AsOf<LanguageModel> of(ModelSource models) {
        if (step == null) {
            return models.modelAsOf(null);
        }
        if (past == null) {
            past = models.modelAsOf(step);
        }
        return past;
    }
}

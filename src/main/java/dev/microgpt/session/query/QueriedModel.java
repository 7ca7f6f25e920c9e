package dev.microgpt.session.query;

import dev.microgpt.engine.LanguageModel;

import org.jspecify.annotations.Nullable;

/// The model that one call asks, slice by slice: the present one as it is by then, or a past one, which is
/// made once.
final class QueriedModel {

    private final @Nullable Long step;
    private @Nullable AsOf<LanguageModel> past;

    /// @param step as of which; null for the present
    QueriedModel(@Nullable Long step) {
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

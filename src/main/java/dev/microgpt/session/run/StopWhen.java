package dev.microgpt.session.run;

import org.jspecify.annotations.Nullable;

/// Conditions that end a run before its last step.
///
/// @param lossBelow as soon as the mean loss of its last 100 steps is below this; null for never
/// @param validationLossBelow as soon as a validation loss is below this; null for never
/// @param noImprovementFor as soon as the lowest validation loss, or the beginning of the run if that is later, was so
///     many steps ago; null for never
public record StopWhen(
        @Nullable Double lossBelow,
        @Nullable Double validationLossBelow,
        @Nullable Long noImprovementFor) {

    /// No condition.
    public static final StopWhen NEVER = new StopWhen(null, null, null);

    /// Returns whether a condition needs documents that are held out.
    public boolean needsValidation() {
        return validationLossBelow != null || noImprovementFor != null;
    }
}

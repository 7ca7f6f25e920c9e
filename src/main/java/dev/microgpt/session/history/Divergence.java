package dev.microgpt.session.history;

import java.util.Locale;

/// A state in which the losses are far above those of a model that has learned nothing.
///
/// @param step the step at which it began
/// @param loss the mean loss of the newest 100 steps, in nats
public record Divergence(long step, double loss) {

    /// Returns what is to be said of it, as part of a sentence.
    public String inWords() {
        return String.format(
                Locale.ROOT,
                "training has been diverging since step %d: the mean loss of the last %d steps is %.5g",
                step,
                DivergenceDetector.WINDOW,
                loss);
    }
}

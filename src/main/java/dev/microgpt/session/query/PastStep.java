package dev.microgpt.session.query;

/// The step whose model a query reads, where that is not the current one.
public sealed interface PastStep {

    /// The step of the lowest validation loss so far.
    PastStep BEST = new Best();

    /// A step by its number: the newest keyframe at or before it is read.
    record At(long step) implements PastStep {

        @Override
        public String toString() {
            return "step " + step;
        }
    }

    /// See [#BEST].
    record Best() implements PastStep {

        @Override
        public String toString() {
            return "the best step";
        }
    }

    static PastStep at(long step) {
        return new At(step);
    }
}

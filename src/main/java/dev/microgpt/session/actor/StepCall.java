package dev.microgpt.session.actor;

/// A request to train.
///
/// @param count number of steps
/// @param viz which steps' traces to return
public record StepCall(int count, Viz viz) {

    /// Which steps' traces a caller wants.
    public enum Viz {
        LAST,
        ALL,
        NONE
    }

    boolean wantsTrace(boolean isLastStep) {
        return switch (viz) {
            case ALL -> true;
            case LAST -> isLastStep;
            case NONE -> false;
        };
    }

    public int tracedSteps() {
        return switch (viz) {
            case ALL -> count;
            case LAST -> 1;
            case NONE -> 0;
        };
    }
}

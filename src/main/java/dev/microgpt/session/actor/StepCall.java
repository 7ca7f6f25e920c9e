package dev.microgpt.session.actor;

/// A request to train some steps.
///
/// @param count number of steps
/// @param viz the steps whose traces to return
public record StepCall(int count, Viz viz) {

    /// The steps whose traces a caller wants.
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

    /// Returns the number of steps whose traces are returned.
    public int tracedSteps() {
        return switch (viz) {
            case ALL -> count;
            case LAST -> 1;
            case NONE -> 0;
        };
    }
}

package dev.microgpt.session.actor;

import dev.microgpt.engine.StepResult;

/// The steps that a step call or a run still has to make, slice by slice. It also takes their results.
interface Steps {

    /// Returns whether there is a step to make now.
    boolean hasNext();

    /// Returns whether the next step is the last one of the call or run.
    boolean isLast();

    /// Returns whether the caller wants a trace of the next step.
    boolean wantsTrace();

    /// Takes the result of a step of which only the loss was computed.
    void add(double loss);

    /// Takes the full result of a step.
    void add(StepResult result);
}

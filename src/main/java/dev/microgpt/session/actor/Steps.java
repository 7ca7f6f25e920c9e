package dev.microgpt.session.actor;

import dev.microgpt.engine.StepResult;

/// Some steps to make, slice by slice: those of a call, or of a run.
interface Steps {

    /// Whether there is a step to make now.
    boolean hasNext();

    /// Whether the next step is the last of all.
    boolean isLast();

    /// Whether whoever asked for the steps wants a trace of the next one.
    boolean wantsTrace();

    void add(double loss);

    void add(StepResult result);
}

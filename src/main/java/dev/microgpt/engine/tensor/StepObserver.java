package dev.microgpt.engine.tensor;

/// Receives the details of a training step.
public interface StepObserver {

    /// Reports a hidden unit of an MLP whose activation has a positive input at some position of the batch. Called once
    /// or several times per unit.
    ///
    /// @param layer 0 to L - 1
    /// @param unit 0 to F - 1
    void activeUnit(int layer, int unit);

    /// Reports the update of a parameter. Called once for each parameter, in the order of the reference.
    ///
    /// @param index index of the parameter in that order
    /// @param gradient gradient of the batch's loss with respect to the parameter
    /// @param before the parameter before the step
    /// @param after the parameter after the step
    void updated(int index, double gradient, double before, double after);
}

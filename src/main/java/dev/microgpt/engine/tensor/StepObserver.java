package dev.microgpt.engine.tensor;

/// Is told what a training step did in detail.
public interface StepObserver {

    /// A hidden unit of an MLP that is not 0 after its ReLU at some position of the batch. Comes once a
    /// unit or several times.
    ///
    /// @param unit below 4 C
    void excited(int layer, int unit);

    /// A parameter that the step has updated. Comes for all of them, in the order of the reference.
    ///
    /// @param index in that order
    /// @param gradient of the batch's loss
    void updated(int index, double gradient, double before, double after);
}

package dev.microgpt.engine;

/// The training state of a model after a step: options, parameters, optimiser state, and the position in the
/// training order. Documents and random generator are not included. Immutable.
public final class ModelState {

    private final ModelOptions options;
    private final long step;
    private final int nextDocument;
    private final Engine.State trained;

    ModelState(ModelOptions options, long step, int nextDocument, Engine.State trained) {
        this.options = options;
        this.step = step;
        this.nextDocument = nextDocument;
        this.trained = trained;
    }

    /// Returns the number of steps trained.
    public long step() {
        return step;
    }

    /// Returns the memory size in bytes.
    public long bytes() {
        return trained.bytes();
    }

    /// Estimates the memory of a state before it is created.
    ///
    /// @param vocabSize V
    /// @return bytes, at most `Long.MAX_VALUE`
    public static long estimateBytes(ModelOptions stateOptions, int vocabSize) {
        return Engine.State.estimateBytes(stateOptions.engine(), stateOptions.shape(vocabSize));
    }

    /// Returns the options for the steps after this state.
    public ModelOptions options() {
        return options;
    }

    /// Returns the next document to train on, as an index in [MicroGpt#order()].
    public int nextDocument() {
        return nextDocument;
    }

    /// Returns a copy of the parameters in the order of [Matrix#of], (numParams).
    public double[] params() {
        return trained.params();
    }

    /// Returns a copy of the first moments of the gradients, (numParams).
    public double[] m() {
        return trained.m();
    }

    /// Returns a copy of the second moments of the gradients, (numParams).
    public double[] v() {
        return trained.v();
    }

    Engine.State trained() {
        return trained;
    }
}

package dev.microgpt.engine;

/// What decides how a model goes on after a step, but for its documents and its generator: options,
/// parameters, state of the optimiser, place in the documents. Never changes.
public final class ModelState {

    private final ModelOptions options;
    private final long step;
    private final int nextDocument;
    private final Engine.Weights weights;

    ModelState(ModelOptions options, long step, int nextDocument, Engine.Weights weights) {
        this.options = options;
        this.step = step;
        this.nextDocument = nextDocument;
        this.weights = weights;
    }

    /// The number of steps trained.
    public long step() {
        return step;
    }

    /// The memory that it takes, about.
    public long bytes() {
        return weights.bytes();
    }

    /// The options that hold from now on.
    public ModelOptions options() {
        return options;
    }

    /// The place in the documents' order of the next one to train on.
    public int nextDocument() {
        return nextDocument;
    }

    /// The parameters in the order of [Matrix], (numParams).
    public double[] params() {
        return weights.params();
    }

    /// The first moments of the gradients, (numParams).
    public double[] m() {
        return weights.m();
    }

    /// The second moments of the gradients, (numParams).
    public double[] v() {
        return weights.v();
    }

    Engine.Weights weights() {
        return weights;
    }
}

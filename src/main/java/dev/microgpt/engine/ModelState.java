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

    ModelOptions options() {
        return options;
    }

    int nextDocument() {
        return nextDocument;
    }

    Engine.Weights weights() {
        return weights;
    }
}

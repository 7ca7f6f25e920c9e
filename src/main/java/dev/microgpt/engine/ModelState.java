package dev.microgpt.engine;

/// What decides how a model goes on after a step, but for its documents and its generator: options,
/// parameters, state of the optimiser, place in the documents. Never changes.
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

    /// The number of steps trained.
    public long step() {
        return step;
    }

    /// The memory that it takes.
    public long bytes() {
        return trained.bytes();
    }

    /// The memory that a state takes, to be asked before there is one.
    ///
    /// @return bytes; `Long.MAX_VALUE` for what no machine has
    public static long estimateBytes(ModelOptions stateOptions, int vocabSize) {
        return Engine.State.estimateBytes(stateOptions.engine(), stateOptions.shape(vocabSize));
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
        return trained.params();
    }

    /// The first moments of the gradients, (numParams).
    public double[] m() {
        return trained.m();
    }

    /// The second moments of the gradients, (numParams).
    public double[] v() {
        return trained.v();
    }

    Engine.State trained() {
        return trained;
    }
}

package dev.microgpt.engine;

import java.util.List;

/// The training state of a model after a step: documents, options, parameters, optimiser state, and the position in
/// the training order. The random generator is not included. Immutable.
public final class ModelState {

    private final TrainingDocuments documents; // shared, not counted as memory of the state
    private final ModelOptions options;
    private final long step;
    private final int nextDocument;
    private final Engine.State trained;

    ModelState(
            TrainingDocuments documents,
            ModelOptions options,
            long step,
            int nextDocument,
            Engine.State trained) {
        this.documents = documents;
        this.options = options;
        this.step = step;
        this.nextDocument = nextDocument;
        this.trained = trained;
    }

    /// Rebuilds a state from stored values.
    ///
    /// @param documents the documents for the steps after this state
    /// @param options the options for the steps after this state
    /// @param step number of steps trained
    /// @param nextDocument the next document to train on, as an index in the order of the documents
    /// @param params (numParams)
    /// @param m first moments, (numParams)
    /// @param v second moments, (numParams)
    public static ModelState of(
            TrainingDocuments documents,
            ModelOptions options,
            long step,
            int nextDocument,
            double[] params,
            double[] m,
            double[] v) {
        ModelShape shape = options.shape(documents.tokenizer().vocabSize());
        return new ModelState(
                documents,
                options,
                step,
                nextDocument,
                Engine.State.of(options.engine(), shape, params, m, v));
    }

    /// Returns the documents for the steps after this state.
    public TrainingDocuments documents() {
        return documents;
    }

    /// Returns the parameter matrices, see [Matrix#of].
    public List<Matrix> matrices() {
        return Matrix.of(options, documents.tokenizer().vocabSize());
    }

    /// Returns the number of steps trained.
    public long step() {
        return step;
    }

    /// Returns the memory size in bytes, without the documents.
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

    /// Returns the next document to train on, as an index in the order of the documents.
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

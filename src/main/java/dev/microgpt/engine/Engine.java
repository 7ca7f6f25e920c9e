package dev.microgpt.engine;

import org.jspecify.annotations.Nullable;

/// Trains one model: holds its parameters, the state of its optimiser, and the working buffers.
///
/// Parameters come and go as one flat array in the order of [Matrix#of], each matrix row by row.
sealed interface Engine permits ScalarEngine, TensorEngine {

    /// An engine before its first step.
    ///
    /// @param params initial parameters, flat
    static Engine create(EngineKind engine, ModelShape shape, double[] params) {
        return switch (engine) {
            case SCALAR -> new ScalarEngine(shape, params);
            case TENSOR -> new TensorEngine(shape, params);
        };
    }

    /// An engine that goes on from numbers.
    ///
    /// @param params (numParams)
    /// @param m first moments of the gradients, (numParams)
    /// @param v second moments, (numParams)
    static Engine restore(
            EngineKind engine, ModelShape shape, double[] params, double[] m, double[] v) {
        return switch (engine) {
            case SCALAR -> new ScalarEngine(shape, params, m.clone(), v.clone());
            case TENSOR -> TensorEngine.restore(shape, params, m, v);
        };
    }

    /// The memory that a model and one training step on one document take, about.
    ///
    /// @param tokens of the longest document, with one BOS
    /// @return bytes; `Long.MAX_VALUE` for what no machine has
    static long estimateBytes(ModelOptions options, int vocabSize, int tokens) {
        ModelShape shape = options.shape(vocabSize);
        return switch (options.engine()) {
            case SCALAR -> new ScalarMemoryEstimate(shape).ofTrainer(tokens);
            case TENSOR -> TensorEngine.estimateBytes(shape, options.batchSize(), tokens);
        };
    }

    /// Parameters and state of the optimiser as an engine keeps them. Never changes.
    sealed interface State permits ScalarEngine.ScalarState, TensorEngine.TensorState {

        /// @param params (numParams)
        /// @param m first moments of the gradients, (numParams)
        /// @param v second moments, (numParams)
        static State of(
                EngineKind engine, ModelShape shape, double[] params, double[] m, double[] v) {
            return switch (engine) {
                case SCALAR -> ScalarEngine.ScalarState.of(shape, params, m, v);
                case TENSOR -> TensorEngine.TensorState.of(shape, params, m, v);
            };
        }

        /// The memory that one takes.
        ///
        /// @return bytes; `Long.MAX_VALUE` for what no machine has
        static long estimateBytes(EngineKind engine, ModelShape shape) {
            return switch (engine) {
                case SCALAR -> new ScalarMemoryEstimate(shape).ofState();
                case TENSOR -> TensorPredictor.memory(shape).ofState();
            };
        }

        /// The memory that it takes.
        long bytes();

        /// A copy of the parameters, (numParams).
        double[] params();

        /// A copy of the first moments of the gradients, (numParams).
        double[] m();

        /// A copy of the second moments of the gradients, (numParams).
        double[] v();

        /// A reader of the parameters, which holds nothing else of this state.
        Predictor reader();

        /// An engine that goes on from here.
        Engine engine();

        /// See [Engine#gradients].
        double[] gradients(int[][] batch);
    }

    /// A copy of the parameters and of the state of the optimiser.
    State state();

    /// The reader of the parameters as they are, in this engine's buffers.
    Predictor reader();

    int numParams();

    /// Forward, loss, backward and Adam update.
    ///
    /// @param batch token ids of each document with BOS at both ends, (B, own length)
    /// @param step counted from 0
    /// @param learningRate of this step
    /// @param observation takes what there is to see of the step; null where nobody looks
    /// @return the mean over the documents of the mean cross-entropy over their tokens, in nats
    /// @throws DivergedException if the loss, a gradient, a new moment or a new parameter is not finite;
    ///     all is as before then
    double trainStep(
            int[][] batch, long step, double learningRate, @Nullable StepObservation observation);

    ParamStats paramStats();

    /// A copy of all parameters, (numParams).
    double[] params();

    /// A copy of the first moments of the gradients, (numParams).
    double[] firstMoments();

    /// A copy of the second moments of the gradients, (numParams).
    double[] secondMoments();

    /// The gradient of a batch's loss with respect to every parameter, (numParams).
    ///
    /// @param batch as for a training step
    double[] gradients(int[][] batch);
}

package dev.microgpt.engine;

import dev.microgpt.engine.training.StepSettings;

import org.jspecify.annotations.Nullable;

/// Trains one model: holds its parameters, the optimiser state, and the working buffers.
///
/// Parameters are passed as one flat array in the order of [Matrix#of], each matrix row by row. The moments
/// of the optimiser are in the same order.
sealed interface Engine permits ScalarEngine, TensorEngine {

    /// Creates an engine before its first step.
    ///
    /// @param params initial parameters, (numParams)
    static Engine create(EngineKind engine, ModelShape shape, double[] params) {
        return switch (engine) {
            case SCALAR -> new ScalarEngine(shape, params);
            case TENSOR -> new TensorEngine(shape, params);
        };
    }

    /// Restores an engine.
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

    /// Estimates the memory of a model and one training step.
    ///
    /// @param tokens tokens of the longest document, with one BOS
    /// @return bytes, at most `Long.MAX_VALUE`
    static long estimateBytes(ModelOptions options, int vocabSize, int tokens) {
        ModelShape shape = options.shape(vocabSize);
        return switch (options.engine()) {
            case SCALAR -> new ScalarMemoryEstimate(shape).trainerBytes(tokens);
            case TENSOR -> TensorEngine.estimateBytes(shape, options.batchSize(), tokens);
        };
    }

    /// An immutable copy of the parameters and the optimiser state, in the number format of the engine.
    sealed interface State permits ScalarEngine.ScalarState, TensorEngine.TensorState {

        /// Returns a state with the given values.
        ///
        /// @param params (numParams)
        /// @param m first moments of the gradients, (numParams)
        /// @param v second moments of the gradients, (numParams)
        static State of(
                EngineKind engine, ModelShape shape, double[] params, double[] m, double[] v) {
            return switch (engine) {
                case SCALAR -> ScalarEngine.ScalarState.of(shape, params, m, v);
                case TENSOR -> TensorEngine.TensorState.of(shape, params, m, v);
            };
        }

        /// Estimates the memory of a state.
        ///
        /// @return bytes, at most `Long.MAX_VALUE`
        static long estimateBytes(EngineKind engine, ModelShape shape) {
            return switch (engine) {
                case SCALAR -> new ScalarMemoryEstimate(shape).stateBytes();
                case TENSOR -> TensorPredictor.memory(shape).stateBytes();
            };
        }

        /// Returns the memory size in bytes.
        long bytes();

        /// Returns a copy of the parameters, (numParams).
        double[] params();

        /// Returns a copy of the first moments of the gradients, (numParams).
        double[] m();

        /// Returns a copy of the second moments of the gradients, (numParams).
        double[] v();

        /// Returns a predictor with these parameters, which keeps nothing else of this state in memory.
        Predictor predictor();

        /// Returns an engine that continues from this state.
        Engine engine();

        /// See [Engine#gradients].
        double[] gradients(int[][] batch, StepSettings settings);
    }

    /// Returns a copy of the parameters and the optimiser state.
    State state();

    /// Returns a predictor with this engine's current parameters, which shares the engine's buffers.
    Predictor predictor();

    /// Returns the number of parameters.
    int numParams();

    /// Trains one step: forward pass, loss, backward pass and update.
    ///
    /// @param batch token ids of each document with BOS at both ends, (B, own length)
    /// @param observation receives traces and diagnostics of the step; null for none
    /// @return the mean over the documents of the mean cross-entropy over their tokens, in nats; with label smoothing,
    ///     against the smoothed targets
    /// @throws DivergedException if the loss, a gradient, a new moment or a new parameter is not finite;
    ///     the engine is then unchanged
    double trainStep(int[][] batch, StepSettings settings, @Nullable StepObservation observation);

    /// Returns the factor by which the last step has shortened its gradient; 1 if it has not.
    double lastGradientScale();

    /// Returns statistics over all parameters.
    ParamStats paramStats();

    /// Returns a copy of all parameters, (numParams).
    double[] params();

    /// Returns a copy of the first moments of the gradients, (numParams).
    double[] firstMoments();

    /// Returns a copy of the second moments of the gradients, (numParams).
    double[] secondMoments();

    /// Returns the gradient of a batch's loss with respect to every parameter, (numParams).
    ///
    /// @param batch as for a training step
    double[] gradients(int[][] batch, StepSettings settings);
}

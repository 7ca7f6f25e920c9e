package dev.microgpt.engine;

import dev.microgpt.engine.tensor.AdamState;
import dev.microgpt.engine.tensor.ForwardPass;
import dev.microgpt.engine.tensor.NotFiniteException;
import dev.microgpt.engine.tensor.TensorTrainer;
import dev.microgpt.engine.tensor.Weights;
import dev.microgpt.engine.training.StepSettings;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// The fast engine: float32 arithmetic with explicit gradients, see [TensorTrainer].
final class TensorEngine implements Engine {

    private final ModelShape shape;
    private final TensorTrainer trainer;
    private final TensorPredictor predictor;

    /// Creates an engine before its first step.
    ///
    /// @param params initial parameters, (numParams)
    TensorEngine(ModelShape shape, double[] params) {
        this(shape, weights(shape, params));
    }

    private TensorEngine(ModelShape shape, Weights weights) {
        this(shape, new TensorTrainer(weights, AdamState.initial(weights)));
    }

    private TensorEngine(ModelShape shape, TensorTrainer trainer) {
        this.shape = shape;
        this.trainer = trainer;
        predictor = new TensorPredictor(shape, trainer.weights(), trainer.forwardPass());
    }

    /// See [Engine#restore].
    static TensorEngine restore(ModelShape shape, double[] params, double[] m, double[] v) {
        Weights weights = weights(shape, params);
        return new TensorEngine(shape, new TensorTrainer(weights, AdamState.of(weights, m, v)));
    }

    private static Weights weights(ModelShape shape, double[] params) {
        return Weights.of(
                shape.vocabSize(),
                shape.nEmbd(),
                shape.nHead(),
                shape.nLayer(),
                shape.blockSize(),
                shape.architecture(),
                params);
    }

    record TensorState(ModelShape shape, Weights weights, AdamState adam) implements State {

        static TensorState of(ModelShape shape, double[] params, double[] m, double[] v) {
            Weights weights = TensorEngine.weights(shape, params);
            return new TensorState(shape, weights, AdamState.of(weights, m, v));
        }

        @Override
        public long bytes() {
            return weights.bytes() + adam.bytes();
        }

        @Override
        public double[] params() {
            return weights.toArray();
        }

        @Override
        public double[] m() {
            return adam.firstMoments();
        }

        @Override
        public double[] v() {
            return adam.secondMoments();
        }

        @Override
        public Predictor predictor() {
            return new TensorPredictor(shape, weights, new ForwardPass(weights));
        }

        @Override
        public Engine engine() {
            return new TensorEngine(shape, new TensorTrainer(weights.copy(), adam.copy()));
        }

        @Override
        public double[] gradients(int[][] batch, StepSettings settings) {
            // changes neither of them
            return new TensorTrainer(weights, adam).gradients(batch, settings);
        }
    }

    @Override
    public State state() {
        return new TensorState(shape, trainer.weights().copy(), trainer.state().copy());
    }

    @Override
    public Predictor predictor() {
        return predictor;
    }

    /// See [Engine#estimateBytes].
    static long estimateBytes(ModelShape shape, int batchSize, int tokens) {
        return TensorPredictor.memory(shape)
                .trainerBytes((double) batchSize * Math.min(shape.blockSize(), tokens));
    }

    @Override
    public double trainStep(
            int[][] batch, StepSettings settings, @Nullable StepObservation observation) {
        try {
            if (observation == null) {
                return trainer.trainStep(batch, settings);
            }
            int[] last = batch[batch.length - 1];
            observation.setTraces(predictor.traces(Arrays.copyOf(last, last.length - 1)));
            double loss = trainer.trainStep(batch, settings, observation);
            observation.setGradientScale(trainer.lastGradientScale());
            return loss;
        } catch (NotFiniteException e) {
            throw DivergedException.of(e.quantity(), e.value(), settings.step());
        }
    }

    /// Returns the loss of a training step, without making it.
    double loss(int[][] batch, StepSettings settings) {
        return trainer.loss(batch, settings);
    }

    @Override
    public double lastGradientScale() {
        return trainer.lastGradientScale();
    }

    @Override
    public double[] gradients(int[][] batch, StepSettings settings) {
        return trainer.gradients(batch, settings);
    }

    @Override
    public int numParams() {
        return trainer.weights().count();
    }

    @Override
    public double[] params() {
        return trainer.weights().toArray();
    }

    @Override
    public double[] firstMoments() {
        return trainer.state().firstMoments();
    }

    @Override
    public double[] secondMoments() {
        return trainer.state().secondMoments();
    }

    @Override
    public ParamStats paramStats() {
        Weights weights = trainer.weights();
        return new ParamStats(weights.mean(), weights.rootMeanSquare());
    }
}

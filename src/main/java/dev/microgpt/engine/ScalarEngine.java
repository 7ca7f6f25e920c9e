package dev.microgpt.engine;

import dev.microgpt.engine.scalar.Value;
import dev.microgpt.engine.training.StepSettings;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.function.IntFunction;

/// The reference engine: trains a [ScalarModel] as microgpt.py does.
final class ScalarEngine implements Engine {

    private final ScalarModel model;
    private final Value[] params; // (numParams), shared with the model

    // A step replaces these arrays and never changes them.
    private double[] m; // (numParams), first moments of the gradients
    private double[] v; // (numParams), second moments
    private double lastGradientScale = 1;

    /// Creates an engine before its first step.
    ///
    /// @param initialParams (numParams)
    ScalarEngine(ModelShape shape, double[] initialParams) {
        this(
                shape,
                initialParams,
                new double[initialParams.length],
                new double[initialParams.length]);
    }

    /// @param m first moments, (numParams); not copied
    /// @param v second moments, (numParams); not copied
    ScalarEngine(ModelShape shape, double[] params, double[] m, double[] v) {
        model = new ScalarModel(shape, params);
        this.params = model.params();
        this.m = m;
        this.v = v;
    }

    /// @param params (numParams)
    /// @param m first moments, (numParams)
    /// @param v second moments, (numParams)
    record ScalarState(ModelShape shape, double[] params, double[] m, double[] v) implements State {

        static ScalarState of(ModelShape shape, double[] params, double[] m, double[] v) {
            return new ScalarState(shape, params.clone(), m.clone(), v.clone());
        }

        @Override
        public double[] params() {
            return params.clone();
        }

        @Override
        public double[] m() {
            return m.clone();
        }

        @Override
        public double[] v() {
            return v.clone();
        }

        @Override
        public long bytes() {
            return (long) Double.BYTES * (params.length + m.length + v.length);
        }

        @Override
        public Predictor predictor() {
            return new ScalarModel(shape, params);
        }

        @Override
        public ScalarEngine engine() {
            return new ScalarEngine(shape, params, m, v);
        }

        @Override
        public double[] gradients(int[][] batch, StepSettings settings) {
            return engine().gradients(batch, settings);
        }
    }

    @Override
    public State state() {
        return new ScalarState(model.shape(), params(), m, v);
    }

    @Override
    public Predictor predictor() {
        return model;
    }

    @Override
    public double trainStep(
            int[][] batch, StepSettings settings, @Nullable StepObservation observation) {
        double loss =
                accumulateGradients(
                        batch,
                        settings,
                        _ ->
                                observation == null
                                        ? ForwardObserver.NONE
                                        : observation.forwardObserver());
        requireFinite(loss, settings.step());
        double[] gradients = gradients();
        lastGradientScale = clip(gradients, settings);
        ScalarUpdate update = update(gradients, settings);
        m = update.m();
        v = update.v();
        for (int i = 0; i < params.length; i++) {
            Value p = params[i];
            if (observation != null) {
                observation.updated(i, gradients[i], p.data(), update.params()[i]);
            }
            p.setData(update.params()[i]);
        }
        if (observation != null) {
            observation.setGradientScale(lastGradientScale);
            if (settings.dropout().isActive()) {
                int[] last = batch[batch.length - 1];
                observation.setTraces(model.traces(Arrays.copyOf(last, last.length - 1)));
            }
        }
        return loss;
    }

    @Override
    public double lastGradientScale() {
        return lastGradientScale;
    }

    /// Computes an update from gradients, without applying it.
    private ScalarUpdate update(double[] gradients, StepSettings settings) {
        return ScalarUpdate.of(
                settings, Matrix.of(model.shape()), ScalarModel.data(params), gradients, m, v);
    }

    /// Shortens a gradient that is too long.
    ///
    /// @return the factor
    private static double clip(double[] gradients, StepSettings settings) {
        if (settings.gradientClip() == Double.POSITIVE_INFINITY) {
            return 1;
        }
        double squares = Arrays.stream(gradients).map(g -> g * g).sum();
        double scale = settings.gradientScale(Math.sqrt(squares));
        if (scale < 1) {
            Arrays.setAll(gradients, i -> gradients[i] * scale);
        }
        return scale;
    }

    /// Checks the gradients as well as the loss: a probability near 0 may have a finite logarithm whose
    /// derivative is not finite.
    private void requireFinite(double loss, long step) {
        requireFinite(loss, "the loss", step);
        for (Value p : params) {
            requireFinite(p.grad(), "a gradient", step);
        }
    }

    private static void requireFinite(double x, String quantity, long step) {
        if (!Double.isFinite(x)) {
            throw DivergedException.of(quantity, x, step);
        }
    }

    /// Runs forward and backward passes document by document, so that only one graph at a time is in memory.
    ///
    /// @param observers maps the index of a document in the batch to its observer
    /// @return the loss of the batch
    private double accumulateGradients(
            int[][] batch, StepSettings settings, IntFunction<ForwardObserver> observers) {
        clearGradients(); // those of a step that failed halfway or diverged
        double batchLoss = 0;
        for (int b = 0; b < batch.length; b++) {
            ForwardObserver observer = observers.apply(b);
            Value loss = model.loss(batch[b], b, settings, observer);
            if (batch.length > 1) {
                loss = loss.mul(1.0 / batch.length);
                observer.observe(Activation.SHARE, 0, new Value[] {loss});
            }
            loss.backward();
            batchLoss += loss.data();
        }
        return batchLoss;
    }

    private void clearGradients() {
        for (Value p : params) {
            p.zeroGrad();
        }
    }

    /// Computes a training step with all its intermediate results, without applying it.
    ///
    /// @param document index in the batch of the document whose graph is recorded
    /// @throws DivergedException if the loss, a gradient, a new moment or a new parameter is not finite
    StepAnatomy anatomy(int[][] batch, int document, StepSettings settings) {
        AnatomyRecorder recorder = new AnatomyRecorder(model.shape().architecture());
        double loss =
                accumulateGradients(
                        batch, settings, b -> b == document ? recorder : ForwardObserver.NONE);
        requireFinite(loss, settings.step());
        double[] gradients = gradients();
        double scale = clip(gradients, settings);
        ScalarUpdate update = update(gradients, settings);
        return new StepAnatomy(
                loss,
                recorder.tensors(),
                Matrix.of(model.shape()),
                params,
                new StepAnatomy.Optimizer(settings, scale, update));
    }

    @Override
    public double[] gradients(int[][] batch, StepSettings settings) {
        accumulateGradients(batch, settings, _ -> ForwardObserver.NONE);
        return gradients();
    }

    private double[] gradients() {
        double[] gradients = new double[params.length];
        Arrays.setAll(gradients, i -> params[i].grad());
        return gradients;
    }

    @Override
    public double[] params() {
        return ScalarModel.data(params);
    }

    @Override
    public double[] firstMoments() {
        return m.clone();
    }

    @Override
    public double[] secondMoments() {
        return v.clone();
    }

    @Override
    public int numParams() {
        return params.length;
    }

    @Override
    public ParamStats paramStats() {
        double total = 0;
        double squares = 0;
        for (Value p : params) {
            total += p.data();
            squares += p.data() * p.data();
        }
        if (!Double.isFinite(squares)) {
            return hugeParamStats();
        }
        return new ParamStats(total / params.length, Math.sqrt(squares / params.length));
    }

    /// Computes the statistics of parameters whose squares overflow, on numbers scaled by the largest one.
    private ParamStats hugeParamStats() {
        double largest = 0;
        for (Value p : params) {
            largest = Math.max(largest, Math.abs(p.data()));
        }
        double total = 0;
        double squares = 0;
        for (Value p : params) {
            double part = p.data() / largest;
            total += part;
            squares += part * part;
        }
        return new ParamStats(
                largest * (total / params.length), largest * Math.sqrt(squares / params.length));
    }
}

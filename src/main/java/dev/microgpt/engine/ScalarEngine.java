package dev.microgpt.engine;

import dev.microgpt.engine.scalar.Value;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.function.IntFunction;

/// The reference engine: trains a [ScalarModel] as microgpt.py does.
final class ScalarEngine implements Engine {

    private static final double BETA1 = 0.85;
    private static final double BETA2 = 0.99;
    private static final double EPSILON = 1e-8;

    private final ScalarModel model;
    private final Value[] params; // (numParams), shared with the model

    // A step replaces these arrays and never changes them.
    private double[] m; // (numParams), first moments of the gradients
    private double[] v; // (numParams), second moments

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
        public double[] gradients(int[][] batch) {
            return engine().gradients(batch);
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
            int[][] batch, long step, double learningRate, @Nullable StepObservation observation) {
        double loss =
                accumulateGradients(
                        batch,
                        _ ->
                                observation == null
                                        ? ForwardObserver.NONE
                                        : observation.forwardObserver());
        requireFinite(loss, step);
        Update update = adam(step, learningRate);
        m = update.m;
        v = update.v;
        for (int i = 0; i < params.length; i++) {
            Value p = params[i];
            if (observation != null) {
                observation.updated(i, p.grad(), p.data(), update.params[i]);
            }
            p.setData(update.params[i]);
        }
        return loss;
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
    private double accumulateGradients(int[][] batch, IntFunction<ForwardObserver> observers) {
        clearGradients(); // those of a step that failed halfway or diverged
        double batchLoss = 0;
        for (int b = 0; b < batch.length; b++) {
            ForwardObserver observer = observers.apply(b);
            Value loss = model.loss(batch[b], observer);
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

    /// The parameters and moments after a step.
    ///
    /// @param params (numParams)
    /// @param m (numParams)
    /// @param v (numParams)
    private record Update(double[] params, double[] m, double[] v) {

        static Update ofSize(int numParams) {
            return new Update(new double[numParams], new double[numParams], new double[numParams]);
        }
    }

    /// Computes an Adam update from the current gradients, without applying it.
    ///
    /// Source: D. P. Kingma, J. Ba, "Adam: A Method for Stochastic Optimization" (2014).
    private Update adam(long step, double learningRate) {
        double mBias = mBias(step);
        double vBias = vBias(step);
        Update update = Update.ofSize(params.length);
        for (int i = 0; i < params.length; i++) {
            Value p = params[i];
            double grad = p.grad();
            double mean = BETA1 * m[i] + (1 - BETA1) * grad;
            double square = BETA2 * v[i] + (1 - BETA2) * (grad * grad);
            double mHat = mean / mBias;
            double vHat = square / vBias;
            double after = p.data() - learningRate * mHat / (Math.sqrt(vHat) + EPSILON);
            requireFinite(mean, "a first moment", step);
            requireFinite(square, "a second moment", step);
            requireFinite(after, "a parameter", step);
            update.m[i] = mean;
            update.v[i] = square;
            update.params[i] = after;
        }
        return update;
    }

    private static double mBias(long step) {
        return 1 - StrictMath.pow(BETA1, step + 1.0);
    }

    private static double vBias(long step) {
        return 1 - StrictMath.pow(BETA2, step + 1.0);
    }

    /// Computes a training step with all its intermediate results, without applying it.
    ///
    /// @param document index in the batch of the document whose graph is recorded
    /// @param step number of steps before this one
    /// @throws DivergedException if the loss, a gradient, a new moment or a new parameter is not finite
    StepAnatomy anatomy(int[][] batch, int document, long step, double learningRate) {
        AnatomyRecorder recorder = new AnatomyRecorder();
        double loss =
                accumulateGradients(batch, b -> b == document ? recorder : ForwardObserver.NONE);
        requireFinite(loss, step);
        Update update = adam(step, learningRate);
        return new StepAnatomy(
                loss,
                recorder.tensors(),
                Matrix.of(model.shape()),
                params,
                new StepAnatomy.Adam(
                        update.m, update.v, update.params, mBias(step), vBias(step), learningRate));
    }

    @Override
    public double[] gradients(int[][] batch) {
        accumulateGradients(batch, _ -> ForwardObserver.NONE);
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

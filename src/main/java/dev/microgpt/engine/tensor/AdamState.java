package dev.microgpt.engine.tensor;

import java.util.List;

/// The state of the Adam optimiser: the running means of the gradients and of their squares. The state of
/// a [TensorTrainer] changes with each of its steps, all others never do.
public final class AdamState {

    /// See [#isBounded].
    private static final double RATIO = 4;

    private static final double NEGLIGIBLE = 1e-10;

    private final Layout layout;
    private final float[] m; // (size), first moments of the gradients
    private final float[] v; // (size), second moments

    private AdamState(Layout layout, float[] m, float[] v) {
        this.layout = layout;
        this.m = m;
        this.v = v;
    }

    /// The state before the first step.
    public static AdamState initial(Weights weights) {
        Layout layout = weights.layout();
        return new AdamState(layout, new float[layout.size], new float[layout.size]);
    }

    /// @param weights that it belongs to
    /// @param m first moments in the order of the reference, (numParams)
    /// @param v second moments in the order of the reference, (numParams)
    public static AdamState of(Weights weights, double[] m, double[] v) {
        Layout layout = weights.layout();
        return new AdamState(layout, layout.imported(m), layout.imported(v));
    }

    public AdamState copy() {
        return new AdamState(layout, m.clone(), v.clone());
    }

    void takeOver(AdamState other) {
        System.arraycopy(other.m, 0, m, 0, m.length);
        System.arraycopy(other.v, 0, v, 0, v.length);
    }

    float[] m() {
        return m;
    }

    float[] v() {
        return v;
    }

    List<float[]> moments() {
        return List.of(m, v);
    }

    /// Whether each first moment is small beside the root of its second one, as it is after any number of
    /// steps from the initial state: by Cauchy's inequality at most 2.9 times as large, apart from what
    /// is lost of tiny numbers. Steps keep it so. Numbers from elsewhere may be otherwise, and then an
    /// update may be larger than any float however low the learning rate.
    boolean isBounded() {
        for (int i = 0; i < m.length; i++) {
            if (!(Math.abs(m[i]) <= NEGLIGIBLE + RATIO * Math.sqrt(v[i]))) {
                return false;
            }
        }
        return true;
    }

    /// The first moments of the gradients in the order of the reference, (numParams).
    public double[] firstMoments() {
        return layout.exported(m);
    }

    /// The second moments of the gradients in the order of the reference, (numParams).
    public double[] secondMoments() {
        return layout.exported(v);
    }

    /// The memory that it takes.
    public long bytes() {
        return 2L * Float.BYTES * m.length;
    }
}

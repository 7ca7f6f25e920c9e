package dev.microgpt.engine.tensor;

import java.util.List;

/// The state of the Adam optimiser: the running means of the gradients and of their squares. The state of
/// a [TensorTrainer] changes with each of its steps; all others never change.
public final class AdamState {

    /// The largest ratio of |m| to sqrt(v) in a bounded state, see [#isBounded].
    static final double RATIO = 4;

    /// First moments up to this magnitude are always bounded, see [#isBounded].
    private static final double NEGLIGIBLE = 1e-10;

    private final Layout layout;
    private final float[] m; // (size), first moments of the gradients
    private final float[] v; // (size), second moments

    private AdamState(Layout layout, float[] m, float[] v) {
        this.layout = layout;
        this.m = m;
        this.v = v;
    }

    /// Returns the state before the first step: all moments are 0.
    public static AdamState initial(Weights weights) {
        Layout layout = weights.layout();
        return new AdamState(layout, new float[layout.size], new float[layout.size]);
    }

    /// Returns a state with the given moments, rounded to float32.
    ///
    /// @param weights the weights that the moments belong to
    /// @param m first moments in the order of the reference, (numParams)
    /// @param v second moments in the order of the reference, (numParams)
    public static AdamState of(Weights weights, double[] m, double[] v) {
        Layout layout = weights.layout();
        return new AdamState(layout, layout.imported(m), layout.imported(v));
    }

    /// Returns an independent copy.
    public AdamState copy() {
        return new AdamState(layout, m.clone(), v.clone());
    }

    void copyFrom(AdamState other) {
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

    /// Returns whether each first moment is small compared with the square root of its second moment.
    ///
    /// With the usual decays, every state reached from the initial one is bounded: by Cauchy's inequality |m| is at
    /// most 2.9 sqrt(v), apart from rounding of tiny numbers. Training steps of Adam keep a state bounded. Moments from
    /// elsewhere may be unbounded, and then an update may exceed the range of a float however low the learning rate is.
    boolean isBounded() {
        for (int i = 0; i < m.length; i++) {
            if (!(Math.abs(m[i]) <= NEGLIGIBLE + RATIO * Math.sqrt(v[i]))) {
                return false;
            }
        }
        return true;
    }

    /// Returns a copy of the first moments of the gradients in the order of the reference, (numParams).
    public double[] firstMoments() {
        return layout.exported(m);
    }

    /// Returns a copy of the second moments of the gradients in the order of the reference, (numParams).
    public double[] secondMoments() {
        return layout.exported(v);
    }

    /// Returns the memory size with padding, in bytes.
    public long bytes() {
        return 2L * Float.BYTES * m.length;
    }
}

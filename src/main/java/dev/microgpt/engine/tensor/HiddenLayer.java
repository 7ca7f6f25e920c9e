package dev.microgpt.engine.tensor;

import dev.microgpt.engine.architecture.ActivationKind;

/// The hidden layer of an MLP, with what its backward pass needs. In microgpt it is a product that [Kernels#relu]
/// changes in place. Other activations keep the product, and SwiGLU has a second one, the gate.
final class HiddenLayer {

    private static final float GELU_CUBE = 0.044715f;
    private static final float GELU_SCALE = (float) (2 * Math.sqrt(2 / Math.PI));

    private final Kernels kernels;
    private final ActivationKind kind;
    private final int stride;

    /// The result, (N, F').
    float[] active = {};

    /// The product of the input with mlp_fc1, (N, F'); `active` for a ReLU.
    float[] product = {};

    /// The product of the input with mlp_gate, (N, F'), if there is one.
    float[] gate = {};

    private float[] sigmoid = {}; // (N, F'), of the argument of the activation
    private float[] dGate = {}; // (N, F'), gradient of the gate

    HiddenLayer(Layout layout, Kernels kernels) {
        this.kernels = kernels;
        kind = layout.architecture.activation();
        stride = Layout.stride(layout.f);
    }

    /// Makes room for a number of rows. Discards all numbers.
    void setRoom(int rows) {
        int length = rows * stride;
        active = new float[length];
        product = kind == ActivationKind.RELU ? active : new float[length];
        gate = new float[kind == ActivationKind.SWIGLU ? length : 0];
        sigmoid = new float[hasSigmoid() ? length : 0];
    }

    /// @param shared array for the gradient of the gate, (N, F'), which all layers share
    void setGateGradient(float[] shared) {
        dGate = shared;
    }

    private boolean hasSigmoid() {
        return switch (kind) {
            case RELU, RELU2 -> false;
            case GELU, SILU, SWIGLU -> true;
        };
    }

    /// Returns how many arrays of the size of the result there are besides it.
    static int extraArrays(ActivationKind kind) {
        return switch (kind) {
            case RELU -> 0;
            case RELU2 -> 1;
            case GELU, SILU -> 2;
            case SWIGLU -> 3;
        };
    }

    /// Returns the numbers that the activation is applied to, or for a ReLU was applied to, (N, F'). A unit is active where
    /// they are positive.
    float[] input() {
        return kind == ActivationKind.SWIGLU ? gate : product;
    }

    /// Returns the gradient of the gate, (N, F').
    float[] gateGradient() {
        return dGate;
    }

    /// Computes the activations of rows.
    void forward(int fromRow, int toRow) {
        int from = fromRow * stride;
        int to = toRow * stride;
        switch (kind) {
            case RELU -> kernels.relu(active, from, to - from);
            case RELU2 -> {
                for (int i = from; i < to; i++) {
                    float x = Math.max(0, product[i]);
                    active[i] = x * x;
                }
            }
            case GELU -> {
                for (int i = from; i < to; i++) {
                    float x = product[i];
                    sigmoid[i] = GELU_SCALE * (x + GELU_CUBE * x * x * x);
                }
                kernels.sigmoid(sigmoid, from, to - from);
                multiply(product, sigmoid, active, from, to);
            }
            case SILU -> silu(product, from, to);
            case SWIGLU -> {
                silu(gate, from, to);
                multiply(active, product, active, from, to);
            }
        }
    }

    private void silu(float[] x, int from, int to) {
        System.arraycopy(x, from, sigmoid, from, to - from);
        kernels.sigmoid(sigmoid, from, to - from);
        multiply(x, sigmoid, active, from, to);
    }

    private static void multiply(float[] x, float[] y, float[] z, int from, int to) {
        for (int i = from; i < to; i++) {
            z[i] = x[i] * y[i];
        }
    }

    /// Goes back from the gradient of the result to that of the product, in place, and to that of the gate.
    ///
    /// @param d (N, F')
    void backward(float[] d, int fromRow, int toRow) {
        int from = fromRow * stride;
        int to = toRow * stride;
        switch (kind) {
            case RELU -> kernels.reluBackward(active, d, from, to - from);
            case RELU2 -> {
                for (int i = from; i < to; i++) {
                    d[i] *= 2 * Math.max(0, product[i]);
                }
            }
            case GELU -> {
                for (int i = from; i < to; i++) {
                    float x = product[i];
                    float s = sigmoid[i];
                    float slope = GELU_SCALE * (1 + 3 * GELU_CUBE * x * x);
                    d[i] *= s + x * s * (1 - s) * slope;
                }
            }
            case SILU -> {
                for (int i = from; i < to; i++) {
                    d[i] *= siluSlope(product[i], sigmoid[i]);
                }
            }
            case SWIGLU -> {
                for (int i = from; i < to; i++) {
                    float s = sigmoid[i];
                    dGate[i] = d[i] * product[i] * siluSlope(gate[i], s);
                    d[i] *= gate[i] * s;
                }
            }
        }
    }

    private static float siluSlope(float x, float sigmoid) {
        return sigmoid * (1 + x * (1 - sigmoid));
    }
}

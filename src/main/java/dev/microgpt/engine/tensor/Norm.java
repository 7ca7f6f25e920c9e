package dev.microgpt.engine.tensor;

import dev.microgpt.engine.architecture.NormKind;

/// A normalisation of the rows of the residual stream, with what its backward pass needs. In microgpt it is
/// [Kernels#rmsNorm] and nothing else. Other architectures subtract the mean before it, which makes it a layer
/// normalisation, and multiply and add parameters after it.
final class Norm {

    private final Layout layout;
    private final Kernels kernels;
    private final int gain; // offset, see VectorLayout
    private final int bias; // offset
    private final boolean isCentred;
    private final boolean hasParameters;
    private final int stride; // of all matrices

    /// The result, (N, C').
    float[] y = {};

    private float[] normalized = {}; // (N, C'), before the parameters; y if there are none
    private float[] scale = {}; // (N), see Kernels#rmsNorm
    private float[] dy = {}; // (N, C'), kept for the gradients of the parameters

    Norm(Layout layout, Kernels kernels, VectorLayout.Norm offsets) {
        this.layout = layout;
        this.kernels = kernels;
        gain = offsets.gain();
        bias = offsets.bias();
        isCentred = layout.architecture.norm() == NormKind.LAYERNORM;
        hasParameters = layout.architecture.hasNormParameters();
        stride = Layout.stride(layout.c);
    }

    /// Returns a normalisation with room for one row.
    static Norm ofRow(Layout layout, Kernels kernels, VectorLayout.Norm offsets) {
        Norm norm = new Norm(layout, kernels, offsets);
        norm.setRoom(1);
        return norm;
    }

    /// Makes room for a number of rows. Discards all numbers.
    void setRoom(int rows) {
        y = new float[rows * stride];
        scale = new float[rows];
        normalized = hasParameters ? new float[rows * stride] : y;
    }

    /// Makes room for the gradient of a number of rows.
    void setGradientRoom(int rows) {
        if (hasParameters) {
            dy = new float[rows * stride];
        }
    }

    /// Normalises rows.
    ///
    /// @param x (N, C')
    void forward(float[] params, int from, int to, float[] x) {
        float[] source = x;
        if (isCentred) {
            copyRows(x, normalized, from, to);
            centre(normalized, from, to);
            source = normalized;
        }
        kernels.rmsNorm(from, to, layout.width, layout.c, source, normalized, stride, scale);
        if (hasParameters) {
            applyParameters(params, from, to);
        }
    }

    private void applyParameters(float[] params, int from, int to) {
        for (int row = from; row < to; row++) {
            int start = row * stride;
            for (int j = 0; j < layout.width; j++) {
                float factor = gain == VectorLayout.NONE ? 1 : params[gain + j];
                float shift = bias == VectorLayout.NONE ? 0 : params[bias + j];
                y[start + j] = normalized[start + j] * factor + shift;
            }
        }
    }

    /// Returns the array for the gradient of the result, (N, C'): one of its own if it is needed longer.
    ///
    /// @param shared used otherwise
    float[] resultGradient(float[] shared) {
        return hasParameters ? dy : shared;
    }

    /// Keeps a gradient of the result that is not in [#resultGradient], if it is needed longer.
    void keepResultGradient(float[] shared, int from, int to) {
        if (hasParameters) {
            copyRows(shared, dy, from, to);
        }
    }

    /// Goes back from the gradient of the result, which [#resultGradient] holds, to that of x.
    ///
    /// @param shared (N, C'), as in [#resultGradient]; overwritten
    /// @param dx (N, C')
    /// @param accumulate whether to add to dx
    void backward(
            float[] params, int from, int to, float[] shared, float[] dx, boolean accumulate) {
        if (hasParameters) {
            copyRows(dy, shared, from, to);
            if (gain != VectorLayout.NONE) {
                multiplyByGain(params, shared, from, to);
            }
        }
        if (isCentred) {
            centre(shared, from, to);
        }
        kernels.rmsNormBackward(
                from,
                to,
                layout.width,
                layout.c,
                shared,
                normalized,
                scale,
                stride,
                dx,
                accumulate);
    }

    /// Computes the gradients of the parameters.
    ///
    /// @param rows number of all rows
    /// @param from,to range of columns
    /// @param gradient that of all parameters, (size)
    void parameterGradients(int rows, int from, int to, float[] gradient) {
        if (gain != VectorLayout.NONE) {
            for (int j = from; j < to; j++) {
                gradient[gain + j] = 0;
            }
            for (int row = 0; row < rows; row++) {
                int start = row * stride;
                for (int j = from; j < to; j++) {
                    gradient[gain + j] += dy[start + j] * normalized[start + j];
                }
            }
        }
        if (bias != VectorLayout.NONE) {
            Rows.sumColumns(dy, stride, rows, from, to, gradient, bias);
        }
    }

    private void multiplyByGain(float[] params, float[] x, int from, int to) {
        for (int row = from; row < to; row++) {
            int start = row * stride;
            for (int j = 0; j < layout.width; j++) {
                x[start + j] *= params[gain + j];
            }
        }
    }

    /// Subtracts the mean of each row.
    private void centre(float[] x, int from, int to) {
        for (int row = from; row < to; row++) {
            int start = row * stride;
            float sum = 0;
            for (int j = 0; j < layout.width; j++) {
                sum += x[start + j];
            }
            float mean = sum / layout.width;
            for (int j = 0; j < layout.width; j++) {
                x[start + j] -= mean;
            }
        }
    }

    private void copyRows(float[] x, float[] target, int from, int to) {
        System.arraycopy(x, from * stride, target, from * stride, (to - from) * stride);
    }
}

package dev.microgpt.engine.tensor;

import dev.microgpt.engine.architecture.NormKind;

import java.util.Arrays;

/// A normalisation of the columns of a matrix, with the results of [Norm] for rows.
final class ColumnNorm {

    private static final int S = ColumnKernels.COLUMNS;

    private final Layout layout;
    private final ColumnKernels kernels;
    private final VectorLayout.Norm offsets;
    private final boolean isCentred;
    private final float[] mean = new float[S];

    ColumnNorm(Layout layout, ColumnKernels kernels, VectorLayout.Norm offsets) {
        this.layout = layout;
        this.kernels = kernels;
        this.offsets = offsets;
        isCentred = layout.architecture.norm() == NormKind.LAYERNORM;
    }

    /// @param x (C', S)
    /// @param y receives the result, (C', S)
    void forward(float[] params, float[] x, float[] y) {
        float[] source = x;
        if (isCentred) {
            centre(x, y);
            source = y;
        }
        kernels.rmsNorm(layout.width, layout.c, source, y);
        if (layout.architecture.hasNormParameters()) {
            applyParameters(params, y);
        }
    }

    private void applyParameters(float[] params, float[] y) {
        for (int j = 0; j < layout.width; j++) {
            float factor = offsets.gain() == VectorLayout.NONE ? 1 : params[offsets.gain() + j];
            float shift = offsets.bias() == VectorLayout.NONE ? 0 : params[offsets.bias() + j];
            for (int i = j * S; i < (j + 1) * S; i++) {
                y[i] = y[i] * factor + shift;
            }
        }
    }

    /// Computes y = x minus the mean of each column.
    private void centre(float[] x, float[] y) {
        Arrays.fill(mean, 0);
        for (int j = 0; j < layout.width; j++) {
            for (int s = 0; s < S; s++) {
                mean[s] += x[j * S + s];
            }
        }
        for (int s = 0; s < S; s++) {
            mean[s] /= layout.width;
        }
        for (int j = 0; j < layout.width; j++) {
            for (int s = 0; s < S; s++) {
                y[j * S + s] = x[j * S + s] - mean[s];
            }
        }
    }
}

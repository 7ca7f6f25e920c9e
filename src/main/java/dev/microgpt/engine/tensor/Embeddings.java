package dev.microgpt.engine.tensor;

import dev.microgpt.engine.architecture.PositionKind;
import dev.microgpt.engine.architecture.Wavelengths;

import java.util.Arrays;

/// Sums the embeddings of tokens and positions. In microgpt both are parameters; in other architectures, those of the
/// positions are sinusoids, or do not exist.
final class Embeddings {

    private final Layout layout;
    private final Kernels kernels;
    private final PositionKind position;
    private final float[] sinusoids; // (T, C'), row-major; empty unless they are used

    Embeddings(Layout layout, Kernels kernels) {
        this.layout = layout;
        this.kernels = kernels;
        position = layout.architecture.position();
        boolean hasSinusoids = position == PositionKind.SINUSOIDAL;
        sinusoids = new float[hasSinusoids ? Math.multiplyExact(layout.blockSize, layout.c) : 0];
        for (int i = 0; hasSinusoids && i < layout.width; i++) {
            double perPosition = Wavelengths.perPosition(i / 2, layout.width);
            for (int t = 0; t < layout.blockSize; t++) {
                double angle = t * perPosition;
                sinusoids[t * layout.c + i] =
                        (float) (i % 2 == 0 ? StrictMath.sin(angle) : StrictMath.cos(angle));
            }
        }
    }

    /// @param tokens,positions (N)
    /// @param x receives the sums, (N, C')
    void forward(
            float[] params,
            int[] tokens,
            int[] positions,
            int from,
            int to,
            float[] x,
            int stride) {
        if (position == PositionKind.LEARNED) {
            kernels.embed(
                    from,
                    to,
                    layout.c,
                    params,
                    layout.wte,
                    tokens,
                    layout.wpe,
                    positions,
                    x,
                    stride);
            return;
        }
        for (int row = from; row < to; row++) {
            int token = layout.wte + tokens[row] * layout.c;
            System.arraycopy(params, token, x, row * stride, layout.c);
            if (position == PositionKind.SINUSOIDAL) {
                kernels.add(sinusoids, positions[row] * layout.c, x, row * stride, layout.c);
            }
        }
    }

    /// Adds each position's gradient to the rows of its token and its position.
    ///
    /// @param dx (N, C')
    /// @param gradient that of all parameters, (size)
    void backward(
            float[] dx, int stride, int rows, int[] tokens, int[] positions, float[] gradient) {
        Arrays.fill(gradient, layout.wte, layout.lmHead, 0);
        if (position == PositionKind.LEARNED) {
            kernels.embedBackward(
                    rows,
                    layout.c,
                    dx,
                    stride,
                    gradient,
                    layout.wte,
                    tokens,
                    layout.wpe,
                    positions);
            return;
        }
        for (int row = 0; row < rows; row++) {
            int token = layout.wte + tokens[row] * layout.c;
            kernels.add(dx, row * stride, gradient, token, layout.c);
        }
    }
}

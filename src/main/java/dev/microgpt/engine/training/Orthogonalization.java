package dev.microgpt.engine.training;

/// Replaces a matrix U S V^T by nearly U V^T: all its singular values become about 1.
///
/// Five steps of a Newton-Schulz iteration, each X = a X + (b X X^T + c (X X^T)^2) X. Its coefficients pull small
/// singular values up fast, and leave them between about 0.7 and 1.2.
///
/// Source: K. Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024).
public final class Orthogonalization {

    private static final int STEPS = 5;
    private static final double A = 3.4445;
    private static final double B = -4.7750;
    private static final double C = 2.0315;

    /// Brings the update to the size of one of Adam, so that both use the same learning rate. Source: J. Liu et al.,
    /// "Muon is Scalable for LLM Training" (2025).
    private static final double RMS_OF_ADAM = 0.2;

    private Orthogonalization() {}

    /// Returns the update of a matrix at learning rate 1.
    ///
    /// @param momentum (rows, columns), row by row
    /// @return (rows, columns), row by row; zeros for zeros
    public static double[] update(double[] momentum, int rows, int columns) {
        boolean isTall = rows > columns;
        double[] x = isTall ? transposed(momentum, rows, columns) : momentum.clone();
        int n = Math.min(rows, columns);
        int width = Math.max(rows, columns);
        scale(x, 1 / (norm(x) + Double.MIN_NORMAL));
        for (int i = 0; i < STEPS; i++) {
            x = iterate(x, n, width);
        }
        scale(x, RMS_OF_ADAM * Math.sqrt(width));
        return isTall ? transposed(x, n, width) : x;
    }

    /// @param x (n, width)
    private static double[] iterate(double[] x, int n, int width) {
        double[] gram = product(x, transposed(x, n, width), n, width, n);
        double[] polynomial = product(gram, gram, n, n, n);
        for (int i = 0; i < polynomial.length; i++) {
            polynomial[i] = B * gram[i] + C * polynomial[i];
        }
        double[] next = product(polynomial, x, n, n, width);
        for (int i = 0; i < next.length; i++) {
            next[i] += A * x[i];
        }
        return next;
    }

    /// Returns the product of (rows, inner) and (inner, columns).
    private static double[] product(double[] a, double[] b, int rows, int inner, int columns) {
        double[] y = new double[rows * columns];
        for (int row = 0; row < rows; row++) {
            for (int k = 0; k < inner; k++) {
                double factor = a[row * inner + k];
                for (int column = 0; column < columns; column++) {
                    y[row * columns + column] += factor * b[k * columns + column];
                }
            }
        }
        return y;
    }

    private static double[] transposed(double[] x, int rows, int columns) {
        double[] y = new double[x.length];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                y[column * rows + row] = x[row * columns + column];
            }
        }
        return y;
    }

    private static double norm(double[] x) {
        double squares = 0;
        for (double e : x) {
            squares += e * e;
        }
        return Math.sqrt(squares);
    }

    private static void scale(double[] x, double factor) {
        for (int i = 0; i < x.length; i++) {
            x[i] *= factor;
        }
    }
}

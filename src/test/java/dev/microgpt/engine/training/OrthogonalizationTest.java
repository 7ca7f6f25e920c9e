package dev.microgpt.engine.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microgpt.support.SharesNothing;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Random;

@SharesNothing
final class OrthogonalizationTest {

    private static final double ROUNDING = 1e-12;

    /// What the iteration makes of a singular value that is divided by the norm of all.
    private static double expected(double value, double norm, int width) {
        double x = value / norm;
        for (int i = 0; i < 5; i++) {
            x = 3.4445 * x - 4.7750 * Math.pow(x, 3) + 2.0315 * Math.pow(x, 5);
        }
        return 0.2 * Math.sqrt(width) * x;
    }

    /// Returns a matrix with some singular values: each is scaled along a random direction of the rows and one of the
    /// columns.
    private static double[] matrix(double[] values, double[][] left, double[][] right) {
        int rows = left[0].length;
        int columns = right[0].length;
        double[] matrix = new double[rows * columns];
        for (int k = 0; k < values.length; k++) {
            for (int row = 0; row < rows; row++) {
                for (int column = 0; column < columns; column++) {
                    matrix[row * columns + column] += values[k] * left[k][row] * right[k][column];
                }
            }
        }
        return matrix;
    }

    /// Returns orthogonal vectors of length 1, by Gram-Schmidt.
    private static double[][] directions(int count, int size, Random random) {
        double[][] vectors = new double[count][size];
        for (int k = 0; k < count; k++) {
            for (int i = 0; i < size; i++) {
                vectors[k][i] = random.nextGaussian();
            }
            for (int pass = 0; pass < 2; pass++) {
                for (int other = 0; other < k; other++) {
                    double product = dot(vectors[k], vectors[other]);
                    for (int i = 0; i < size; i++) {
                        vectors[k][i] -= product * vectors[other][i];
                    }
                }
            }
            double length = Math.sqrt(dot(vectors[k], vectors[k]));
            for (int i = 0; i < size; i++) {
                vectors[k][i] /= length;
            }
        }
        return vectors;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    @ParameterizedTest
    @CsvSource({"4, 4", "3, 7", "7, 3", "1, 5", "5, 1", "1, 1"})
    void onlyTheSingularValuesChange(int rows, int columns) {
        Random random = new Random(rows * 10L + columns);
        int n = Math.min(rows, columns);
        double[][] left = directions(n, rows, random);
        double[][] right = directions(n, columns, random);
        double[] values = random.doubles(n, 0.1, 5).toArray();
        double norm = Math.sqrt(dot(values, values));
        double[] changed = new double[n];
        for (int k = 0; k < n; k++) {
            changed[k] = expected(values[k], norm, Math.max(rows, columns));
        }

        double[] update = Orthogonalization.update(matrix(values, left, right), rows, columns);

        assertThat(update).containsExactly(matrix(changed, left, right), within(ROUNDING));
    }

    @Test
    void largeSingularValuesBecomeNearlyEqual() {
        for (double share = 0.05; share <= 1; share += 0.05) {
            assertThat(expected(share, 1, 1) / 0.2).isBetween(0.65, 1.25);
        }
    }

    @Test
    void zerosStayZeros() {
        assertThat(Orthogonalization.update(new double[6], 2, 3)).containsOnly(0);
    }
}

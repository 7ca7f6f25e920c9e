package dev.microgpt.engine.tensor;

import static dev.microgpt.engine.tensor.Simd.LANES;
import static dev.microgpt.engine.tensor.Simd.SPECIES;

import static jdk.incubator.vector.DoubleVector.broadcast;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.VectorOperators.D2I;
import static jdk.incubator.vector.VectorOperators.F2D;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// [ColumnKernels] with the JDK's Vector API: each lane is a sequence. The order of all sums is that of
/// [SimdKernels], so this class has to change with it.
final class SimdColumnKernels implements ColumnKernels {

    /// Logits below this have finite squares, whose sum is finite as well.
    private static final float MODERATE = 1e15f;

    private static final VectorSpecies<Double> DOUBLES =
            VectorSpecies.of(double.class, SPECIES.vectorShape());
    private static final int DOUBLE_LANES = DOUBLES.length();

    /// As many floats as there are doubles in a vector.
    private static final VectorSpecies<Float> HALF =
            VectorSpecies.of(float.class, VectorShape.forBitSize(SPECIES.vectorBitSize() / 2));

    private static final VectorSpecies<Integer> HALF_INTS =
            VectorSpecies.of(int.class, HALF.vectorShape());

    private final float[] partial = new float[LANES * LANES]; // sums of one vector of columns
    private final float[] floatLengths = new float[COLUMNS];
    private float[] scores = {}; // of a head for one vector of columns

    // ---- products

    @Override
    public void multiply(int in, int out, float[] x, float[] w, int wOffset, float[] y) {
        int panel;
        for (int column = 0; column < out; column += panel) {
            panel = Layout.panelWidth(out, column);
            int b = wOffset + in * column;
            int twoSums = panel == 3 * LANES || panel == 2 * LANES ? 2 * LANES : 0;
            for (int s = 0; s < COLUMNS; s += SimdColumnTiles.WIDTH) {
                SimdColumnTiles.twoSums(twoSums, in, w, b, panel, x, s, y, column * COLUMNS + s);
                int rest = column + twoSums;
                SimdColumnTiles.fourSums(
                        panel - twoSums, in, w, b + twoSums, panel, x, s, y, rest * COLUMNS + s);
            }
        }
    }

    // ---- normalisation

    @Override
    public void rmsNorm(int width, int padded, float[] x, float[] y) {
        for (int s = 0; s < COLUMNS; s += LANES) {
            for (int i = 0; i < LANES; i++) {
                squares(padded, x, i * COLUMNS + s, i * LANES);
            }
            sumPartial();
            scaleByRms(1f / width, padded, x, y, s);
        }
    }

    /// Computes the sum of the squares of every LANES-th number of a column.
    private void squares(int padded, float[] x, int first, int to) {
        FloatVector e = fromArray(SPECIES, x, first);
        FloatVector sum = e.mul(e);
        for (int i = LANES; i < padded; i += LANES) {
            e = fromArray(SPECIES, x, first + i * COLUMNS);
            sum = e.fma(e, sum);
        }
        sum.intoArray(partial, to);
    }

    /// Adds the partial sums up, in the order of [Simd#sumAll].
    private void sumPartial() {
        for (int half = LANES; half < LANES * LANES; half *= 2) {
            for (int i = 0; i < LANES * LANES; i += 2 * half) {
                fromArray(SPECIES, partial, i)
                        .add(fromArray(SPECIES, partial, i + half))
                        .intoArray(partial, i);
            }
        }
    }

    private void scaleByRms(float inverseWidth, int padded, float[] x, float[] y, int s) {
        FloatVector mean = fromArray(SPECIES, partial, 0).mul(inverseWidth);
        FloatVector scale = broadcast(SPECIES, 1).div(mean.add(Kernels.RMS_EPSILON).sqrt());
        for (int i = s; i < padded * COLUMNS; i += COLUMNS) {
            fromArray(SPECIES, x, i).mul(scale).intoArray(y, i);
        }
    }

    // ---- attention

    @Override
    public boolean canAttend(AttentionBuffers b) {
        return b.d < Layout.PAD && b.d <= LANES;
    }

    @Override
    public void attend(
            AttentionBuffers b, ColumnCache cache, int layer, int[] lengths, float[] q, float[] o) {
        if (scores.length < cache.attended.length * LANES) {
            scores = new float[cache.attended.length * LANES];
        }
        for (int i = 0; i < b.heads * b.d * COLUMNS; i += LANES) {
            fromArray(SPECIES, q, i).mul(b.scale).intoArray(q, i);
        }
        for (int s = 0; s < COLUMNS; s += LANES) {
            int longest = 0;
            for (int i = s; i < s + LANES; i++) {
                longest = Math.max(longest, lengths[i]);
                floatLengths[i] = lengths[i];
            }
            int slots = cache.attend(longest);
            for (int i = 0; i < b.heads * b.d; i += b.d) {
                SimdColumnAttention.attend(
                        b, cache, layer, floatLengths, slots, q, i, s, scores, o);
            }
        }
    }

    // ---- probabilities

    @Override
    public boolean softmax(int vocab, float[] logits, float scale) {
        boolean isModerate = true;
        for (int s = 0; s < COLUMNS; s += LANES) {
            isModerate &= exponentials(vocab, logits, s, scale);
            for (int i = 0; i < LANES; i++) {
                sumEvery(vocab, logits, i, s);
            }
            sumPartial();
            FloatVector inverse = broadcast(SPECIES, 1).div(fromArray(SPECIES, partial, 0));
            for (int i = s; i < vocab * COLUMNS; i += COLUMNS) {
                fromArray(SPECIES, logits, i).mul(inverse).intoArray(logits, i);
            }
        }
        return isModerate;
    }

    /// Computes x = exp(scale (x - max x)).
    private static boolean exponentials(int vocab, float[] x, int s, float scale) {
        FloatVector max = broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        FloatVector largest = broadcast(SPECIES, 0); // not a number if one is not
        for (int i = s; i < vocab * COLUMNS; i += COLUMNS) {
            FloatVector e = fromArray(SPECIES, x, i);
            max = max.max(e);
            largest = largest.max(e.abs());
        }
        for (int i = s; i < vocab * COLUMNS; i += COLUMNS) {
            Simd.exp(fromArray(SPECIES, x, i).sub(max).mul(scale)).intoArray(x, i);
        }
        return largest.compare(LE, MODERATE).allTrue();
    }

    /// Computes the sum of every LANES-th number of a column, from the i-th on.
    private void sumEvery(int vocab, float[] x, int i, int s) {
        FloatVector sum = broadcast(SPECIES, 0);
        for (int token = i; token < vocab; token += LANES) {
            sum = sum.add(fromArray(SPECIES, x, token * COLUMNS + s));
        }
        sum.intoArray(partial, i * LANES);
    }

    @Override
    public void choose(
            int vocab, float[] probs, double[] uniform, boolean cumulates, int[] chosen) {
        for (int s = 0; s < COLUMNS; s += 2 * DOUBLE_LANES) {
            if (cumulates) {
                chooseByCumulating(vocab, probs, uniform, chosen, s);
            } else {
                chooseBySubtracting(vocab, probs, uniform, chosen, s);
            }
        }
    }

    /// Draws a token for two vectors of columns.
    private static void chooseBySubtracting(
            int vocab, float[] probs, double[] uniform, int[] chosen, int s) {
        int end = s + vocab * COLUMNS;
        DoubleVector total0 = broadcast(DOUBLES, 0), total1 = broadcast(DOUBLES, 0);
        for (int i = s; i < end; i += COLUMNS) {
            total0 = total0.add(fromArray(HALF, probs, i).convertShape(F2D, DOUBLES, 0));
            total1 =
                    total1.add(
                            fromArray(HALF, probs, i + DOUBLE_LANES).convertShape(F2D, DOUBLES, 0));
        }
        DoubleVector rest0 = DoubleVector.fromArray(DOUBLES, uniform, s).mul(total0);
        DoubleVector rest1 = DoubleVector.fromArray(DOUBLES, uniform, s + DOUBLE_LANES).mul(total1);
        DoubleVector count0 = broadcast(DOUBLES, 0), count1 = broadcast(DOUBLES, 0);
        for (int i = s; i < end - COLUMNS; i += COLUMNS) {
            rest0 = rest0.sub(fromArray(HALF, probs, i).convertShape(F2D, DOUBLES, 0));
            rest1 =
                    rest1.sub(
                            fromArray(HALF, probs, i + DOUBLE_LANES).convertShape(F2D, DOUBLES, 0));
            count0 = count0.add(1, rest0.compare(GT, 0));
            count1 = count1.add(1, rest1.compare(GT, 0));
        }
        store(count0, chosen, s);
        store(count1, chosen, s + DOUBLE_LANES);
    }

    /// Draws a token for two vectors of columns.
    private static void chooseByCumulating(
            int vocab, float[] probs, double[] uniform, int[] chosen, int s) {
        int end = s + vocab * COLUMNS;
        DoubleVector total0 = broadcast(DOUBLES, 0), total1 = broadcast(DOUBLES, 0);
        for (int i = s; i < end; i += COLUMNS) {
            total0 = total0.add(fromArray(HALF, probs, i).convertShape(F2D, DOUBLES, 0));
            total1 =
                    total1.add(
                            fromArray(HALF, probs, i + DOUBLE_LANES).convertShape(F2D, DOUBLES, 0));
        }
        DoubleVector point0 = DoubleVector.fromArray(DOUBLES, uniform, s).mul(total0);
        DoubleVector point1 =
                DoubleVector.fromArray(DOUBLES, uniform, s + DOUBLE_LANES).mul(total1);
        DoubleVector sum0 = broadcast(DOUBLES, 0), sum1 = broadcast(DOUBLES, 0);
        DoubleVector count0 = broadcast(DOUBLES, 0), count1 = broadcast(DOUBLES, 0);
        for (int i = s; i < end - COLUMNS; i += COLUMNS) {
            sum0 = sum0.add(fromArray(HALF, probs, i).convertShape(F2D, DOUBLES, 0));
            sum1 = sum1.add(fromArray(HALF, probs, i + DOUBLE_LANES).convertShape(F2D, DOUBLES, 0));
            count0 = count0.add(1, sum0.compare(LE, point0));
            count1 = count1.add(1, sum1.compare(LE, point1));
        }
        store(count0, chosen, s);
        store(count1, chosen, s + DOUBLE_LANES);
    }

    private static void store(DoubleVector counts, int[] chosen, int s) {
        ((IntVector) counts.convertShape(D2I, HALF_INTS, 0)).intoArray(chosen, s);
    }

    // ---- rows and columns

    @Override
    public void toColumns(float[] rows, int stride, int from, int to, float[] y, int yOffset) {
        for (int s = 0; s < COLUMNS; s += LANES) {
            for (int i = from; i < to; i += LANES) {
                int target = yOffset + (i - from) * COLUMNS + s;
                Simd.transpose(rows, s * stride + i, stride, y, target, COLUMNS);
            }
        }
    }

    @Override
    public void toRows(int width, float[] x, float[] rows) {
        for (int s = 0; s < COLUMNS; s += LANES) {
            for (int i = 0; i < width; i += LANES) {
                Simd.transpose(x, i * COLUMNS + s, COLUMNS, rows, s * width + i, width);
            }
        }
    }
}

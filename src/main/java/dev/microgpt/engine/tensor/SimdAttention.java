package dev.microgpt.engine.tensor;

import static dev.microgpt.engine.tensor.Simd.LANES;
import static dev.microgpt.engine.tensor.Simd.SPECIES;
import static dev.microgpt.engine.tensor.Simd.dot;
import static dev.microgpt.engine.tensor.Simd.larger;
import static dev.microgpt.engine.tensor.Simd.sumAll;
import static dev.microgpt.engine.tensor.Simd.sumWithin;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.VectorOperators.GT;

import jdk.incubator.vector.FloatVector;

/// The attention kernels of [SimdKernels].
///
/// Narrow heads lie side by side in one vector. A pair of a query and a key is a product of two vectors,
/// summed within the lanes of each head. This leaves a head's score in all of its lanes, ready to be
/// multiplied by the values. The loops run over lists of pairs, because loops over the positions of a short
/// document would be too short to be fast.
///
/// Wide heads are computed as matrix products: 8 queries at a time with all keys. The keys are transposed,
/// so that the scores of a query are contiguous.
///
/// In both cases, the backward pass recomputes the weights from each query's maximum and sum.
final class SimdAttention {

    private static final int ROWS = Kernels.ROWS;
    private static final int PANEL = Layout.MAX_PANEL;

    /// The shortest sequence whose keys and values are copied.
    private static final int MIN_COPIED = 64;

    private SimdAttention() {}

    static void forward(
            AttentionBuffers b, AttentionScratch scratch, int tokens, int row, int group) {
        if (b.d < Layout.PAD) {
            for (int i = 0; i < Layout.PAD; i += LANES) {
                int column = group * Layout.PAD + i;
                int end;
                for (int first = 0; first < tokens; first = end) {
                    end = scratch.endOfQueries(first, tokens);
                    narrow(b, scratch, tokens, row, column, first, end);
                }
            }
        } else {
            wide(b, scratch, tokens, row, group);
        }
    }

    static void backward(
            AttentionBuffers b, AttentionScratch scratch, int tokens, int row, int group) {
        if (b.d < Layout.PAD) {
            for (int i = 0; i < Layout.PAD; i += LANES) {
                int column = group * Layout.PAD + i;
                clearNarrowGradient(b, tokens, row, column);
                int end;
                for (int first = 0; first < tokens; first = end) {
                    end = scratch.endOfQueries(first, tokens);
                    narrowBackward(b, scratch, row, column, first, end);
                }
            }
        } else {
            wideBackward(b, scratch, tokens, row, group);
        }
    }

    // ---- narrow heads

    private static void narrow(
            AttentionBuffers b,
            AttentionScratch scratch,
            int tokens,
            int row,
            int column,
            int first,
            int end) {
        AttentionScratch.Pairs pairs = scratch.pairs(first, end);
        int qkv = row * b.qkvStride + column;
        int o = row * b.oStride + column;
        for (int t = first; t < end; t++) {
            broadcast(SPECIES, Float.NEGATIVE_INFINITY).intoArray(b.max, o + t * b.oStride);
            broadcast(SPECIES, 0).intoArray(b.inverseSum, o + t * b.oStride);
            broadcast(SPECIES, 0).intoArray(b.o, o + t * b.oStride);
        }
        narrowScores(b, pairs, qkv, scratch.p);
        raiseMax(b, pairs, o, scratch.p);
        shiftToMax(b, pairs, o, scratch.p);
        SimdSoftmax.exponentials(scratch.p, 0, pairs.count * LANES);
        narrowSums(b, pairs, qkv + 2 * b.a, o, scratch.p);
        for (int t = first; t < end; t++) {
            int place = o + t * b.oStride;
            FloatVector inverse =
                    broadcast(SPECIES, 1).div(fromArray(SPECIES, b.inverseSum, place));
            inverse.intoArray(b.inverseSum, place);
            fromArray(SPECIES, b.o, place).mul(inverse).intoArray(b.o, place);
        }
        if (b.weights != null) {
            captureNarrow(b, b.weights, pairs, tokens, row, column, scratch.p);
        }
    }

    /// Subtracts from each score the maximum of its query.
    private static void shiftToMax(
            AttentionBuffers b, AttentionScratch.Pairs pairs, int o, float[] p) {
        int count = pairs.count;
        for (int i = 0; i < count; i++) {
            FloatVector max = fromArray(SPECIES, b.max, o + pairs.query[i] * b.oStride);
            fromArray(SPECIES, p, i * LANES).sub(max).intoArray(p, i * LANES);
        }
    }

    /// Computes the scores of all pairs.
    private static void narrowScores(
            AttentionBuffers b, AttentionScratch.Pairs pairs, int qkv, float[] p) {
        float[] x = b.qkv;
        int stride = b.qkvStride;
        int d = b.d;
        float scale = b.scale;
        int count = pairs.count;
        for (int i = 0; i < count; i++) {
            FloatVector q = fromArray(SPECIES, x, qkv + pairs.query[i] * stride);
            FloatVector k = fromArray(SPECIES, x, qkv + b.a + pairs.key[i] * stride);
            sumWithin(q.mul(k), d).mul(scale).intoArray(p, i * LANES);
        }
    }

    /// Raises the maximum of each query to that of its scores.
    private static void raiseMax(
            AttentionBuffers b, AttentionScratch.Pairs pairs, int o, float[] p) {
        float[] max = b.max;
        int count = pairs.count;
        for (int i = 0; i < count; i++) {
            int place = o + pairs.query[i] * b.oStride;
            FloatVector score = fromArray(SPECIES, p, i * LANES);
            larger(fromArray(SPECIES, max, place), score).intoArray(max, place);
        }
    }

    /// Computes for each query the sum of exponentials, and the sum of the values weighted by them.
    private static void narrowSums(
            AttentionBuffers b, AttentionScratch.Pairs pairs, int values, int o, float[] p) {
        float[] sum = b.inverseSum;
        float[] out = b.o;
        int count = pairs.count;
        for (int i = 0; i < count; i++) {
            int place = o + pairs.query[i] * b.oStride;
            FloatVector e = fromArray(SPECIES, p, i * LANES);
            fromArray(SPECIES, sum, place).add(e).intoArray(sum, place);
            FloatVector v = fromArray(SPECIES, b.qkv, values + pairs.key[i] * b.qkvStride);
            e.fma(v, fromArray(SPECIES, out, place)).intoArray(out, place);
        }
    }

    private static void captureNarrow(
            AttentionBuffers b,
            float[] weights,
            AttentionScratch.Pairs pairs,
            int tokens,
            int row,
            int column,
            float[] p) {
        for (int lane = 0; lane < LANES && (column + lane) / b.d < b.heads; lane += b.d) {
            int head = (column + lane) / b.d;
            for (int i = 0; i < pairs.count; i++) {
                int t = pairs.query[i];
                float inverse = b.inverseSum[(row + t) * b.oStride + column + lane];
                weights[(head * tokens + t) * tokens + pairs.key[i]] =
                        p[i * LANES + lane] * inverse;
            }
        }
    }

    private static void clearNarrowGradient(AttentionBuffers b, int tokens, int row, int column) {
        int place = row * b.qkvStride + column;
        for (int t = 0; t < tokens; t++) {
            broadcast(SPECIES, 0).intoArray(b.dqkv, place);
            broadcast(SPECIES, 0).intoArray(b.dqkv, place + b.a);
            broadcast(SPECIES, 0).intoArray(b.dqkv, place + 2 * b.a);
            place += b.qkvStride;
        }
    }

    /// With the weights p and their gradient dp = dO v, the gradient of the scores is ds = p (dp - dO o).
    private static void narrowBackward(
            AttentionBuffers b, AttentionScratch scratch, int row, int column, int first, int end) {
        AttentionScratch.Pairs pairs = scratch.pairs(first, end);
        int qkv = row * b.qkvStride + column;
        int o = row * b.oStride + column;
        for (int t = first; t < end; t++) {
            int place = o + t * b.oStride;
            sumWithin(fromArray(SPECIES, b.dO, place).mul(fromArray(SPECIES, b.o, place)), b.d)
                    .intoArray(scratch.delta, t * LANES);
        }
        narrowScores(b, pairs, qkv, scratch.p);
        shiftToMax(b, pairs, o, scratch.p);
        SimdSoftmax.exponentials(scratch.p, 0, pairs.count * LANES);
        narrowScoresBackward(b, pairs, qkv + 2 * b.a, o, scratch);
        narrowSumsBackward(b, pairs, qkv, o, scratch.p, scratch.dP);
    }

    /// Computes p = exp(q k - max) / sum and ds = p (dp - delta).
    private static void narrowScoresBackward(
            AttentionBuffers b,
            AttentionScratch.Pairs pairs,
            int values,
            int o,
            AttentionScratch scratch) {
        float[] p = scratch.p;
        float[] dP = scratch.dP;
        int d = b.d;
        float scale = b.scale;
        int count = pairs.count;
        for (int i = 0; i < count; i++) {
            int t = pairs.query[i];
            int place = o + t * b.oStride;
            FloatVector weight =
                    fromArray(SPECIES, p, i * LANES).mul(fromArray(SPECIES, b.inverseSum, place));
            weight.intoArray(p, i * LANES);
            FloatVector v = fromArray(SPECIES, b.qkv, values + pairs.key[i] * b.qkvStride);
            FloatVector dp = sumWithin(fromArray(SPECIES, b.dO, place).mul(v), d);
            FloatVector ds = dp.sub(fromArray(SPECIES, scratch.delta, t * LANES)).mul(weight);
            ds.mul(scale).intoArray(dP, i * LANES);
        }
    }

    /// Computes dq += ds k, dk += ds q, dv += p dO.
    private static void narrowSumsBackward(
            AttentionBuffers b,
            AttentionScratch.Pairs pairs,
            int qkv,
            int o,
            float[] p,
            float[] dP) {
        float[] x = b.qkv;
        float[] dx = b.dqkv;
        int stride = b.qkvStride;
        int a = b.a;
        int count = pairs.count;
        for (int i = 0; i < count; i++) {
            int q = qkv + pairs.query[i] * stride;
            int k = qkv + pairs.key[i] * stride + a;
            FloatVector ds = fromArray(SPECIES, dP, i * LANES);
            ds.fma(fromArray(SPECIES, x, k), fromArray(SPECIES, dx, q)).intoArray(dx, q);
            ds.fma(fromArray(SPECIES, x, q), fromArray(SPECIES, dx, k)).intoArray(dx, k);
            FloatVector dO = fromArray(SPECIES, b.dO, o + pairs.query[i] * b.oStride);
            fromArray(SPECIES, p, i * LANES)
                    .fma(dO, fromArray(SPECIES, dx, k + a))
                    .intoArray(dx, k + a);
        }
    }

    // ---- wide heads

    private static void wide(
            AttentionBuffers b, AttentionScratch scratch, int tokens, int row, int head) {
        int column = head * b.d;
        int values = row * b.qkvStride + 2 * b.a + column;
        int copied = copyToPanels(b, row, 2 * b.a + column, tokens, scratch);
        transposeHead(b, row, b.a + column, tokens, scratch.kT);
        for (int t = 0; t < tokens; t += ROWS) {
            int keys = Math.min(t + ROWS, tokens);
            int rows = Math.min(ROWS, tokens - t);
            int q = (row + t) * b.qkvStride + column;
            int o = (row + t) * b.oStride + column;
            scores(b.qkv, q, b.qkvStride, scratch.kT, keys, b.d, scratch, scratch.p, 0);
            int padded = Layout.padded(keys);
            for (int i = 0; i < rows; i++) {
                b.max[o + i * b.oStride] =
                        SimdSoftmax.shiftToMax(
                                scratch.p, i * scratch.keyStride, t + i + 1, padded, b.scale);
            }
            exponentials(scratch.p, 0, rows, padded, scratch.keyStride);
            for (int i = 0; i < rows; i++) {
                b.inverseSum[o + i * b.oStride] =
                        1 / SimdSoftmax.scaleToSum(scratch.p, i * scratch.keyStride, padded, 1);
            }
            weigh(scratch.p, 0, keys, rows, values, copied, b, scratch, b.o, o, b.oStride);
            if (b.weights != null) {
                for (int i = 0; i < rows; i++) {
                    System.arraycopy(
                            scratch.p,
                            i * scratch.keyStride,
                            b.weights,
                            (head * tokens + t + i) * tokens,
                            t + i + 1);
                }
            }
        }
    }

    /// Transposes one head's columns, (T, D'), to (D', T') in panels of 48 columns. Columns after the last token are
    /// undefined.
    private static void transposeHead(
            AttentionBuffers b, int row, int column, int tokens, float[] transposed) {
        for (int s = 0; s < tokens; s += LANES) {
            int from = (row + s) * b.qkvStride + column;
            int to = s / PANEL * PANEL * b.d + s % PANEL;
            for (int j = 0; j < b.d; j += LANES) {
                Simd.transpose(b.qkv, from + j, b.qkvStride, transposed, to + j * PANEL, PANEL);
            }
        }
    }

    /// Computes the products of 8 rows with all keys (or values).
    private static void scores(
            float[] x,
            int xOffset,
            int xStride,
            float[] transposed,
            int keys,
            int d,
            AttentionScratch scratch,
            float[] result,
            int resultOffset) {
        int columns = Layout.padded(keys);
        for (int s = 0; s < columns; s += PANEL) {
            SimdTiles.multiply(
                    Math.min(PANEL, columns - s),
                    d,
                    x,
                    xOffset,
                    xStride,
                    transposed,
                    s * d,
                    PANEL,
                    result,
                    resultOffset + s,
                    scratch.keyStride);
        }
    }

    /// Computes the weighted sums of the keys or values for up to 8 queries.
    ///
    /// @param x offset of the first key or value
    /// @param copied see [#copyToPanels]
    private static void weigh(
            float[] weights,
            int weightsOffset,
            int keys,
            int rows,
            int x,
            int copied,
            AttentionBuffers b,
            AttentionScratch scratch,
            float[] result,
            int resultOffset,
            int resultStride) {
        boolean whole = rows == ROWS; // if not, the rows after these belong to another sequence
        float[] y = whole ? result : scratch.block;
        int yOffset = whole ? resultOffset : 0;
        int yStride = whole ? resultStride : b.d;
        int panel;
        for (int j = 0; j < b.d; j += panel) {
            panel = Layout.panelWidth(b.d, j);
            SimdTiles.multiply(
                    panel,
                    keys,
                    weights,
                    weightsOffset,
                    scratch.keyStride,
                    copied == 0 ? b.qkv : scratch.panels,
                    copied == 0 ? x + j : copied * j,
                    copied == 0 ? b.qkvStride : panel,
                    y,
                    yOffset + j,
                    yStride);
        }
        if (!whole) {
            for (int i = 0; i < rows; i++) {
                System.arraycopy(y, i * b.d, result, resultOffset + i * resultStride, b.d);
            }
        }
    }

    /// Copies the keys or the values of a wide head, (T, D'), to panels, unless the sequence is short. In place, the rows
    /// of a long sequence are on a memory page each.
    ///
    /// @param column first column in [AttentionBuffers#qkv]
    /// @return the number of rows in the panels; 0 if nothing is copied
    private static int copyToPanels(
            AttentionBuffers b, int row, int column, int tokens, AttentionScratch scratch) {
        if (tokens < MIN_COPIED) {
            return 0;
        }
        int panel;
        for (int j = 0; j < b.d; j += panel) {
            panel = Layout.panelWidth(b.d, j);
            for (int s = 0; s < tokens; s++) {
                int from = (row + s) * b.qkvStride + column + j;
                System.arraycopy(b.qkv, from, scratch.panels, j * tokens + s * panel, panel);
            }
        }
        return tokens;
    }

    private static void wideBackward(
            AttentionBuffers b, AttentionScratch scratch, int tokens, int row, int head) {
        int column = head * b.d;
        transposeHead(b, row, b.a + column, tokens, scratch.kT);
        transposeHead(b, row, 2 * b.a + column, tokens, scratch.vT);
        int copied = copyToPanels(b, row, b.a + column, tokens, scratch);
        for (int first = 0; first < tokens; first += AttentionScratch.QUERIES) {
            int end = Math.min(first + AttentionScratch.QUERIES, tokens);
            for (int t = first; t < end; t += ROWS) {
                queriesBackward(b, scratch, copied, row, head, first, t, Math.min(ROWS, end - t));
            }
            for (int s = 0; s < end; s += ROWS) {
                keysBackward(b, scratch, row, head, first, end, s, Math.min(ROWS, tokens - s));
            }
        }
    }

    /// Computes the weights and the gradient of the scores for up to 8 queries, and from them dq = ds k.
    private static void queriesBackward(
            AttentionBuffers b,
            AttentionScratch scratch,
            int copied,
            int row,
            int head,
            int first,
            int t,
            int rows) {
        int column = head * b.d;
        int keys = t + rows;
        int q = (row + t) * b.qkvStride + column;
        int o = (row + t) * b.oStride + column;
        int p = (t - first) * scratch.keyStride;
        scores(b.qkv, q, b.qkvStride, scratch.kT, keys, b.d, scratch, scratch.p, p);
        scores(b.dO, o, b.oStride, scratch.vT, keys, b.d, scratch, scratch.dP, p);
        softmaxBackward(b, scratch, o, p, t, rows, Layout.padded(keys));
        int k = row * b.qkvStride + b.a + column;
        weigh(scratch.dP, p, keys, rows, k, copied, b, scratch, b.dqkv, q, b.qkvStride);
    }

    /// Converts the scores of up to 8 queries to weights, and the gradient of the weights to the gradient of the scores.
    private static void softmaxBackward(
            AttentionBuffers b,
            AttentionScratch scratch,
            int o,
            int p,
            int t,
            int rows,
            int padded) {
        int stride = scratch.keyStride;
        for (int i = 0; i < rows; i++) {
            float max = b.max[o + i * b.oStride];
            shift(scratch.p, p + i * stride, t + i + 1, padded, max, b.scale);
        }
        exponentials(scratch.p, p, rows, padded, stride);
        for (int i = 0; i < rows; i++) {
            int place = o + i * b.oStride;
            float delta = dot(b.dO, b.o, place, b.d);
            float inverse = b.inverseSum[place];
            gradient(scratch.p, scratch.dP, p + i * stride, padded, inverse, delta, b.scale);
        }
    }

    /// Computes x = exp(x) in rows; in one loop if nothing is between them.
    private static void exponentials(float[] x, int offset, int rows, int padded, int stride) {
        if (padded == stride) {
            SimdSoftmax.exponentials(x, offset, offset + rows * padded);
            return;
        }
        for (int i = 0; i < rows; i++) {
            int start = offset + i * stride;
            SimdSoftmax.exponentials(x, start, start + padded);
        }
    }

    /// Computes p = scale (p - max), and minus infinity from `count` to `padded`.
    private static void shift(
            float[] p, int offset, int count, int padded, float max, float scale) {
        FloatVector shift = broadcast(SPECIES, max);
        int whole = count / LANES * LANES;
        for (int s = offset; s < offset + whole; s += LANES) {
            fromArray(SPECIES, p, s).sub(shift).mul(scale).intoArray(p, s);
        }
        for (int s = whole; s < padded; s += LANES) {
            FloatVector shifted = fromArray(SPECIES, p, offset + s).sub(shift).mul(scale);
            broadcast(SPECIES, Float.NEGATIVE_INFINITY)
                    .blend(shifted, SPECIES.indexInRange(s, count))
                    .intoArray(p, offset + s);
        }
    }

    /// Computes p = p / sum and ds = p (dp - delta) scale. For positions that are not attended to, dp may be
    /// any number, and ds is 0.
    private static void gradient(
            float[] p,
            float[] dP,
            int offset,
            int padded,
            float inverse,
            float delta,
            float scale) {
        FloatVector scaleWeight = broadcast(SPECIES, inverse);
        FloatVector shift = broadcast(SPECIES, delta);
        FloatVector scaleScore = broadcast(SPECIES, scale);
        for (int s = offset; s < offset + padded; s += LANES) {
            FloatVector weight = fromArray(SPECIES, p, s).mul(scaleWeight);
            weight.intoArray(p, s);
            FloatVector ds = fromArray(SPECIES, dP, s).sub(shift).mul(weight).mul(scaleScore);
            broadcast(SPECIES, 0)
                    .blend(ds, weight.compare(GT, broadcast(SPECIES, 0)))
                    .intoArray(dP, s);
        }
    }

    /// Adds the contribution of the queries from `first` to `end`, exclusive, to the gradient of up to 8 keys
    /// and their values.
    private static void keysBackward(
            AttentionBuffers b,
            AttentionScratch scratch,
            int row,
            int head,
            int first,
            int end,
            int s,
            int rows) {
        int column = head * b.d;
        int t = Math.max(first, s); // earlier queries do not attend to these keys
        int weights = (t - first) * scratch.keyStride + s;
        int k = (row + s) * b.qkvStride + b.a + column;
        boolean add = s < first;
        int q = (row + t) * b.qkvStride + column;
        int o = (row + t) * b.oStride + column;
        collect(b, scratch, scratch.dP, weights, end - t, b.qkv, q, b.qkvStride, k, rows, add);
        collect(b, scratch, scratch.p, weights, end - t, b.dO, o, b.oStride, k + b.a, rows, add);
    }

    /// Computes weighted sums over queries for up to 8 keys.
    private static void collect(
            AttentionBuffers b,
            AttentionScratch scratch,
            float[] weights,
            int weightsOffset,
            int queries,
            float[] x,
            int xOffset,
            int xStride,
            int result,
            int rows,
            boolean add) {
        boolean direct = rows == ROWS && !add;
        float[] y = direct ? b.dqkv : scratch.block;
        int yOffset = direct ? result : 0;
        int yStride = direct ? b.qkvStride : b.d;
        int panel;
        for (int j = 0; j < b.d; j += panel) {
            panel = Layout.panelWidth(b.d, j);
            SimdTiles.multiplyTransposed(
                    panel,
                    queries,
                    weights,
                    weightsOffset,
                    scratch.keyStride,
                    x,
                    xOffset + j,
                    xStride,
                    y,
                    yOffset + j,
                    yStride);
        }
        if (direct) {
            return;
        }
        for (int i = 0; i < rows; i++) {
            int to = result + i * b.qkvStride;
            if (add) {
                Simd.add(y, i * b.d, b.dqkv, to, b.d);
            } else {
                System.arraycopy(y, i * b.d, b.dqkv, to, b.d);
            }
        }
    }

    // ---- one query

    static void attend(
            AttentionBuffers b,
            AttentionScratch scratch,
            int tokens,
            float[] q,
            float[] k,
            float[] v,
            int kvOffset,
            float[] o) {
        if (b.d < Layout.PAD) {
            for (int j = 0; j < b.a; j += LANES) {
                attendNarrow(b, scratch.p, tokens, q, k, v, kvOffset, o, j);
            }
        } else {
            for (int head = 0; head < b.heads; head++) {
                attendWide(b, scratch.p, tokens, q, k, v, kvOffset, o, head * b.d);
            }
        }
    }

    private static void attendNarrow(
            AttentionBuffers b,
            float[] p,
            int tokens,
            float[] q,
            float[] k,
            float[] v,
            int kvOffset,
            float[] o,
            int j) {
        FloatVector query = fromArray(SPECIES, q, j).mul(b.scale);
        FloatVector max = broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        int first = kvOffset + j;
        for (int s = 0; s < tokens; s++) {
            FloatVector score = sumWithin(query.mul(fromArray(SPECIES, k, first + s * b.a)), b.d);
            score.intoArray(p, s * LANES);
            max = larger(max, score);
        }
        for (int s = 0; s < tokens; s++) {
            fromArray(SPECIES, p, s * LANES).sub(max).intoArray(p, s * LANES);
        }
        SimdSoftmax.exponentials(p, 0, tokens * LANES);
        FloatVector sum = broadcast(SPECIES, 0);
        FloatVector out = broadcast(SPECIES, 0);
        for (int s = 0; s < tokens; s++) {
            FloatVector e = fromArray(SPECIES, p, s * LANES);
            sum = sum.add(e);
            out = e.fma(fromArray(SPECIES, v, first + s * b.a), out);
        }
        out.div(sum).intoArray(o, j);
    }

    private static void attendWide(
            AttentionBuffers b,
            float[] p,
            int tokens,
            float[] q,
            float[] k,
            float[] v,
            int kvOffset,
            float[] o,
            int column) {
        for (int s = 0; s < tokens; s++) {
            p[s] = product(q, column, k, kvOffset + s * b.a + column, b.d);
        }
        int padded = Layout.padded(tokens);
        SimdSoftmax.shiftToMax(p, 0, tokens, padded, b.scale);
        SimdSoftmax.exponentials(p, 0, padded);
        SimdSoftmax.scaleToSum(p, 0, padded, 1);
        for (int j = 0; j < b.d; j += LANES) {
            FloatVector out = broadcast(SPECIES, 0);
            int value = kvOffset + column + j;
            for (int s = 0; s < tokens; s++) {
                out = broadcast(SPECIES, p[s]).fma(fromArray(SPECIES, v, value + s * b.a), out);
            }
            out.intoArray(o, column + j);
        }
    }

    private static float product(float[] q, int qOffset, float[] k, int kOffset, int length) {
        FloatVector sum = fromArray(SPECIES, q, qOffset).mul(fromArray(SPECIES, k, kOffset));
        for (int i = LANES; i < length; i += LANES) {
            sum = fromArray(SPECIES, q, qOffset + i).fma(fromArray(SPECIES, k, kOffset + i), sum);
        }
        return sumAll(sum).lane(0);
    }
}

package dev.microgpt.engine;

/// The forward pass on plain numbers, written from the formulas as simply as possible. It is the
/// oracle for the engines, without cache, graph or gradients.
final class PlainGpt {

    private final ModelOptions options;
    private final int vocabSize;
    private final double[] params; // (numParams)

    /// @param params in the order of [Matrix#of]; may be changed between calls
    PlainGpt(ModelOptions options, int vocabSize, double[] params) {
        this.options = options;
        this.vocabSize = vocabSize;
        this.params = params;
    }

    /// Returns the mean over a batch of [#loss(int\[\])].
    double loss(int[][] batch) {
        double total = 0;
        for (int[] tokens : batch) {
            total += loss(tokens);
        }
        return total / batch.length;
    }

    /// Returns the mean cross-entropy of a document, in nats.
    ///
    /// @param tokens with BOS at both ends
    double loss(int[] tokens) {
        int n = Math.min(options.blockSize(), tokens.length - 1);
        double[][] logits = logits(tokens, n);
        double total = 0;
        for (int t = 0; t < n; t++) {
            total -= Math.log(softmax(logits[t])[tokens[t + 1]]);
        }
        return total / n;
    }

    /// Returns the logits at the first n tokens, computed layer by layer.
    ///
    /// @return (n, V)
    private double[][] logits(int[] tokens, int n) {
        int c = options.nEmbd();
        int wte = 0; // offsets in params
        int wpe = wte + vocabSize * c;
        int lmHead = wpe + options.blockSize() * c;
        int layer = lmHead + vocabSize * c;

        double[][] x = new double[n][c];
        for (int t = 0; t < n; t++) {
            for (int i = 0; i < c; i++) {
                x[t][i] = params[wte + tokens[t] * c + i] + params[wpe + t * c + i];
            }
            x[t] = rmsnorm(x[t]);
        }
        for (int l = 0; l < options.nLayer(); l++, layer += 12 * c * c) {
            addAttention(x, layer);
            addMlp(x, layer + 4 * c * c);
        }
        double[][] logits = new double[n][];
        for (int t = 0; t < n; t++) {
            logits[t] = multiply(lmHead, vocabSize, x[t]);
        }
        return logits;
    }

    /// x += Wo concat_h(softmax(q_h . k_h / sqrt(D)) v_h), causal.
    private void addAttention(double[][] x, int offset) {
        int c = options.nEmbd();
        int headDim = c / options.nHead();
        double[][] q = new double[x.length][];
        double[][] k = new double[x.length][];
        double[][] v = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            double[] normed = rmsnorm(x[t]);
            q[t] = multiply(offset, c, normed);
            k[t] = multiply(offset + c * c, c, normed);
            v[t] = multiply(offset + 2 * c * c, c, normed);
        }
        for (int t = 0; t < x.length; t++) {
            double[] attended = new double[c];
            for (int start = 0; start < c; start += headDim) {
                double[] scores = new double[t + 1];
                for (int s = 0; s <= t; s++) {
                    for (int i = start; i < start + headDim; i++) {
                        scores[s] += q[t][i] * k[s][i] / Math.sqrt(headDim);
                    }
                }
                double[] weights = softmax(scores);
                for (int s = 0; s <= t; s++) {
                    for (int i = start; i < start + headDim; i++) {
                        attended[i] += weights[s] * v[s][i];
                    }
                }
            }
            addTo(x[t], multiply(offset + 3 * c * c, c, attended));
        }
    }

    /// x += W2 relu(W1 rmsnorm(x))
    private void addMlp(double[][] x, int offset) {
        int c = options.nEmbd();
        for (double[] xt : x) {
            double[] hidden = multiply(offset, 4 * c, rmsnorm(xt));
            for (int i = 0; i < hidden.length; i++) {
                hidden[i] = Math.max(0, hidden[i]);
            }
            addTo(xt, multiply(offset + 4 * c * c, c, hidden));
        }
    }

    /// Returns the product of a vector and the matrix at an offset with the given number of rows.
    private double[] multiply(int offset, int rows, double[] x) {
        double[] y = new double[rows];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < x.length; i++) {
                y[row] += params[offset + row * x.length + i] * x[i];
            }
        }
        return y;
    }

    private static void addTo(double[] x, double[] y) {
        for (int i = 0; i < x.length; i++) {
            x[i] += y[i];
        }
    }

    private static double[] rmsnorm(double[] x) {
        double squares = 0;
        for (double xi : x) {
            squares += xi * xi;
        }
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = x[i] / Math.sqrt(squares / x.length + 1e-5);
        }
        return y;
    }

    private static double[] softmax(double[] logits) {
        double total = 0;
        for (double logit : logits) {
            total += Math.exp(logit);
        }
        double[] probs = new double[logits.length];
        for (int i = 0; i < logits.length; i++) {
            probs[i] = Math.exp(logits[i]) / total;
        }
        return probs;
    }
}

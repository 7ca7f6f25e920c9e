package dev.microgpt.engine;

import java.util.HashMap;
import java.util.Map;

/// GPT-2 and Llama as their papers describe them, in loops over plain numbers. They are oracles for the presets: they share
/// no code with the engines, and read nothing of a model but its matrices by name.
final class PublishedModels {

    private static final double EPSILON = 1e-5;

    private final int heads;
    private final int layers;
    private final Map<String, double[][]> weights = new HashMap<>();

    /// @param params in the order of the matrices
    PublishedModels(ModelOptions options, int vocabSize, double[] params) {
        heads = options.nHead();
        layers = options.nLayer();
        for (Matrix matrix : Matrix.of(options, vocabSize)) {
            weights.put(matrix.name(), matrix.rows(params));
        }
    }

    private double[][] matrix(String name) {
        double[][] matrix = weights.get(name);
        if (matrix == null) {
            throw new IllegalArgumentException(name);
        }
        return matrix;
    }

    private double[] vector(String name) {
        return matrix(name)[0];
    }

    /// Returns the mean cross-entropy of a document under GPT-2, in nats.
    ///
    /// @param tokens with BOS at both ends
    double gpt2Loss(int[] tokens) {
        int n = tokens.length - 1;
        double[][] x = new double[n][];
        for (int t = 0; t < n; t++) {
            x[t] = sum(matrix("wte")[tokens[t]], matrix("wpe")[t]);
        }
        for (int layer = 0; layer < layers; layer++) {
            String l = "layer" + layer + ".";
            double[][] q = new double[n][];
            double[][] k = new double[n][];
            double[][] v = new double[n][];
            for (int t = 0; t < n; t++) {
                double[] normed = layerNorm(x[t], l + "attn_norm");
                q[t] = affine(normed, l + "attn_wq");
                k[t] = affine(normed, l + "attn_wk");
                v[t] = affine(normed, l + "attn_wv");
            }
            double[][] attended = causalAttention(q, k, v);
            for (int t = 0; t < n; t++) {
                x[t] = sum(x[t], affine(attended[t], l + "attn_wo"));
                double[] hidden = affine(layerNorm(x[t], l + "mlp_norm"), l + "mlp_fc1");
                for (int i = 0; i < hidden.length; i++) {
                    double h = hidden[i];
                    double z = Math.sqrt(2 / Math.PI) * (h + 0.044715 * Math.pow(h, 3));
                    hidden[i] = 0.5 * h * (1 + Math.tanh(z));
                }
                x[t] = sum(x[t], affine(hidden, l + "mlp_fc2"));
            }
        }
        double total = 0;
        for (int t = 0; t < n; t++) {
            double[] logits = product(matrix("wte"), layerNorm(x[t], "final_norm"));
            total += crossEntropy(logits, tokens[t + 1]);
        }
        return total / n;
    }

    /// Returns the mean cross-entropy of a document under Llama, in nats.
    ///
    /// @param tokens with BOS at both ends
    double llamaLoss(int[] tokens) {
        int n = tokens.length - 1;
        double[][] x = new double[n][];
        for (int t = 0; t < n; t++) {
            x[t] = matrix("wte")[tokens[t]].clone();
        }
        for (int layer = 0; layer < layers; layer++) {
            String l = "layer" + layer + ".";
            double[][] q = new double[n][];
            double[][] k = new double[n][];
            double[][] v = new double[n][];
            for (int t = 0; t < n; t++) {
                double[] normed = rootMeanSquareNorm(x[t], l + "attn_norm");
                q[t] = rotated(product(matrix(l + "attn_wq"), normed), t, heads);
                double[] key = product(matrix(l + "attn_wk"), normed);
                int groups = key.length * heads / x[t].length;
                k[t] = repeated(rotated(key, t, groups), groups);
                v[t] = repeated(product(matrix(l + "attn_wv"), normed), groups);
            }
            double[][] attended = causalAttention(q, k, v);
            for (int t = 0; t < n; t++) {
                x[t] = sum(x[t], product(matrix(l + "attn_wo"), attended[t]));
                double[] normed = rootMeanSquareNorm(x[t], l + "mlp_norm");
                double[] gate = product(matrix(l + "mlp_gate"), normed);
                double[] up = product(matrix(l + "mlp_fc1"), normed);
                for (int i = 0; i < gate.length; i++) {
                    up[i] *= gate[i] / (1 + Math.exp(-gate[i]));
                }
                x[t] = sum(x[t], product(matrix(l + "mlp_fc2"), up));
            }
        }
        double total = 0;
        for (int t = 0; t < n; t++) {
            double[] normed = rootMeanSquareNorm(x[t], "final_norm");
            total += crossEntropy(product(matrix("lm_head"), normed), tokens[t + 1]);
        }
        return total / n;
    }

    /// Rotates neighbouring pairs of each head as complex numbers.
    private static double[] rotated(double[] x, int position, int heads) {
        double[] result = new double[x.length];
        int headDim = x.length / heads;
        for (int i = 0; i < x.length; i += 2) {
            double theta = position / Math.pow(10000, i % headDim / (double) headDim);
            result[i] = Math.cos(theta) * x[i] - Math.sin(theta) * x[i + 1];
            result[i + 1] = Math.sin(theta) * x[i] + Math.cos(theta) * x[i + 1];
        }
        return result;
    }

    /// Repeats the keys or values of each group for all its heads.
    private double[] repeated(double[] x, int groups) {
        int headDim = x.length / groups;
        double[] result = new double[heads * headDim];
        for (int head = 0; head < heads; head++) {
            int group = head / (heads / groups);
            System.arraycopy(x, group * headDim, result, head * headDim, headDim);
        }
        return result;
    }

    private double[][] causalAttention(double[][] q, double[][] k, double[][] v) {
        int n = q.length;
        int width = q[0].length;
        int headDim = width / heads;
        double[][] result = new double[n][width];
        for (int t = 0; t < n; t++) {
            for (int head = 0; head < heads; head++) {
                double[] weights = new double[t + 1];
                double total = 0;
                for (int s = 0; s <= t; s++) {
                    double dot = 0;
                    for (int i = head * headDim; i < (head + 1) * headDim; i++) {
                        dot += q[t][i] * k[s][i];
                    }
                    weights[s] = Math.exp(dot / Math.sqrt(headDim));
                    total += weights[s];
                }
                for (int s = 0; s <= t; s++) {
                    for (int i = head * headDim; i < (head + 1) * headDim; i++) {
                        result[t][i] += weights[s] / total * v[s][i];
                    }
                }
            }
        }
        return result;
    }

    private double[] layerNorm(double[] x, String name) {
        double mean = 0;
        for (double e : x) {
            mean += e / x.length;
        }
        double variance = 0;
        for (double e : x) {
            variance += (e - mean) * (e - mean) / x.length;
        }
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] =
                    (x[i] - mean) / Math.sqrt(variance + EPSILON) * vector(name + "_gain")[i]
                            + vector(name + "_bias")[i];
        }
        return y;
    }

    private double[] rootMeanSquareNorm(double[] x, String name) {
        double square = 0;
        for (double e : x) {
            square += e * e / x.length;
        }
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = x[i] / Math.sqrt(square + EPSILON) * vector(name + "_gain")[i];
        }
        return y;
    }

    private double[] affine(double[] x, String name) {
        return sum(product(matrix(name), x), vector(name + "_bias"));
    }

    private static double[] product(double[][] w, double[] x) {
        double[] y = new double[w.length];
        for (int i = 0; i < y.length; i++) {
            for (int j = 0; j < x.length; j++) {
                y[i] += w[i][j] * x[j];
            }
        }
        return y;
    }

    private static double[] sum(double[] x, double[] y) {
        double[] z = new double[x.length];
        for (int i = 0; i < z.length; i++) {
            z[i] = x[i] + y[i];
        }
        return z;
    }

    private static double crossEntropy(double[] logits, int target) {
        double total = 0;
        for (double logit : logits) {
            total += Math.exp(logit);
        }
        return Math.log(total) - logits[target];
    }
}

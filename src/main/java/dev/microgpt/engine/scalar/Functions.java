package dev.microgpt.engine.scalar;

import java.util.Locale;

/// The functions that the reference model is built from, on [Value]s: linear, softmax and rmsnorm as in
/// microgpt.py, the sums that they need, and those of other architectures.
public final class Functions {

    /// Keeps normalisations finite for a vector of zeros.
    private static final double RMS_EPSILON = 1e-5;

    private Functions() {}

    /// Returns the product of a matrix and a vector, without bias: y = W x.
    ///
    /// @param x the input, (in)
    /// @param w the weights, (out, in)
    /// @return y, (out)
    /// @throws IllegalArgumentException if a row of `w` is not as long as `x`, or empty
    public static Value[] linear(Value[] x, Value[][] w) {
        Value[] y = new Value[w.length];
        for (int i = 0; i < w.length; i++) {
            if (w[i].length != x.length) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "row %d of w has %d weights, but x has %d elements",
                                i,
                                w[i].length,
                                x.length));
            }
            y[i] = dot(w[i], 0, x, 0, x.length);
        }
        return y;
    }

    /// Returns probabilities proportional to exp(logit). The largest logit is subtracted first, so that
    /// nothing overflows.
    ///
    /// @param logits at least one, (n)
    /// @return positive numbers whose sum is 1, (n)
    /// @throws IllegalArgumentException if there is no logit
    public static Value[] softmax(Value[] logits) {
        requireElements(logits);
        double max = Double.NEGATIVE_INFINITY;
        for (Value logit : logits) {
            max = Math.max(max, logit.data());
        }
        Value[] exps = new Value[logits.length];
        for (int i = 0; i < logits.length; i++) {
            exps[i] = logits[i].sub(max).exp();
        }
        Value total = sum(exps);
        Value[] probs = new Value[exps.length];
        for (int i = 0; i < exps.length; i++) {
            probs[i] = exps[i].div(total);
        }
        return probs;
    }

    /// Returns a vector divided by its root mean square: x / sqrt(mean(x^2) + 1e-5).
    ///
    /// Source: B. Zhang, R. Sennrich, "Root Mean Square Layer Normalization" (2019), without gain.
    ///
    /// @param x at least one element, (n)
    /// @return a vector of mean square (nearly) 1, (n)
    /// @throws IllegalArgumentException if `x` is empty
    public static Value[] rmsnorm(Value[] x) {
        requireElements(x);
        Value scale = dot(x, 0, x, 0, x.length).div(x.length).add(RMS_EPSILON).pow(-0.5);
        Value[] y = new Value[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = x[i].mul(scale);
        }
        return y;
    }

    /// Returns a vector shifted to a mean of 0 and divided by its standard deviation:
    /// (x - mean(x)) / sqrt(variance(x) + 1e-5).
    ///
    /// Source: J. L. Ba et al., "Layer Normalization" (2016), without gain and bias.
    ///
    /// @param x at least one element, (n)
    /// @throws IllegalArgumentException if `x` is empty
    public static Value[] layernorm(Value[] x) {
        Value mean = sum(x).div(x.length);
        Value[] centred = new Value[x.length];
        for (int i = 0; i < x.length; i++) {
            centred[i] = x[i].sub(mean);
        }
        return rmsnorm(centred);
    }

    /// Returns x times the normal distribution function of x, in the approximation of GPT-2.
    ///
    /// Source: D. Hendrycks, K. Gimpel, "Gaussian Error Linear Units" (2016): 0.5 x (1 + tanh(z)), which is
    /// x sigmoid(2 z), with z = sqrt(2 / pi) (x + 0.044715 x^3).
    public static Value gelu(Value x) {
        Value cube = x.mul(x).mul(x);
        Value z = x.add(cube.mul(0.044715)).mul(Math.sqrt(2 / Math.PI));
        return x.mul(z.mul(2).sigmoid());
    }

    /// Returns x sigmoid(x).
    public static Value silu(Value x) {
        return x.mul(x.sigmoid());
    }

    /// Returns max(0, x)^2.
    public static Value relu2(Value x) {
        Value positive = x.relu();
        return positive.mul(positive);
    }

    /// Rotates a pair of elements by an angle.
    ///
    /// @param x changed at `index` and `index + 1`
    /// @param angle in radians
    public static void rotate(Value[] x, int index, double angle) {
        Value a = x[index];
        Value b = x[index + 1];
        double cos = StrictMath.cos(angle);
        double sin = StrictMath.sin(angle);
        x[index] = a.mul(cos).sub(b.mul(sin));
        x[index + 1] = a.mul(sin).add(b.mul(cos));
    }

    /// Returns the sum of all elements, added from first to last.
    ///
    /// @throws IllegalArgumentException if there is no element
    public static Value sum(Value[] x) {
        requireElements(x);
        Value total = x[0];
        for (int i = 1; i < x.length; i++) {
            total = total.add(x[i]);
        }
        return total;
    }

    /// Returns the scalar product of `length` elements of `a` and `b`, starting at the given offsets.
    ///
    /// @throws IllegalArgumentException if `length` is not positive
    public static Value dot(Value[] a, int aOffset, Value[] b, int bOffset, int length) {
        if (length <= 0) {
            throw new IllegalArgumentException("length must be positive, but is " + length);
        }
        Value total = a[aOffset].mul(b[bOffset]);
        for (int i = 1; i < length; i++) {
            total = total.add(a[aOffset + i].mul(b[bOffset + i]));
        }
        return total;
    }

    private static void requireElements(Value[] x) {
        if (x.length == 0) {
            throw new IllegalArgumentException("there must be at least one element");
        }
    }
}

package dev.microgpt.page;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Writes numbers as the pages do, so that tests can compare them to the last digit that is shown.
final class ShownNumbers {

    private ShownNumbers() {}

    /// Returns a number with at most some significant digits: `0.00731`, `1.2e-7`.
    static String number(double value, int digits) {
        BigDecimal rounded =
                new BigDecimal(value).round(new MathContext(digits, RoundingMode.HALF_UP));
        if (rounded.signum() == 0) {
            return "0";
        }
        BigDecimal plain = rounded.stripTrailingZeros();
        int exponent = plain.precision() - plain.scale() - 1;
        if (exponent >= -6 && exponent < 21) {
            return plain.toPlainString();
        }
        String mantissa = plain.scaleByPowerOfTen(-exponent).toPlainString();
        return mantissa + (exponent < 0 ? "e-" : "e+") + Math.abs(exponent);
    }

    static String number(double value) {
        return number(value, 3);
    }

    /// Returns the numbers of a column, of two digits and in one notation.
    static List<String> column(List<Double> values) {
        if (values.stream().allMatch(value -> value == 0 || Math.abs(value) >= 1e-4)) {
            return values.stream().map(value -> number(value, 2)).toList();
        }
        return values.stream()
                .map(
                        value ->
                                String.format(Locale.ROOT, "%.1e", value)
                                        .replaceFirst("e([+-])0", "e$1"))
                .toList();
    }

    /// Returns a number with a true minus sign.
    static String signed(double value, int digits) {
        return number(value, digits).replace('-', '−');
    }

    static String fixed(double value, int decimals) {
        String text =
                new BigDecimal(Math.abs(value))
                        .setScale(decimals, RoundingMode.HALF_UP)
                        .toPlainString();
        return value < 0 ? "-" + text : text;
    }

    /// Returns a loss below 1,000.
    static String loss(double value) {
        return fixed(value, 4);
    }

    static String count(long value) {
        return String.format(Locale.ENGLISH, "%,d", value);
    }

    /// Returns a probability in the captions of the tour.
    static String share(double p) {
        return p > 0 && p < 0.01 ? signed(p, 2) : fixed(p, 3);
    }

    static String percent(double share) {
        return fixed(100 * share, 1) + "%";
    }

    static double mean(double[] values) {
        return Arrays.stream(values).sum() / values.length;
    }

    /// Returns the mean of the last values up to an index.
    static double meanBefore(double[] values, int end, int window) {
        return mean(Arrays.copyOfRange(values, Math.max(0, end - window), end));
    }

    static double norm(double[] values) {
        return Math.sqrt(Arrays.stream(values).map(x -> x * x).sum());
    }

    static double cosine(double[] a, double[] b) {
        double dot = 0;
        for (int i = 0; i < a.length; i++) {
            dot += a[i] * b[i];
        }
        return dot / (norm(a) * norm(b));
    }

    /// Returns probabilities at another temperature.
    static double[] atTemperature(double[] probs, double temperature) {
        double[] weights = Arrays.stream(probs).map(p -> Math.pow(p, 1 / temperature)).toArray();
        double sum = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(weight -> weight / sum).toArray();
    }

    static int indexOfLargest(double[] values) {
        int largest = 0;
        for (int i = 1; i < values.length; i++) {
            largest = values[i] > values[largest] ? i : largest;
        }
        return largest;
    }

    static double mostExtreme(double[] values) {
        double most = 0;
        for (double value : values) {
            most = Math.abs(value) > Math.abs(most) ? value : most;
        }
        return most;
    }
}

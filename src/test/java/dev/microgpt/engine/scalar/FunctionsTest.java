package dev.microgpt.engine.scalar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.DoubleStream;

final class FunctionsTest {

    private static final Offset<Double> ROUNDING = within(1e-12);

    private final Random random = new Random(1);

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 16, 33})
    void linearMultipliesMatrixAndVector(int size) {
        double[] x = numbers(size);
        double[][] w = new double[size + 2][];
        Arrays.setAll(w, row -> numbers(size));

        double[] y = data(Functions.linear(values(x), matrix(w)));

        assertThat(y).hasSize(size + 2);
        for (int row = 0; row < y.length; row++) {
            double expected = 0;
            for (int i = 0; i < size; i++) {
                expected += w[row][i] * x[i];
            }
            assertThat(y[row]).isCloseTo(expected, ROUNDING);
        }
    }

    @Test
    void gradientsFlowThroughLinear() {
        Value[] x = values(2, 3);
        Value[][] w = matrix(new double[][] {{5, 7}, {11, 13}});
        Value[] y = Functions.linear(x, w);

        y[0].add(y[1].mul(10)).backward();

        assertThat(grads(x)).containsExactly(5 + 110, 7 + 130);
        assertThat(grads(w[0])).containsExactly(2, 3);
        assertThat(grads(w[1])).containsExactly(20, 30);
    }

    @Test
    void linearRejectsARowOfAnotherLength() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                Functions.linear(
                                        values(1, 2), matrix(new double[][] {{1, 2}, {1, 2, 3}})))
                .withMessageContainingAll("row 1", "3", "2");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 27, 100})
    void softmaxIsProportionalToTheExponentials(int size) {
        double[] logits = numbers(size);
        double total = DoubleStream.of(logits).map(Math::exp).sum();

        double[] probs = data(Functions.softmax(values(logits)));

        assertThat(probs)
                .containsExactly(
                        DoubleStream.of(logits).map(x -> Math.exp(x) / total).toArray(), ROUNDING);
        assertThat(DoubleStream.of(probs).sum()).isCloseTo(1, ROUNDING);
    }

    @Test
    void softmaxAcceptsHugeLogits() {
        assertThat(data(Functions.softmax(values(1e300, 1e300, -1e300))))
                .containsExactly(0.5, 0.5, 0);
        assertThat(data(Functions.softmax(values(-1e6, -1e6 + 1))))
                .containsExactly(data(Functions.softmax(values(0, 1))), ROUNDING);
    }

    @Test
    void gradientsFlowThroughSoftmax() {
        Value[] logits = values(0.5, -1, 2);
        Value[] probs = Functions.softmax(logits);

        probs[2].log().backward(); // d(log p_k)/d(logit_i) = [i = k] - p_i

        assertThat(grads(logits))
                .containsExactly(
                        new double[] {-probs[0].data(), -probs[1].data(), 1 - probs[2].data()},
                        ROUNDING);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 16, 33})
    void rmsnormDividesByTheRootMeanSquare(int size) {
        double[] x = numbers(size);
        double meanSquare = DoubleStream.of(x).map(xi -> xi * xi).sum() / size;

        double[] y = data(Functions.rmsnorm(values(x)));

        assertThat(y)
                .containsExactly(
                        DoubleStream.of(x).map(xi -> xi / Math.sqrt(meanSquare + 1e-5)).toArray(),
                        ROUNDING);
    }

    @Test
    void rmsnormOfZerosIsZeros() {
        assertThat(data(Functions.rmsnorm(values(0, 0, 0)))).containsExactly(0, 0, 0);
    }

    @Test
    void gradientsFlowThroughRmsnorm() {
        double[] x = {0.5, -1, 2};
        Value[] inputs = values(x);

        Functions.rmsnorm(inputs)[0].backward();

        // with r = mean(x^2) + 1e-5: d(x_0 r^-0.5)/dx_i = [i = 0] r^-0.5 - x_0 x_i r^-1.5 / n
        double r = (0.25 + 1 + 4) / 3 + 1e-5;
        double[] expected = new double[3];
        for (int i = 0; i < 3; i++) {
            expected[i] = (i == 0 ? 1 / Math.sqrt(r) : 0) - x[0] * x[i] / 3 / (r * Math.sqrt(r));
        }
        assertThat(grads(inputs)).containsExactly(expected, ROUNDING);
    }

    @Test
    void sumAddsFromFirstToLast() {
        assertThat(Functions.sum(values(1e16, 1, -1e16)).data()).isEqualTo(1e16 + 1 - 1e16);
        assertThat(Functions.sum(values(7)).data()).isEqualTo(7);
    }

    @Test
    void dotMultipliesPartsOfVectors() {
        Value[] a = values(1, 2, 3, 4);
        Value[] b = values(10, 100, 1000);

        assertThat(Functions.dot(a, 2, b, 1, 2).data()).isEqualTo(4300);
        assertThat(Functions.dot(a, 0, b, 0, 1).data()).isEqualTo(10);
    }

    @Test
    void rejectEmptyVectors() {
        Value[] empty = {};

        assertThatIllegalArgumentException().isThrownBy(() -> Functions.softmax(empty));
        assertThatIllegalArgumentException().isThrownBy(() -> Functions.rmsnorm(empty));
        assertThatIllegalArgumentException().isThrownBy(() -> Functions.sum(empty));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Functions.linear(empty, new Value[][] {empty}));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Functions.dot(values(1), 0, values(1), 0, 0))
                .withMessageContaining("0");
    }

    private double[] numbers(int size) {
        return random.doubles(size, -3, 3).toArray();
    }

    private static Value[] values(double... numbers) {
        return DoubleStream.of(numbers).mapToObj(Value::new).toArray(Value[]::new);
    }

    private static Value[][] matrix(double[][] numbers) {
        return Arrays.stream(numbers).map(FunctionsTest::values).toArray(Value[][]::new);
    }

    private static double[] data(Value[] values) {
        return Arrays.stream(values).mapToDouble(Value::data).toArray();
    }

    private static double[] grads(Value[] values) {
        return Arrays.stream(values).mapToDouble(Value::grad).toArray();
    }
}

package dev.microgpt.engine.scalar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ValueTest {

    private static final Offset<Double> ROUNDING = within(1e-12);

    @Test
    void differentiatesTheExampleOfTheReadme() {
        Value a = new Value(2);
        Value b = new Value(3);
        Value c = a.mul(b).add(a);

        c.backward();

        assertThat(c.data()).isEqualTo(8);
        assertThat(a.grad()).isEqualTo(4);
        assertThat(b.grad()).isEqualTo(2);
        assertThat(c.grad()).isEqualTo(1);
    }

    @Test
    void adds() {
        Value a = new Value(2.5);
        Value b = new Value(-4);

        assertResult(a.add(b), -1.5);
        assertGradients(a, 1, b, 1);
    }

    @Test
    void subtracts() {
        Value a = new Value(2.5);
        Value b = new Value(-4);

        assertResult(a.sub(b), 6.5);
        assertGradients(a, 1, b, -1);
    }

    @Test
    void multiplies() {
        Value a = new Value(2.5);
        Value b = new Value(-4);

        assertResult(a.mul(b), -10);
        assertGradients(a, -4, b, 2.5);
    }

    @Test
    void divides() {
        Value a = new Value(2.5);
        Value b = new Value(-4);

        assertResult(a.div(b), -0.625);
        assertGradients(a, -0.25, b, -2.5 / 16);
    }

    @Test
    void negates() {
        Value a = new Value(2.5);

        assertResult(a.neg(), -2.5);
        assertThat(a.grad()).isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource({
        "3, 2, 9, 6",
        "3, 1, 3, 1",
        "3, 0, 1, 0",
        "4, 0.5, 2, 0.25",
        "4, -0.5, 0.5, -0.0625",
        "-2, 3, -8, 12",
        "-2, -1, -0.5, -0.25",
        "0, 2, 0, 0",
    })
    void raisesToAPower(double base, double exponent, double power, double derivative) {
        Value a = new Value(base);

        assertResult(a.pow(exponent), power);
        assertThat(a.grad()).isCloseTo(derivative, ROUNDING);
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "7.5, 2.0149030205422647", "1e-300, -690.7755278982137"})
    void takesTheLogarithm(double x, double logarithm) {
        Value a = new Value(x);

        assertResult(a.log(), logarithm);
        assertThat(a.grad()).isEqualTo(1 / x);
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 2.718281828459045", "-3, 0.049787068367863944", "-800, 0"})
    void exponentiates(double x, double exponential) {
        Value a = new Value(x);

        assertResult(a.exp(), exponential);
        assertThat(a.grad()).isCloseTo(exponential, ROUNDING);
    }

    @ParameterizedTest
    @CsvSource({"3, 3, 1", "1e-300, 1e-300, 1", "0, 0, 0", "-0.0, 0, 0", "-3, 0, 0"})
    void rectifiesWithDerivativeZeroAtZero(double x, double rectified, double derivative) {
        Value a = new Value(x);

        assertResult(a.relu(), rectified);
        assertThat(a.grad()).isEqualTo(derivative);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-4, 0.3, 1e6})
    void acceptsNumbersAsOperands(double number) {
        Value a = new Value(2.5);

        assertSameAs(a.add(number), a.add(new Value(number)), a);
        assertSameAs(a.sub(number), a.sub(new Value(number)), a);
        assertSameAs(a.mul(number), a.mul(new Value(number)), a);
        assertSameAs(a.div(number), a.div(new Value(number)), a);
    }

    @Test
    void countsEveryUseOfANode() {
        Value a = new Value(3);

        a.add(a).backward();
        assertThat(a.grad()).isEqualTo(2);

        a.zeroGrad();
        a.mul(a).mul(a).backward(); // a^3
        assertThat(a.grad()).isEqualTo(27);
    }

    @Test
    void countsEveryPathThroughASharedIntermediateNode() {
        Value a = new Value(3);
        Value square = a.mul(a);

        square.mul(square).add(square).backward(); // a^4 + a^2

        assertThat(square.grad()).isEqualTo(19);
        assertThat(a.grad()).isEqualTo(4 * 27 + 2 * 3);
    }

    @Test
    void accumulatesTheGradientsOfSeveralCalls() {
        Value a = new Value(2);
        Value b = new Value(5);

        a.mul(b).backward();
        a.mul(3).backward();
        assertThat(a.grad()).isEqualTo(8);
        assertThat(b.grad()).isEqualTo(2);

        a.zeroGrad();
        assertThat(a.grad()).isZero();
        a.mul(b).backward();
        assertThat(a.grad()).isEqualTo(5);
        assertThat(b.grad()).isEqualTo(4);
    }

    @Test
    void aNodeCanBePartOfSeveralResults() {
        Value a = new Value(5);
        Value square = a.mul(a);
        Value twice = square.mul(2);
        Value thrice = square.mul(3);

        twice.backward();
        assertThat(a.grad()).isEqualTo(20);

        a.zeroGrad();
        square.zeroGrad();
        thrice.backward();
        assertThat(a.grad()).isEqualTo(30);
    }

    @Test
    void theGradientOfTheRootIs1HoweverOftenItIsAskedFor() {
        Value a = new Value(2);
        Value root = a.mul(3);

        root.backward();
        root.backward();

        assertThat(root.grad()).isEqualTo(1);
        assertThat(a.grad()).isEqualTo(6);
    }

    @Test
    void backwardIgnoresNodesThatTheRootDoesNotDependOn() {
        Value a = new Value(2);
        Value root = a.mul(3);
        Value later = root.mul(5);

        root.backward();

        assertThat(later.grad()).isZero();
        assertThat(a.grad()).isEqualTo(3);
    }

    @Test
    void backwardOnALeafSetsItsGradientToOne() {
        Value a = new Value(2);

        a.backward();

        assertThat(a.grad()).isEqualTo(1);
    }

    @Test
    void setDataDoesNotChangeEarlierResults() {
        Value a = new Value(2);
        Value b = new Value(7);
        Value product = a.mul(b);

        a.setData(100);
        b.setData(100);
        product.backward();

        assertThat(product.data()).isEqualTo(14);
        assertThat(a.grad()).isEqualTo(7);
        assertThat(b.grad()).isEqualTo(2);
    }

    @Test
    void differentiatesAChainOfAMillionNodes() {
        Value a = new Value(1);
        Value sum = a;
        for (int i = 0; i < 1_000_000; i++) {
            sum = sum.add(0.5);
        }

        sum.backward();

        assertThat(sum.data()).isEqualTo(500_001);
        assertThat(a.grad()).isEqualTo(1);
    }

    @Test
    void differentiatesARightLeaningChainOfAMillionNodes() {
        Value a = new Value(1);
        Value one = new Value(1);
        Value sum = a;
        for (int i = 0; i < 1_000_000; i++) {
            sum = one.add(sum);
        }

        sum.backward();

        assertThat(a.grad()).isEqualTo(1);
        assertThat(one.grad()).isEqualTo(1_000_000);
    }

    @Test
    void differentiatesAHundredThousandUsesOfOneNode() {
        Value a = new Value(3);
        Value[] squares = new Value[100_000];
        for (int i = 0; i < squares.length; i++) {
            squares[i] = a.mul(a);
        }

        Functions.sum(squares).backward();

        assertThat(a.grad()).isEqualTo(600_000);
    }

    /// Each node is the sum of the one before with itself: 2^60 paths, but 60 nodes.
    @Test
    void visitsEachNodeOnceWhateverTheNumberOfPaths() {
        Value a = new Value(1);
        Value doubled = a;
        for (int i = 0; i < 60; i++) {
            doubled = doubled.add(doubled);
        }

        doubled.backward();

        assertThat(a.grad()).isEqualTo(0x1p60);
    }

    @Test
    void equalityIsIdentity() {
        assertThat(new Value(1)).isNotEqualTo(new Value(1));
    }

    /// Checks the number and runs the backward pass.
    private static void assertResult(Value result, double expected) {
        assertThat(result.data()).isCloseTo(expected, ROUNDING);
        result.backward();
    }

    private static void assertGradients(Value a, double gradA, Value b, double gradB) {
        assertThat(a.grad()).isCloseTo(gradA, ROUNDING);
        assertThat(b.grad()).isCloseTo(gradB, ROUNDING);
    }

    /// Checks that two results and their derivatives with respect to `input` are the same.
    private static void assertSameAs(Value actual, Value expected, Value input) {
        assertThat(actual.data()).isEqualTo(expected.data());
        input.zeroGrad();
        actual.backward();
        double grad = input.grad();
        input.zeroGrad();
        expected.backward();
        assertThat(grad).isEqualTo(input.grad());
    }
}

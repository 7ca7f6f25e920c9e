package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Random;

final class L2NormTest {

    private static L2Norm of(double... numbers) {
        L2Norm norm = new L2Norm();
        for (double x : numbers) {
            norm.add(x);
        }
        return norm;
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 1e-150, 1e150, 1e160, 1e300})
    void isTheRootOfTheSumOfSquares(double unit) {
        double precision = 1e-14 * 13;

        assertThat(of(3 * unit, -4 * unit, 0, 12 * unit).value() / unit)
                .isCloseTo(13, within(precision));
        assertThat(of(12 * unit, 0, 4 * unit, -3 * unit).value() / unit)
                .isCloseTo(13, within(precision));
    }

    @Test
    void sumsManyNumbersAccurately() {
        Random random = new Random(1);
        double[] numbers = random.doubles(100_000, -1, 1).toArray();
        double squares = 0;
        for (double x : numbers) {
            squares += x * x;
        }

        assertThat(of(numbers).value())
                .isCloseTo(Math.sqrt(squares), within(1e-11 * Math.sqrt(squares)));
    }

    @Test
    void isZeroForNoNumbersAndForZeros() {
        assertThat(of().value()).isZero();
        assertThat(of(0, -0.0).value()).isZero();
    }

    @Test
    void relativeToReturnsTheQuotient() {
        assertThat(of(3, 4).relativeTo(of(6, 8))).isCloseTo(0.5, within(1e-15));
        assertThat(of().relativeTo(of(1))).isZero();
        assertThat(of(1).relativeTo(of())).isZero();
    }

    @Test
    void relativeToIsFiniteForNormsThatOverflow() {
        double max = Double.MAX_VALUE;

        assertThat(of(max, max, max, max).value()).isInfinite();
        assertThat(of(max, max, max, max).relativeTo(of(max, -max, max, max))).isEqualTo(1);
        assertThat(of(max).relativeTo(of(max, max, max, max))).isEqualTo(0.5);
        assertThat(of(1e300).relativeTo(of(0.1))).isCloseTo(1e301, within(1e290));
        assertThat(of(1e300).relativeTo(of(1e-100))).isEqualTo(max);
        assertThat(of(1).relativeTo(of(1e200))).isCloseTo(1e-200, within(1e-190));
    }
}

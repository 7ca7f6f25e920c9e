package dev.microgpt.engine.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

final class PythonRandomTest {

    static List<GoldenSequence> golden() throws IOException {
        return GoldenSequence.ofPython();
    }

    @ParameterizedTest
    @MethodSource("golden")
    void drawsTheNumbersOfPython(GoldenSequence golden) {
        assertThat(next(new PythonRandom(golden.seed()), golden.random().length))
                .containsExactly(golden.random());
    }

    @ParameterizedTest
    @MethodSource("golden")
    void gaussEqualsPythonWithinOneUlp(GoldenSequence golden) {
        PythonRandom random = new PythonRandom(golden.seed());

        for (double expected : golden.gauss()) {
            assertThat(random.gauss(0, 1)).isCloseTo(expected, within(Math.ulp(expected)));
        }
    }

    @ParameterizedTest
    @MethodSource("golden")
    void shufflesLikePython(GoldenSequence golden) {
        int[] items = IntStream.range(0, 20).toArray();
        List<Integer> list = new ArrayList<>(IntStream.range(0, 20).boxed().toList());

        new PythonRandom(golden.seed()).shuffle(items);
        new PythonRandom(golden.seed()).shuffle(list);

        assertThat(items).containsExactly(golden.shuffle());
        assertThat(list).containsExactlyElementsOf(IntStream.of(items).boxed().toList());
    }

    @ParameterizedTest
    @MethodSource("golden")
    void choosesByWeightLikePython(GoldenSequence golden) {
        PythonRandom random = new PythonRandom(golden.seed());

        assertThat(
                        IntStream.generate(() -> random.weightedChoice(GoldenSequence.WEIGHTS))
                                .limit(golden.choices().length)
                                .toArray())
                .containsExactly(golden.choices());
    }

    @ParameterizedTest
    @MethodSource("golden")
    void getRandBitsEqualsPython(GoldenSequence golden) {
        PythonRandom random = new PythonRandom(golden.seed());
        long[] expected = Objects.requireNonNull(golden.getrandbits32());

        assertThat(
                        LongStream.generate(() -> random.getRandBits(32))
                                .limit(expected.length)
                                .toArray())
                .containsExactly(expected);
    }

    // The expected numbers of the following four tests are from CPython 3.11.7.

    @ParameterizedTest
    @CsvSource({
        "4294967295, 0.6353574441341173, 0.20319993954407756, 0.6073666030347188",
        "4294967296, 0.11299430095636409, 0.41782886486292836, 0.0166763664992291",
        "1099511627781, 0.5043802970418443, 0.2686044399723282, 0.9257865475671585",
        "9223372036854775807, 0.3166448820870279, 0.631259308253863, 0.8035542479972343",
    })
    void takesSeedsOfUpTo63Bits(long seed, double first, double second, double third) {
        assertThat(next(new PythonRandom(seed), 3)).containsExactly(first, second, third);
    }

    @Test
    void equalsPythonBeyondTheFirst624Words() {
        assertThat(next(new PythonRandom(1), 1001)).endsWith(0.4116430517162146);
    }

    @Test
    void getRandBitsTakesTheHighBitsLikePython() {
        PythonRandom random = new PythonRandom(42);

        assertThat(IntStream.of(1, 2, 5, 8, 16, 31, 32).mapToLong(random::getRandBits).toArray())
                .containsExactly(1, 0, 0, 189, 18024, 525901256, 958682846);
    }

    @Test
    void belowEqualsPython() {
        PythonRandom random = new PythonRandom(7);

        assertThat(IntStream.of(1, 2, 3, 10, 1000, Integer.MAX_VALUE).map(random::below).toArray())
                .containsExactly(0, 0, 1, 0, 74, 1763673106);
    }

    @Test
    void gaussScalesAndShiftsTheStandardGauss() {
        PythonRandom standard = new PythonRandom(42);
        PythonRandom scaled = new PythonRandom(42);

        for (int i = 0; i < 100; i++) {
            assertThat(scaled.gauss(10, 2.5)).isEqualTo(10 + standard.gauss(0, 1) * 2.5);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 623, 624, 625})
    void copyContinuesIdenticallyAndIndependently(int drawnBefore) {
        PythonRandom original = new PythonRandom(3);
        assertThat(next(original, drawnBefore)).hasSize(drawnBefore);

        double[] ofCopy = next(original.copy(), 1000);

        assertThat(next(original, 1000)).containsExactly(ofCopy);
    }

    @Test
    void copyKeepsThePendingSecondGauss() {
        PythonRandom original = new PythonRandom(3);
        double first = original.gauss(0, 1);
        PythonRandom copy = original.copy();

        double pending = copy.gauss(0, 1);

        assertThat(pending).isNotEqualTo(first).isEqualTo(original.gauss(0, 1));
        assertThat(copy.gauss(0, 1)).isEqualTo(original.gauss(0, 1));
        assertThat(copy.random()).isEqualTo(original.random());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8, 20})
    void belowReachesExactlyTheNumbersBelowTheBound(int bound) {
        PythonRandom random = new PythonRandom(11);

        assertThat(IntStream.generate(() -> random.below(bound)).limit(1000).distinct().toArray())
                .containsExactlyInAnyOrder(IntStream.range(0, bound).toArray());
    }

    @Test
    void neverChoosesAWeightOfZero() {
        PythonRandom random = new PythonRandom(13);
        double[] weights = {0, 0.5, 0, 0.5, 0};

        assertThat(
                        IntStream.generate(() -> random.weightedChoice(weights))
                                .limit(1000)
                                .distinct()
                                .toArray())
                .containsExactlyInAnyOrder(1, 3);
    }

    @Test
    void rejectsANegativeSeed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PythonRandom(-5))
                .withMessageContaining("-5");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void belowRejectsABoundThatIsNotPositive(int bound) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PythonRandom(1).below(bound))
                .withMessageContaining(Integer.toString(bound));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 33, Integer.MAX_VALUE})
    void getRandBitsRefusesAnythingBut1To32Bits(int bits) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PythonRandom(1).getRandBits(bits))
                .withMessageContaining(Integer.toString(bits));
    }

    @Test
    void choiceRejectsWeightsWithoutAPositiveSum() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PythonRandom(1).weightedChoice(new double[0]));
    }

    private static double[] next(PythonRandom random, int count) {
        return DoubleStream.generate(random::random).limit(count).toArray();
    }
}

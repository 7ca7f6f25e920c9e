package dev.microgpt.engine.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

final class SeededRandomTest {

    /// A state from which the next number is exactly 0.
    private static final int STATE_BEFORE_ZERO = -1831565813;

    static List<GoldenSequence> golden() throws IOException {
        return GoldenSequence.ofMicrogptJs();
    }

    @ParameterizedTest
    @MethodSource("golden")
    void drawsTheNumbersOfMicrogptJs(GoldenSequence golden) {
        assertThat(next(new SeededRandom(golden.seed()), golden.random().length))
                .containsExactly(golden.random());
    }

    @ParameterizedTest
    @MethodSource("golden")
    void gaussEqualsMicrogptJsBitForBit(GoldenSequence golden) {
        SeededRandom random = new SeededRandom(golden.seed());

        assertThat(
                        DoubleStream.generate(() -> random.gauss(0, 1))
                                .limit(golden.gauss().length)
                                .toArray())
                .containsExactly(golden.gauss());
    }

    @ParameterizedTest
    @MethodSource("golden")
    void shufflesLikeMicrogptJs(GoldenSequence golden) {
        int[] items = IntStream.range(0, 20).toArray();
        List<Integer> list = new ArrayList<>(IntStream.range(0, 20).boxed().toList());

        new SeededRandom(golden.seed()).shuffle(items);
        new SeededRandom(golden.seed()).shuffle(list);

        assertThat(items).containsExactly(golden.shuffle());
        assertThat(list).containsExactlyElementsOf(IntStream.of(items).boxed().toList());
    }

    @ParameterizedTest
    @MethodSource("golden")
    void choosesByWeightLikeMicrogptJs(GoldenSequence golden) {
        SeededRandom random = new SeededRandom(golden.seed());

        assertThat(
                        IntStream.generate(() -> random.weightedChoice(GoldenSequence.WEIGHTS))
                                .limit(golden.choices().length)
                                .toArray())
                .containsExactly(golden.choices());
    }

    @Test
    void choosesTheItemAtTheChosenIndex() {
        List<String> population = List.of("a", "b", "c", "d");
        SeededRandom byItem = new SeededRandom(1);
        SeededRandom byIndex = new SeededRandom(1);

        for (int i = 0; i < 50; i++) {
            String item = byItem.weightedChoice(population, GoldenSequence.WEIGHTS);
            assertThat(item)
                    .isEqualTo(population.get(byIndex.weightedChoice(GoldenSequence.WEIGHTS)));
        }
    }

    @Test
    void gaussScalesAndShiftsTheStandardGauss() {
        SeededRandom standard = new SeededRandom(5);
        SeededRandom scaled = new SeededRandom(5);

        for (int i = 0; i < 100; i++) {
            assertThat(scaled.gauss(3, 0.25)).isEqualTo(3 + 0.25 * standard.gauss(0, 1));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, -5, Integer.MIN_VALUE, 1L << 31, (1L << 32) - 1, 1L << 32, 1L << 40})
    void seedsCountModuloTwoToThe32(long seed) {
        double[] expected = next(new SeededRandom(seed), 10);

        assertThat(next(new SeededRandom(seed + (1L << 32)), 10)).containsExactly(expected);
        assertThat(next(new SeededRandom(Math.floorMod(seed, 1L << 32)), 10))
                .containsExactly(expected);
    }

    @Test
    void neighbouringSeedsDiffer() {
        assertThat(next(new SeededRandom(0), 10)).doesNotContain(next(new SeededRandom(1), 10));
    }

    @Test
    void copyContinuesIdenticallyAndIndependently() {
        SeededRandom original = new SeededRandom(9);
        double unused = original.gauss(0, 1) + original.random();
        assertThat(unused).isFinite();

        double[] ofCopy = next(original.copy(), 100);
        double[] ofState = next(new SeededRandom(original.state()), 100);

        assertThat(next(original, 100)).containsExactly(ofCopy).containsExactly(ofState);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 20})
    void belowReachesExactlyTheNumbersBelowTheBound(int bound) {
        SeededRandom random = new SeededRandom(11);

        assertThat(IntStream.generate(() -> random.below(bound)).limit(1000).distinct().toArray())
                .containsExactlyInAnyOrder(IntStream.range(0, bound).toArray());
    }

    @Test
    void belowStaysBelowTheLargestBound() {
        SeededRandom random = new SeededRandom(12);

        assertThat(IntStream.generate(() -> random.below(Integer.MAX_VALUE)).limit(1000))
                .allMatch(n -> n >= 0 && n < Integer.MAX_VALUE)
                .anyMatch(n -> n > Integer.MAX_VALUE / 2);
    }

    @Test
    void aDrawOfZeroChoosesTheFirstItemLikeMicrogptJs() {
        assertThat(new SeededRandom(STATE_BEFORE_ZERO).random()).isZero();

        assertThat(new SeededRandom(STATE_BEFORE_ZERO).weightedChoice(new double[] {0, 1}))
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void belowRejectsABoundThatIsNotPositive(int bound) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SeededRandom(1).below(bound))
                .withMessageContaining(Integer.toString(bound));
    }

    @Test
    void choiceRejectsWeightsWithoutAPositiveSum() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SeededRandom(1).weightedChoice(new double[0]));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SeededRandom(1).weightedChoice(List.of(), new double[0]));
    }

    @Test
    void choiceRejectsAWrongNumberOfWeights() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new SeededRandom(1).weightedChoice(List.of("a", "b"), new double[3]))
                .withMessageContainingAll("2", "3");
    }

    private static double[] next(SeededRandom random, int count) {
        return DoubleStream.generate(random::random).limit(count).toArray();
    }
}

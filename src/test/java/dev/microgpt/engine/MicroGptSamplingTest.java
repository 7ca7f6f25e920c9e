package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microgpt.engine.random.SeededRandom;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/// The effect of temperature, topK and topP on probabilities and draws.
final class MicroGptSamplingTest {

    private static final Offset<Double> ROUNDING = within(1e-12);
    private static final GenerateOptions PLAIN =
            GenerateOptions.defaults().withTemperature(1).withViz(true);

    /// A state of SeededRandom from which the next number is exactly 0.
    private static final int STATE_BEFORE_ZERO = -1831565813;

    private final MicroGpt model = SmallModels.trained(SmallModels.NAMES);

    /// The model's unfiltered probabilities of the first character at temperature 1.
    private final double[] plain = firstProbs(PLAIN);

    /// The tokens in order of their probability as first character, most likely first.
    private final List<Integer> ranking =
            IntStream.range(0, plain.length)
                    .boxed()
                    .sorted(Comparator.comparingDouble(token -> -plain[token]))
                    .toList();

    private double[] firstProbs(GenerateOptions options) {
        Sample sample = model.generate(options, new SeededRandom(1));
        return Objects.requireNonNull(sample.vizData().getFirst().probs());
    }

    private int[] tokens(GenerateOptions options, long seed) {
        return model.generate(options, new SeededRandom(seed)).tokens();
    }

    /// Returns the most likely token at each position, found one position at a time.
    private int[] mostLikelyTokens() {
        Tokenizer tokenizer = model.corpus().tokenizer();
        int[] tokens = new int[model.options().blockSize()];
        for (int t = 0; t < tokens.length; t++) {
            String prompt = tokenizer.decode(Arrays.copyOf(tokens, t));
            Sample sample = model.generate(PLAIN.withPrompt(prompt), new SeededRandom(1));
            double[] probs = Objects.requireNonNull(sample.vizData().get(t).probs());
            int best =
                    IntStream.range(0, probs.length)
                            .boxed()
                            .max(Comparator.comparingDouble(token -> probs[token]))
                            .orElseThrow();
            if (best == tokenizer.bos()) {
                return Arrays.copyOf(tokens, t);
            }
            tokens[t] = best;
        }
        return tokens;
    }

    @Test
    void temperature0TakesTheMostLikelyAndDrawsNothing() {
        SeededRandom random = new SeededRandom(1);

        Sample sample = model.generate(PLAIN.withTemperature(0), random);

        assertThat(sample.tokens()).containsExactly(mostLikelyTokens());
        assertThat(random.state()).isEqualTo(1);
        assertOneHot(Objects.requireNonNull(sample.vizData().getFirst().probs()));
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.MIN_VALUE, 1e-320, 1e-308, 1e-300, 1e-100, 1e-5})
    void aTinyTemperatureTakesTheMostLikelyToken(double temperature) {
        assertOneHot(firstProbs(PLAIN.withTemperature(temperature)));
        assertThat(tokens(PLAIN.withTemperature(temperature), 3))
                .containsExactly(mostLikelyTokens());
        assertThat(tokens(PLAIN.withTemperature(temperature).withTopK(3).withTopP(0.5), 3))
                .containsExactly(mostLikelyTokens());
    }

    private void assertOneHot(double[] probs) {
        double[] expected = new double[plain.length];
        expected[ranking.getFirst()] = 1;
        assertThat(probs).containsExactly(expected, ROUNDING);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.5, 0.8, 1, 2, 1000})
    void temperatureDividesTheLogits(double temperature) {
        double[] powers = DoubleStream.of(plain).map(p -> Math.pow(p, 1 / temperature)).toArray();

        assertThat(firstProbs(PLAIN.withTemperature(temperature)))
                .containsExactly(normalised(powers), ROUNDING);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 15})
    void topKKeepsTheMostLikelyAndTheirProportions(int k) {
        double[] expected = new double[plain.length];
        ranking.subList(0, k).forEach(token -> expected[token] = plain[token]);

        assertThat(firstProbs(PLAIN.withTopK(k))).containsExactly(normalised(expected), ROUNDING);
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.MIN_VALUE, 0.05, 0.3, 0.5, 0.9, 0.999, 1 - 1e-9})
    void topPKeepsTheFewestTokensThatReachItAndTheirProportions(double p) {
        double[] expected = new double[plain.length];
        double reached = 0;
        for (int token : ranking) {
            if (reached < p) {
                expected[token] = plain[token];
            }
            reached += plain[token];
        }

        assertThat(firstProbs(PLAIN.withTopP(p))).containsExactly(normalised(expected), ROUNDING);
    }

    @Test
    void topPIsReachedByAnEqualSum() {
        double first = plain[ranking.getFirst()];

        assertThat(firstProbs(PLAIN.withTopP(first)))
                .containsExactly(firstProbs(PLAIN.withTopK(1)), ROUNDING);
    }

    @Test
    void topKAndTopPKeepTheTokensThatBothKeep() {
        double two = plain[ranking.get(0)] + plain[ranking.get(1)];

        assertThat(firstProbs(PLAIN.withTopK(3).withTopP(two * 0.999)))
                .containsExactly(firstProbs(PLAIN.withTopK(2)), ROUNDING);
        assertThat(firstProbs(PLAIN.withTopK(2).withTopP(0.9999)))
                .containsExactly(firstProbs(PLAIN.withTopK(2)), ROUNDING);
    }

    @Test
    void topPUsesTheProbabilitiesAtTheTemperature() {
        GenerateOptions cold = PLAIN.withTemperature(0.2);
        double[] probs = firstProbs(cold);
        double two = probs[ranking.get(0)] + probs[ranking.get(1)];

        assertThat(firstProbs(cold.withTopP(two * 0.999)))
                .containsExactly(firstProbs(cold.withTopK(2)), ROUNDING);
    }

    @ParameterizedTest
    @CsvSource({"16, 1", "17, 1", "2147483647, 1", "0, 1"})
    void filtersThatKeepAllChangeNothing(int topK, double topP) {
        GenerateOptions options = PLAIN.withTopK(topK).withTopP(topP);

        for (int seed = 0; seed < 30; seed++) {
            assertThat(tokens(options, seed)).containsExactly(tokens(PLAIN, seed));
        }
    }

    @Test
    void keepingOneTokenTakesTheMostLikelyToken() {
        for (int seed = 0; seed < 30; seed++) {
            assertThat(tokens(PLAIN.withTopK(1), seed)).containsExactly(mostLikelyTokens());
            assertThat(tokens(PLAIN.withTopP(1e-9), seed)).containsExactly(mostLikelyTokens());
        }
    }

    @Test
    void neverDrawsAFilteredToken() {
        int lastRank = ranking.size() - 1;
        assertThat(ranking.indexOf(0)).as("rank of token 0").isPositive();
        int[] atZero = tokens(PLAIN.withTopK(1), STATE_BEFORE_ZERO);
        assertThat(atZero).startsWith(ranking.getFirst());

        for (int seed = 0; seed < 200; seed++) {
            int[] tokens = tokens(PLAIN.withTopK(lastRank), seed);
            int first = tokens.length == 0 ? model.corpus().tokenizer().bos() : tokens[0];
            assertThat(first).isNotEqualTo(ranking.get(lastRank));
        }
    }

    @Test
    void drawsCharactersInProportionToTheirProbabilities() {
        int draws = 4000;
        int[] counts = new int[plain.length];
        SeededRandom random = new SeededRandom(1);
        for (int i = 0; i < draws; i++) {
            int[] tokens = model.generate(PLAIN.withViz(false), random).tokens();
            counts[tokens.length == 0 ? model.corpus().tokenizer().bos() : tokens[0]]++;
        }

        for (int token = 0; token < plain.length; token++) {
            double deviation = Math.sqrt(draws * plain[token] * (1 - plain[token]));
            assertThat((double) counts[token])
                    .isCloseTo(draws * plain[token], within(5 * deviation));
        }
    }

    private static double[] normalised(double[] weights) {
        double total = DoubleStream.of(weights).sum();
        return DoubleStream.of(weights).map(weight -> weight / total).toArray();
    }
}

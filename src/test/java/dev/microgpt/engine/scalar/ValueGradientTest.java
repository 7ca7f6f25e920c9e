package dev.microgpt.engine.scalar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Compares gradients of random expressions with central differences.
final class ValueGradientTest {

    private static final int INPUTS = 4;
    private static final int OPERATIONS = 25;
    private static final int EXPRESSIONS = 300;
    private static final double STEP = 1e-5;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void gradientsOfRandomExpressionsMatchCentralDifferences(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < EXPRESSIONS; i++) {
            long expression = random.nextLong();
            double[] at = random.doubles(INPUTS, -2, 2).toArray();

            Value[] inputs = leaves(at);
            evaluate(expression, inputs).backward();

            for (int input = 0; input < INPUTS; input++) {
                double slope = slope(expression, at, input);
                assertThat(inputs[input].grad())
                        .as("expression %d, input %d", expression, input)
                        .isCloseTo(slope, within(1e-7 * (1 + Math.abs(slope))));
            }
        }
    }

    private static double slope(long expression, double[] at, int input) {
        double[] below = at.clone();
        double[] above = at.clone();
        below[input] -= STEP;
        above[input] += STEP;
        return (evaluate(expression, leaves(above)).data()
                        - evaluate(expression, leaves(below)).data())
                / (above[input] - below[input]);
    }

    private static Value[] leaves(double[] numbers) {
        Value[] leaves = new Value[numbers.length];
        for (int i = 0; i < leaves.length; i++) {
            leaves[i] = new Value(numbers[i]);
        }
        return leaves;
    }

    /// Applies random operations to random earlier results; the same number gives the same
    /// expression. Operands are kept small and away from poles, so that differences are accurate.
    private static Value evaluate(long expression, Value[] inputs) {
        Random random = new Random(expression);
        List<Value> nodes = new ArrayList<>(List.of(inputs));
        for (int i = 0; i < OPERATIONS; i++) {
            Value a = nodes.get(random.nextInt(nodes.size()));
            Value b = nodes.get(random.nextInt(nodes.size()));
            Value result =
                    switch (random.nextInt(9)) {
                        case 0 -> a.add(b);
                        case 1 -> a.sub(b);
                        case 2 -> a.mul(b);
                        case 3 -> a.div(positive(b));
                        case 4 -> positive(a).pow(random.nextDouble(-2, 2));
                        case 5 -> positive(a).log();
                        case 6 -> a.mul(0.3).exp();
                        // keeps away from the kink at 0
                        case 7 -> (random.nextBoolean() ? positive(a) : positive(a).neg()).relu();
                        default -> a.neg().mul(random.nextDouble()).add(1);
                    };
            nodes.add(bounded(result));
        }
        return Functions.sum(nodes.toArray(Value[]::new));
    }

    /// 1 + x^2
    private static Value positive(Value x) {
        return x.mul(x).add(1);
    }

    /// x / sqrt(1 + x^2), between -1 and 1.
    private static Value bounded(Value x) {
        return x.div(positive(x).pow(0.5));
    }
}

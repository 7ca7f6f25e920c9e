package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;

import java.util.List;
import java.util.Objects;

/// Compares traces within a precision.
final class TraceAssert {

    private TraceAssert() {}

    static void assertTraces(List<Trace> actual, List<Trace> expected, Offset<Double> precision) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int t = 0; t < expected.size(); t++) {
            assertTrace(actual.get(t), expected.get(t), precision);
        }
    }

    private static void assertTrace(Trace actual, Trace expected, Offset<Double> precision) {
        assertThat(actual.embedding()).containsExactly(expected.embedding(), precision);
        assertThat(actual.attentionWeights().length).isEqualTo(expected.attentionWeights().length);
        for (int layer = 0; layer < expected.attentionWeights().length; layer++) {
            assertRows(
                    actual.attentionWeights()[layer],
                    expected.attentionWeights()[layer],
                    precision);
        }
        assertRows(actual.mlpActivations(), expected.mlpActivations(), precision);
        if (expected.probs() == null) {
            assertThat(actual.probs()).isNull();
        } else {
            assertThat(Objects.requireNonNull(actual.probs()))
                    .containsExactly(expected.probs(), precision);
        }
    }

    private static void assertRows(
            double[][] actual, double[][] expected, Offset<Double> precision) {
        assertThat(actual.length).isEqualTo(expected.length);
        for (int row = 0; row < expected.length; row++) {
            assertThat(actual[row]).containsExactly(expected[row], precision);
        }
    }
}

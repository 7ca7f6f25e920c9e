package dev.microgpt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;

/// Tests that the benchmarks compute what they claim to measure.
final class BenchmarksTest {

    @ParameterizedTest
    @ValueSource(strings = {"16,1,1", "16,1,16", "32,1,16"})
    void stepBenchmarkTrainsLikeTheReferenceEngine(String shape) throws IOException {
        TensorStepBenchmark benchmark = new TensorStepBenchmark();
        benchmark.shape = shape;
        benchmark.load();
        ModelOptions options = TensorStepBenchmark.options(shape);
        MicroGpt reference =
                NameModels.create(
                        ModelOptions.builder()
                                .engine(EngineKind.SCALAR)
                                .nEmbd(options.nEmbd())
                                .nLayer(options.nLayer())
                                .batchSize(options.batchSize())
                                .numSteps(options.numSteps())
                                .learningRate(options.learningRate())
                                .build());
        for (int i = 0; i < 5; i++) {
            double loss = reference.advance();
            assertThat(benchmark.trainStep()).isCloseTo(loss, within(1e-5 * loss));
        }
    }

    @Test
    void textsBenchmarkGeneratesAndScoresNamesOfATrainedModel() throws IOException {
        TextsBenchmark benchmark = new TextsBenchmark();
        benchmark.train();

        assertThat(benchmark.generateMany())
                .isEqualTo(benchmark.generateEach())
                .isGreaterThan(3 * TextsBenchmark.NAMES);
        assertThat(benchmark.scoreMany())
                .isEqualTo(benchmark.scoreEach())
                .isLessThan(-10.0 * TextsBenchmark.NAMES);
        assertThat(benchmark.characters()).isGreaterThan(5 * TextsBenchmark.NAMES);
    }

    @Test
    void peakBenchmarkDependsOnItsInput() {
        PeakBenchmark benchmark = new PeakBenchmark();
        // Each chain converges to 0.001 / (1 - factor).
        assertThat(benchmark.chains12()).isCloseTo(12f, within(0.01f));
        assertThat(benchmark.chains16()).isCloseTo(16f, within(0.02f));
        assertThat(benchmark.chains24()).isCloseTo(24f, within(0.03f));
        benchmark.factor = 0.5f;
        assertThat(benchmark.chains12()).isCloseTo(0.024f, within(1e-4f));
        assertThat(benchmark.chains16()).isCloseTo(0.032f, within(1e-4f));
        assertThat(benchmark.chains24()).isCloseTo(0.048f, within(1e-4f));
    }
}

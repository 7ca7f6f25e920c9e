package dev.microgpt.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.microgpt.engine.architecture.ActivationKind;
import dev.microgpt.engine.architecture.Architecture;
import dev.microgpt.engine.architecture.NormKind;
import dev.microgpt.engine.architecture.PositionKind;
import dev.microgpt.support.SharesNothing;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Random;

@SharesNothing
final class BatchDecoderTest {

    private static final Kernels KERNELS = KernelProvider.kernels();

    @BeforeAll
    static void needsSimd() {
        assumeTrue(KERNELS.columns() != null);
    }

    @ParameterizedTest
    @CsvSource({
        "16, 4, 1, 16, 27, 1",
        "16, 4, 2, 16, 27, 3",
        "16, 1, 1, 12, 33, 1",
        "16, 2, 1, 16, 5, 1",
        "16, 16, 2, 9, 100, 2",
        "8, 2, 1, 8, 16, 7",
        "24, 3, 1, 16, 17, 1",
        "33, 3, 1, 9, 31, 1",
        "64, 4, 2, 16, 64, 1",
        "100, 10, 1, 5, 3, 1"
    })
    void probabilitiesAreThoseOfASingleSequence(
            int width, int heads, int layers, int blockSize, int vocab, int numCommon) {
        int[] size = {width, heads, layers, blockSize};

        assertThat(BatchCheck.agrees(KERNELS, vocab, size, Architecture.MICROGPT, numCommon))
                .isTrue();
    }

    @Test
    void soAreThoseOfOtherArchitectures() {
        Random random = new Random(7);
        for (int i = 0; i < 40; i++) {
            int heads = 1 << random.nextInt(3);
            int[] size = {heads * 2 * (1 + random.nextInt(6)), heads, 1 + random.nextInt(2), 10};

            assertThat(BatchCheck.agrees(KERNELS, 23, size, architecture(random, heads), 1))
                    .isTrue();
        }
    }

    private static Architecture architecture(Random random, int heads) {
        return new Architecture(
                pick(random, NormKind.values()),
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextBoolean(),
                pick(random, ActivationKind.values()),
                2.5,
                pick(random, PositionKind.values()),
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextBoolean() ? heads : 1);
    }

    private static <T> T pick(Random random, T[] values) {
        return values[random.nextInt(values.length)];
    }

    @Test
    void largeModelsHaveNone() {
        Weights weights = weights(16, 1, 4000);

        assertThat(BatchDecoder.create(weights, KERNELS)).isNull();
    }

    private static Weights weights(int width, int layers, int blockSize) {
        int numParams = new Layout(7, width, 1, layers, blockSize).numParams();
        return Weights.of(
                7, width, 1, layers, blockSize, Architecture.MICROGPT, new double[numParams]);
    }

    @Test
    void portableKernelsHaveNone() {
        assertThat(BatchDecoder.create(weights(16, 1, 16), new PortableKernels())).isNull();
    }
}

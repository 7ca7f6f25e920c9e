package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

/// The matrices of a model and their offsets among its parameters.
final class MatrixTest {

    private static ModelOptions options(int nEmbd, int nLayer, int blockSize) {
        return ModelOptions.builder()
                .nEmbd(nEmbd)
                .nHead(1)
                .nLayer(nLayer)
                .blockSize(blockSize)
                .build();
    }

    @Test
    void listsTheMatricesInTheOrderOfMicrogpt() {
        assertThat(Matrix.of(options(4, 2, 3), 6))
                .containsExactly(
                        new Matrix("wte", 6, 4, 0),
                        new Matrix("wpe", 3, 4, 24),
                        new Matrix("lm_head", 6, 4, 36),
                        new Matrix("layer0.attn_wq", 4, 4, 60),
                        new Matrix("layer0.attn_wk", 4, 4, 76),
                        new Matrix("layer0.attn_wv", 4, 4, 92),
                        new Matrix("layer0.attn_wo", 4, 4, 108),
                        new Matrix("layer0.mlp_fc1", 16, 4, 124),
                        new Matrix("layer0.mlp_fc2", 4, 16, 188),
                        new Matrix("layer1.attn_wq", 4, 4, 252),
                        new Matrix("layer1.attn_wk", 4, 4, 268),
                        new Matrix("layer1.attn_wv", 4, 4, 284),
                        new Matrix("layer1.attn_wo", 4, 4, 300),
                        new Matrix("layer1.mlp_fc1", 16, 4, 316),
                        new Matrix("layer1.mlp_fc2", 4, 16, 380));
    }

    @ParameterizedTest
    @CsvSource({"16, 1, 16, 27", "1, 1, 1, 1", "7, 3, 33, 2", "48, 12, 100, 500"})
    void matricesAreContiguousAndCoverAllParameters(
            int nEmbd, int nLayer, int blockSize, int vocabSize) {
        ModelOptions options = options(nEmbd, nLayer, blockSize);
        List<Matrix> matrices = Matrix.of(options, vocabSize);

        assertThat(matrices).hasSize(3 + 6 * nLayer);
        assertThat(matrices.stream().map(Matrix::name)).doesNotHaveDuplicates();
        int end = 0;
        for (Matrix matrix : matrices) {
            assertThat(matrix.offset()).as(matrix.name()).isEqualTo(end);
            assertThat(matrix.size()).isEqualTo(matrix.rows() * matrix.columns()).isPositive();
            end += matrix.size();
        }
        assertThat(end).isEqualTo(options.numParams(vocabSize));
    }

    @Test
    void rejectsMoreParametersThanAnArrayHolds() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> Matrix.of(options(1 << 14, 1, 16), 27))
                .withMessageContaining("numParams");
    }
}

package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.lang.management.ManagementFactory;

final class MicroGptMemoryTest {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static ModelOptions.Builder options() {
        return ModelOptions.builder().engine(EngineKind.SCALAR);
    }

    @ParameterizedTest
    @CsvSource({
        "16, 4, 1, 16, 7",
        "16, 4, 1, 16, 100",
        "32, 4, 2, 16, 15",
        "8, 2, 1, 256, 256",
        "8, 8, 1, 256, 256",
        "64, 4, 1, 32, 100",
    })
    void estimatesTheMemoryOfAModelAndAStep(
            int nEmbd, int nHead, int nLayer, int blockSize, int documentLength) {
        ModelOptions options =
                options().nEmbd(nEmbd).nHead(nHead).nLayer(nLayer).blockSize(blockSize).build();
        Corpus corpus = Corpus.of("abcdefgh".repeat(100).substring(0, documentLength));
        MicroGpt model = new MicroGpt(options);
        model.loadData(corpus);

        long before = THREADS.getCurrentThreadAllocatedBytes();
        model.initParams();
        model.advance();
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;

        assertThat((double) MicroGpt.estimateBytes(options, corpus) / allocated)
                .isBetween(0.8, 2.0);
    }

    /// Allocates neither gradients nor moments. The tensor engine even shares the parameters with the state.
    @ParameterizedTest
    @CsvSource({"TENSOR, 0", "SCALAR, 68"})
    void aModelOfAPastStepAllocatesOnlyItsParameters(EngineKind engine, long bytesPerParameter) {
        MicroGpt model = SmallModels.ready(wide(engine), SmallModels.NAMES);
        ModelState past = model.state();
        LanguageModel.of(past); // loads the classes

        long before = THREADS.getCurrentThreadAllocatedBytes();
        LanguageModel inference = LanguageModel.of(past);
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;

        assertThat(allocated).isLessThan(bytesPerParameter * model.numParams() + 20_000);
        assertThat(inference.getEmbeddings())
                .usingRecursiveComparison()
                .isEqualTo(model.getEmbeddings());
    }

    private static ModelOptions wide(EngineKind engine) {
        return ModelOptions.builder().engine(engine).nEmbd(128).nHead(4).build();
    }

    /// The moments of the state can be freed while its parameters are in use.
    @ParameterizedTest
    @EnumSource(EngineKind.class)
    void estimatesTheMemoryOfAModelForInference(EngineKind engine) {
        MicroGpt model = SmallModels.ready(wide(engine), SmallModels.NAMES);
        int vocabSize = model.getConfig().vocabSize();
        double params = model.numParams();
        double perParameter =
                engine == EngineKind.TENSOR ? 4 : 68 + 2 * 64; // and a position's graph

        long estimate = LanguageModel.estimateBytes(model.options(), vocabSize);

        assertThat(estimate / params).isBetween(perParameter, 1.5 * perParameter);
        assertThat(LanguageModel.of(model.state()).estimateBytes()).isEqualTo(estimate);
        assertThat(model.languageModel().estimateBytes()).isEqualTo(estimate);
    }

    @ParameterizedTest
    @CsvSource({"TENSOR, 4", "SCALAR, 8"})
    void estimatesTheMemoryOfAState(EngineKind engine, int bytesPerNumber) {
        MicroGpt model = SmallModels.ready(wide(engine), SmallModels.NAMES);

        assertThat(ModelState.estimateBytes(model.options(), model.getConfig().vocabSize()))
                .isEqualTo(model.state().bytes());
        assertThat((double) model.state().bytes() / model.numParams())
                .isBetween(3.0 * bytesPerNumber, 3.2 * bytesPerNumber);
    }

    /// A document may be millions of characters long, and be in a batch many times.
    @Test
    void aStepReadsOnlyTheTrainedPartOfADocument() {
        ModelOptions options = options().nEmbd(4).blockSize(4).batchSize(10).build();
        MicroGpt model = new MicroGpt(options);
        model.loadData("ab".repeat(500_000));
        model.initParams();

        long before = THREADS.getCurrentThreadAllocatedBytes();
        model.advance();
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;

        assertThat(allocated).isLessThan(4_000_000);
    }

    @Test
    void hugeEstimatesSaturate() {
        int max = Integer.MAX_VALUE;
        Corpus corpus = Corpus.of("alice");

        assertThat(MicroGpt.estimateBytes(options().nEmbd(max).nHead(1).build(), corpus))
                .isEqualTo(Long.MAX_VALUE);
        assertThat(
                        MicroGpt.estimateBytes(
                                options().nEmbd(max).nHead(1).nLayer(max).blockSize(max).build(),
                                corpus))
                .isEqualTo(Long.MAX_VALUE);
        assertThat(MicroGpt.estimateBytes(options().blockSize(max).build(), corpus))
                .isGreaterThan(16L * max);
        for (EngineKind engine : EngineKind.values()) {
            ModelOptions all =
                    options().engine(engine).nEmbd(max).nHead(1).nLayer(max).blockSize(max).build();
            assertThat(LanguageModel.estimateBytes(all, max)).isEqualTo(Long.MAX_VALUE);
            assertThat(ModelState.estimateBytes(all, max)).isEqualTo(Long.MAX_VALUE);
        }
    }
}

package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    void theEstimateIsAboutWhatAModelAndAStepAllocate(
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

    /// A document may be millions of characters long, and be in a batch many times.
    @Test
    void aStepReadsNoMoreOfADocumentThanItTrains() {
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
    void theEstimateOfWhatNoMachineHasSaturates() {
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
    }
}

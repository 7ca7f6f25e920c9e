package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microgpt.support.SharesNothing;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// The tensor engine reproduces the reference runs until rounding errors have grown.
@SharesNothing
final class TensorGoldenRunsTest {

    private static final int STEPS = 100;
    private static final double PRECISION = 1e-3;

    static List<GoldenRun.MicrogptJs> microgptJs() throws IOException {
        return GoldenRun.ofMicrogptJs();
    }

    static List<GoldenRun.MicrogptPy> microgptPy() throws IOException {
        return GoldenRun.ofMicrogptPy();
    }

    private static ModelOptions withEngine(EngineKind engine, ModelOptions options) {
        return ModelOptions.builder()
                .seed(options.seed())
                .nEmbd(options.nEmbd())
                .nHead(options.nHead())
                .nLayer(options.nLayer())
                .blockSize(options.blockSize())
                .learningRate(options.learningRate())
                .numSteps(options.numSteps())
                .random(options.random())
                .batchSize(options.batchSize())
                .engine(engine)
                .build();
    }

    @ParameterizedTest
    @MethodSource("microgptJs")
    void startsLikeMicrogptJs(GoldenRun.MicrogptJs golden) throws IOException {
        assertStartsLike(golden, golden.losses());
    }

    @ParameterizedTest
    @MethodSource("microgptPy")
    void startsLikeMicrogptPy(GoldenRun.MicrogptPy golden) throws IOException {
        assertStartsLike(golden, golden.losses());
    }

    private static void assertStartsLike(GoldenRun golden, double[] losses) throws IOException {
        MicroGpt model = new MicroGpt(withEngine(EngineKind.TENSOR, golden.modelOptions()));
        model.loadData(golden.corpus());
        model.initParams();

        int steps = Math.min(STEPS, losses.length);
        for (int i = 0; i < steps; i++) {
            assertThat(model.advance()).as("loss %d", i).isCloseTo(losses[i], within(PRECISION));
        }
    }

    @Test
    void learnsAsMuchAsTheReferenceFromTheNames() throws IOException {
        double scalar = lossAfter1000Steps(EngineKind.SCALAR);
        double tensor = lossAfter1000Steps(EngineKind.TENSOR);
        assertThat(tensor).isCloseTo(scalar, within(0.01));
    }

    private static double lossAfter1000Steps(EngineKind engine) throws IOException {
        MicroGpt model = new MicroGpt(withEngine(engine, ModelOptions.defaults()));
        String resource = "/datasets/names.txt";
        try (InputStream names = TensorGoldenRunsTest.class.getResourceAsStream(resource)) {
            model.loadData(Corpus.read(Objects.requireNonNull(names), Corpus.Limits.NONE));
        }
        model.initParams();
        for (int i = 0; i < 1000; i++) {
            model.advance();
        }
        return Arrays.stream(model.getLossHistory(), 900, 1000).average().orElseThrow();
    }
}

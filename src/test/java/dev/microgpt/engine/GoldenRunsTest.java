package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withPrecision;

import dev.microgpt.support.SharesNothing;

import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/// The reference engine reproduces runs of microgptjs and microgpt.py.
@SharesNothing
final class GoldenRunsTest {

    private static final Offset<Double> PRECISION = withPrecision(1e-12);

    static List<GoldenRun.MicrogptJs> microgptJs() throws IOException {
        return GoldenRun.ofMicrogptJs();
    }

    static List<GoldenRun.MicrogptPy> microgptPy() throws IOException {
        return GoldenRun.ofMicrogptPy();
    }

    @ParameterizedTest
    @MethodSource("microgptJs")
    void followsMicrogptJs(GoldenRun.MicrogptJs golden) throws IOException {
        MicroGpt model = new MicroGpt(golden.modelOptions());
        model.loadData(golden.corpus());

        assertThat(model.initParams()).isEqualTo(golden.info());
        assertThat(model.getConfig()).isEqualTo(golden.config());
        assertThat(((CharTokenizer) model.corpus().tokenizer()).alphabet())
                .isEqualTo(golden.chars());
        assertThat(model.corpus().tokenizer().bos()).isEqualTo(golden.bos());
        assertInitialParams(model, golden.initialParams());

        for (int i = 0; i < golden.losses().length; i++) {
            assertStep(model.trainStep(), golden, i);
        }
        assertThat(model.getLossHistory()).containsExactly(golden.losses(), PRECISION);

        for (GoldenRun.MicrogptJs.Generated expected : golden.generated()) {
            Sample sample = model.generate(expected.temperature());
            assertThat(sample.text()).isEqualTo(expected.text());
            assertThat(sample.tokens()).containsExactly(expected.tokens());
            if (expected.vizData() != null) {
                TraceAssert.assertTraces(sample.vizData(), expected.vizData(), PRECISION);
            }
        }
        assertEmbeddings(model.getEmbeddings(), golden.embeddings());
    }

    @ParameterizedTest
    @MethodSource("microgptPy")
    void followsMicrogptPy(GoldenRun.MicrogptPy golden) throws IOException {
        MicroGpt model = new MicroGpt(golden.modelOptions());
        model.loadData(golden.corpus());

        assertThat(model.initParams().numParams()).isEqualTo(golden.numParams());
        assertInitialParams(model, golden.initialParams());

        for (int i = 0; i < golden.losses().length; i++) {
            StepResult result = model.trainStep(false);
            assertThat(result.loss()).as("loss %d", i).isCloseTo(golden.losses()[i], PRECISION);
            if (i < golden.docs().size()) {
                assertThat(result.doc()).isEqualTo(golden.docs().get(i));
            }
        }
        for (String expected : golden.samples()) {
            assertThat(model.generate(golden.temperature()).text()).isEqualTo(expected);
        }
    }

    /// The first parameters are the embedding of token 0; the others are checked through their sum only.
    private static void assertInitialParams(MicroGpt model, GoldenRun.InitialParams expected) {
        double[] embedding = model.getEmbeddings().getFirst().embedding();

        assertThat(Arrays.copyOf(embedding, expected.first10().length))
                .containsExactly(expected.first10(), PRECISION);
        int numParams = (int) model.options().numParams(model.corpus().tokenizer().vocabSize());
        assertThat(model.paramStats().mean() * numParams)
                .isCloseTo(expected.sum(), withPrecision(1e-10));
    }

    /// @param index of the step, counted from 0
    private static void assertStep(StepResult result, GoldenRun.MicrogptJs golden, int index) {
        assertThat(result.step()).isEqualTo(index + 1);
        assertThat(result.loss()).as("loss %d", index).isCloseTo(golden.losses()[index], PRECISION);
        assertThat(result.doc()).isEqualTo(golden.docs().get(index));
        assertThat(result.learningRate()).isCloseTo(golden.learningRates()[index], PRECISION);
        if (index < golden.firstDocs().size()) {
            assertThat(result.doc()).isEqualTo(golden.firstDocs().get(index));
        }
        if (index == 0) {
            assertThat(result.tokens()).containsExactly(golden.step1().tokens());
            TraceAssert.assertTraces(result.vizData(), golden.step1().vizData(), PRECISION);
        }
        for (GoldenRun.MicrogptJs.StatsAtStep stats : golden.paramStats()) {
            if (stats.step() == result.step()) {
                assertThat(result.paramStats().mean()).isCloseTo(stats.mean(), PRECISION);
                assertThat(result.paramStats().std()).isCloseTo(stats.std(), PRECISION);
            }
        }
    }

    private static void assertEmbeddings(
            List<TokenEmbedding> actual, List<GoldenRun.MicrogptJs.Embedding> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int id = 0; id < expected.size(); id++) {
            assertThat(actual.get(id).tokenId()).isEqualTo(expected.get(id).tokenId());
            assertThat(actual.get(id).symbol()).isEqualTo(expected.get(id).symbol());
            assertThat(actual.get(id).embedding())
                    .containsExactly(expected.get(id).embedding(), PRECISION);
        }
    }
}

package dev.microgpt.engine;

import static dev.microgpt.engine.SmallModels.NAMES;
import static dev.microgpt.engine.SmallModels.ready;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.microgpt.engine.random.PythonRandom;
import dev.microgpt.engine.random.SeededRandom;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.stream.DoubleStream;

final class MicroGptTest {

    private final MicroGpt model = new MicroGpt(small().build());

    private static ModelOptions.Builder small() {
        return SmallModels.options().numSteps(20);
    }

    private static double[] train(MicroGpt model, int steps) {
        return DoubleStream.generate(model::advance).limit(steps).toArray();
    }

    @Test
    void failsBeforeLoadData() {
        assertThatIllegalStateException()
                .isThrownBy(model::initParams)
                .withMessageContaining("loadData");
        assertThatIllegalStateException()
                .isThrownBy(model::corpus)
                .withMessageContaining("loadData");
        assertNotInitialised();
    }

    @Test
    void failsBeforeInitParams() {
        model.loadData(NAMES);

        assertNotInitialised();
    }

    @Test
    void requiresInitParamsAfterLoadingAgain() {
        model.loadData(NAMES);
        model.initParams();
        assertThat(train(model, 3)).hasSize(3);

        model.loadData("x\ny");

        assertNotInitialised();
        assertThat(model.step()).isZero();
        assertThat(model.getLossHistory()).isEmpty();
        assertThat(model.initParams()).isEqualTo(new ModelInfo(880, 3, 2));
        assertThat(model.trainStep().step()).isEqualTo(1);
    }

    private void assertNotInitialised() {
        assertThatIllegalStateException()
                .isThrownBy(model::trainStep)
                .withMessageContainingAll("loadData", "initParams");
        assertThatIllegalStateException().isThrownBy(() -> model.trainStep(false));
        assertThatIllegalStateException().isThrownBy(model::advance);
        assertThatIllegalStateException().isThrownBy(() -> model.generate(0.5));
        assertThatIllegalStateException().isThrownBy(model::getEmbeddings);
        assertThatIllegalStateException().isThrownBy(model::paramStats);
        assertThat(model.getLossHistory()).isEmpty();
        assertThat(model.step()).isZero();
    }

    @Test
    void aRejectedTextChangesNothing() {
        MicroGpt other = ready(small().build(), NAMES);
        model.loadData(NAMES);
        model.initParams();

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> model.loadData(" \n "));

        assertThat(model.trainStep().loss()).isEqualTo(other.trainStep().loss());
        assertThat(model.generate(1).text()).isEqualTo(other.generate(1).text());
    }

    @Test
    void getConfigDescribesModelAndData() {
        assertThat(model.getConfig()).isEqualTo(new ModelConfig(8, 2, 1, 8, 4, 0, 0));

        model.loadData(NAMES);

        assertThat(model.getConfig()).isEqualTo(new ModelConfig(8, 2, 1, 8, 4, 16, 6));
    }

    @Test
    void initParamsAgainRestartsWithOtherParameters() {
        model.loadData(NAMES);
        model.initParams();
        double[] first = model.getEmbeddings().getFirst().embedding();
        assertThat(train(model, 3)).hasSize(3);

        model.initParams();

        assertThat(model.step()).isZero();
        assertThat(model.getLossHistory()).isEmpty();
        assertThat(model.getEmbeddings().getFirst().embedding()).doesNotContain(first);
        assertThat(model.trainStep().learningRate()).isEqualTo(0.01);
    }

    @Test
    void seedAndTextDetermineEverything() {
        MicroGpt one = ready(small().build(), NAMES);
        MicroGpt two = ready(small().build(), NAMES);

        assertThat(train(one, 30)).containsExactly(train(two, 30));
        for (int i = 0; i < 10; i++) {
            assertThat(one.generate(1).tokens()).containsExactly(two.generate(1).tokens());
        }
        assertThat(one.getEmbeddings().get(3).embedding())
                .containsExactly(two.getEmbeddings().get(3).embedding());
        assertThat(train(ready(small().seed(43).build(), NAMES), 5))
                .doesNotContain(Arrays.copyOf(one.getLossHistory(), 5));
    }

    @Test
    void modelsShuffleASharedCorpusIndependently() {
        Corpus corpus = Corpus.of(NAMES);
        MicroGpt one = new MicroGpt(small().build());
        one.loadData(corpus);
        one.initParams();
        MicroGpt two = new MicroGpt(small().seed(7).build());
        two.loadData(corpus);
        two.initParams();
        MicroGpt again = ready(small().build(), NAMES);

        for (int i = 0; i < 6; i++) {
            StepResult ofTwo = two.trainStep();
            StepResult ofOne = one.trainStep();
            assertThat(ofOne.doc()).isEqualTo(again.trainStep().doc());
            assertThat(corpus.document(i)).isEqualTo(NAMES.split("\n", -1)[i]);
            assertThat(NAMES).contains(ofTwo.doc());
        }
    }

    @Test
    void advanceIsTrainStepWithoutTheDetails() {
        MicroGpt one = ready(small().build(), NAMES);
        MicroGpt two = ready(small().build(), NAMES);
        MicroGpt three = ready(small().build(), NAMES);

        for (int i = 0; i < 10; i++) {
            double loss = one.advance();
            assertThat(loss).isEqualTo(two.trainStep().loss());
            assertThat(loss).isEqualTo(three.trainStep(false).loss());
        }
        assertThat(one.getLossHistory()).containsExactly(two.getLossHistory());
        assertThat(one.paramStats()).isEqualTo(two.paramStats()).isEqualTo(three.paramStats());
    }

    @Test
    void trainStepReturnsTheDetailsOfTheStep() {
        MicroGpt trained = ready(small().build(), NAMES);

        for (int i = 0; i < 8; i++) {
            StepResult result = trained.trainStep();

            assertThat(result.step()).isEqualTo(i + 1).isEqualTo(trained.step());
            assertThat(result.docs()).containsExactly(result.doc());
            assertThat(result.tokens()).startsWith(15).endsWith(15);
            assertThat(result.tokens()).hasSize(result.doc().length() + 2);
            assertThat(result.vizData()).hasSize(Math.min(8, result.doc().length() + 1));
            assertThat(result.paramStats()).isEqualTo(trained.paramStats());
            assertThat(result.learningRate()).isEqualTo(trained.options().learningRateAt(i));
        }
        assertThat(trained.trainStep(false).vizData()).isEmpty();
    }

    @Test
    void trainsEveryDocumentBeforeRepeatingAny() {
        MicroGpt trained = ready(small().build(), NAMES);
        String[] docs = new String[12];

        Arrays.setAll(docs, i -> trained.trainStep(false).doc());

        assertThat(Arrays.copyOf(docs, 6)).containsExactlyInAnyOrder(NAMES.split("\n", -1));
        assertThat(Arrays.copyOfRange(docs, 6, 12)).containsExactly(Arrays.copyOf(docs, 6));
    }

    @Test
    void cutsDocumentsToBlockSizeForTraining() {
        ModelOptions options = small().blockSize(4).build();
        // same alphabet, and same beginning of the only document
        MicroGpt one = ready(options, "abcdefghgfedcba");
        MicroGpt two = ready(options, "abcdhgfe");

        StepResult result = one.trainStep();

        assertThat(result.doc()).isEqualTo("abcdefghgfedcba");
        assertThat(result.tokens()).hasSize(17);
        assertThat(result.vizData()).hasSize(4);
        assertThat(result.loss()).isEqualTo(two.trainStep().loss());
        assertThat(train(one, 10)).containsExactly(train(two, 10));
    }

    @Test
    void getLossHistoryIsACopyOfAllLosses() {
        MicroGpt trained = ready(small().build(), NAMES);
        double[] losses = train(trained, 10);

        Arrays.fill(trained.getLossHistory(), -1);

        assertThat(trained.getLossHistory()).containsExactly(losses);
        assertThat(trained.lossHistory().exact(1, 10)).containsExactly(losses);
    }

    @Test
    void getEmbeddingsIsACopyInTheOrderOfTheTokens() {
        MicroGpt trained = ready(small().build(), "Zoë\n😀");
        double[] before = trained.getEmbeddings().get(1).embedding();

        Arrays.fill(trained.getEmbeddings().get(1).embedding(), 99);

        assertThat(trained.getEmbeddings().get(1).embedding()).containsExactly(before);
        assertThat(trained.getEmbeddings())
                .extracting(TokenEmbedding::symbol)
                .containsExactly("Z", "o", "ë", "😀", "<BOS>");
        assertThat(trained.getEmbeddings())
                .extracting(TokenEmbedding::tokenId)
                .containsExactly(0, 1, 2, 3, 4);
        assertThat(trained.getEmbeddings()).allMatch(e -> e.embedding().length == 8);
    }

    @Test
    void paramStatsAreMeanAndRootMeanSquareOfAllParameters() {
        MicroGpt trained = ready(small().seed(5).build(), "a\nb");
        SeededRandom random = new SeededRandom(5);
        random.shuffle(new int[2]);
        double[] params = new double[(int) trained.options().numParams(3)];
        Arrays.setAll(params, i -> random.gauss(0, 0.08));

        assertThat(trained.paramStats().mean())
                .isEqualTo(DoubleStream.of(params).reduce(0, Double::sum) / params.length);
        assertThat(trained.paramStats().std())
                .isEqualTo(
                        Math.sqrt(
                                DoubleStream.of(params).map(p -> p * p).reduce(0, Double::sum)
                                        / params.length));
    }

    @Test
    void trainingBeyondNumStepsChangesNothing() {
        MicroGpt trained = ready(small().numSteps(5).build(), NAMES);
        assertThat(train(trained, 5)).hasSize(5);
        ParamStats stats = trained.paramStats();
        double[] embedding = trained.getEmbeddings().getLast().embedding();

        for (int i = 0; i < 7; i++) {
            StepResult result = trained.trainStep();
            assertThat(result.learningRate()).isZero();
            assertThat(result.paramStats()).isEqualTo(stats);
        }

        assertThat(trained.getEmbeddings().getLast().embedding()).containsExactly(embedding);
        assertThat(trained.step()).isEqualTo(12);
        assertThat(trained.getLossHistory()).hasSize(12);
        assertThat(trained.getLossHistory()[11]).isEqualTo(trained.getLossHistory()[5]);
    }

    @Test
    void learnsToPredictItsDocuments() {
        MicroGpt trained = ready(small().numSteps(300).build(), "abc\nabd");

        double first = trained.advance();
        double last = train(trained, 299)[298];

        assertThat(first).isGreaterThan(1);
        assertThat(last).isLessThan(Math.log(2) / 4 + 0.1); // 1 in 4 is a coin flip
    }

    @Test
    void newRandomHasTheKindOfTheModel() {
        MicroGpt python = new MicroGpt(small().random(RandomKind.PYTHON).build());

        assertThat(model.newRandom(-1)).isInstanceOf(SeededRandom.class);
        assertThat(python.newRandom(1)).isInstanceOf(PythonRandom.class);
        assertThat(python.newRandom(1).random()).isEqualTo(new PythonRandom(1).random());
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> python.newRandom(-1))
                .returns("seed", InvalidInputException::field);
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> model.newRandom(1L << 32))
                .returns("seed", InvalidInputException::field);
    }

    @Test
    void rejectsMoreParametersThanAnArrayHolds() {
        MicroGpt huge = new MicroGpt(small().nEmbd(16_384).nHead(1).build());
        huge.loadData(NAMES);

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(huge::initParams)
                .returns("numParams", InvalidInputException::field);
    }
}

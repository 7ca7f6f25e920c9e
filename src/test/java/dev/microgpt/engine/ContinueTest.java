package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import static java.util.Objects.requireNonNull;

import dev.microgpt.engine.architecture.PositionKind;
import dev.microgpt.engine.random.RandomSource;
import dev.microgpt.engine.training.OptimizerKind;
import dev.microgpt.support.SharesNothing;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.Arrays;
import java.util.List;

/// A model continues with other documents.
@SharesNothing
final class ContinueTest {

    private static final String OTHER = "zoé\nalice\nyanna";

    /// The alphabet of OTHER and of the six names together.
    private static final String GROWN = "abcdefhiklmnorvyzé";

    private static ModelOptions.Builder options(EngineKind engine) {
        return SmallModels.options().engine(engine);
    }

    private static MicroGpt trained(ModelOptions options) {
        MicroGpt model = SmallModels.ready(options, SmallModels.NAMES);
        advance(model, 15);
        return model;
    }

    private static double[] advance(MicroGpt model, int steps) {
        double[] losses = new double[steps];
        Arrays.setAll(losses, _ -> model.advance());
        return losses;
    }

    /// Inserts rows for new tokens into a flat array of parameters or moments.
    ///
    /// @param drawn the numbers of the new rows, of wte first
    private static double[] grown(
            double[] numbers, ModelOptions options, String before, String after, double[] drawn) {
        int newVocab = after.length() + 1;
        List<Matrix> old = Matrix.of(options, before.length() + 1);
        List<Matrix> all = Matrix.of(options, newVocab);
        double[] result = new double[all.getLast().end()];
        int next = 0;
        for (int i = 0; i < all.size(); i++) {
            double[][] rows = old.get(i).rows(numbers);
            boolean ofTokens = List.of("wte", "lm_head").contains(all.get(i).name());
            int position = all.get(i).offset();
            for (int row = 0; row < all.get(i).rows(); row++) {
                int former = row;
                if (ofTokens) {
                    former =
                            row == after.length()
                                    ? before.length()
                                    : before.indexOf(after.charAt(row));
                }
                for (int column = 0; column < all.get(i).columns(); column++) {
                    result[position++] = former < 0 ? drawn[next++] : rows[former][column];
                }
            }
        }
        return result;
    }

    @ParameterizedTest
    @CsvSource({
        "SCALAR, ADAM, LEARNED, false, MULBERRY32",
        "SCALAR, MUON, NONE, true, PYTHON",
        "SCALAR, SGD, ROPE, false, PYTHON",
        "TENSOR, ADAM, LEARNED, false, MULBERRY32",
        "TENSOR, ADAMW, SINUSOIDAL, true, PYTHON",
        "TENSOR, SGD, ALIBI, false, MULBERRY32",
        "TENSOR, MUON, LEARNED, false, PYTHON",
        "TENSOR, MUON, ROPE, true, MULBERRY32"
    })
    void aGrownModelIsTheOldOneWithRowsForNewCharacters(
            EngineKind engine,
            OptimizerKind optimizer,
            PositionKind position,
            boolean tied,
            RandomKind random) {
        ModelOptions options =
                options(engine)
                        .optimizer(optimizer)
                        .position(position)
                        .tied(tied)
                        .random(random)
                        .biases(true)
                        .normGain(true)
                        .batchSize(2)
                        .dropout(0.1)
                        .gradientClip(1)
                        .build();
        MicroGpt model = trained(options);
        Checkpoint before = model.checkpoint();
        String alphabet = ((CharTokenizer) before.tokenizer()).alphabet();
        RandomSource source = model.random().copy();

        assertThat(model.continueWith(Corpus.of(OTHER), true)).isEqualTo("yzé");

        int[] order = {0, 1, 2};
        source.shuffle(order);
        int newRows = tied ? 3 : 6;
        double[] drawn = new double[newRows * options.nEmbd()];
        Arrays.setAll(drawn, _ -> source.gauss(0, 0.08));
        double[] none = new double[drawn.length];
        CharTokenizer tokenizer = CharTokenizer.of(GROWN);
        Checkpoint expected =
                new Checkpoint(
                        options,
                        tokenizer,
                        15,
                        grown(before.params(), options, alphabet, GROWN, drawn),
                        grown(before.m(), options, alphabet, GROWN, none),
                        grown(before.v(), options, alphabet, GROWN, none),
                        source.words(),
                        Corpus.of(OTHER).inTokensOf(tokenizer, false),
                        order,
                        0);
        MicroGpt byHand = new MicroGpt(expected, model.lossHistory().copy());
        assertSame(model, byHand);
        assertThat(advance(model, 20)).containsExactly(advance(byHand, 20));
        assertSame(model, byHand);
        assertThat(model.generate(GenerateOptions.defaults()).text())
                .isEqualTo(byHand.generate(GenerateOptions.defaults()).text());
    }

    private static void assertSame(MicroGpt model, MicroGpt other) {
        Checkpoint actual = model.checkpoint();
        Checkpoint expected = other.checkpoint();
        assertThat(actual.tokenizer()).isEqualTo(expected.tokenizer());
        assertThat(actual.params()).containsExactly(expected.params());
        assertThat(actual.m()).containsExactly(expected.m());
        assertThat(actual.v()).containsExactly(expected.v());
        assertThat(actual.random()).containsExactly(expected.random());
        assertThat(actual.order()).containsExactly(expected.order());
        assertThat(actual.nextDocument()).isEqualTo(expected.nextDocument());
        assertThat(actual.step()).isEqualTo(expected.step());
    }

    @ParameterizedTest
    @EnumSource
    void knownCharactersKeepTheirProbabilitiesAmongThemselves(EngineKind engine) {
        MicroGpt model = trained(options(engine).build());
        double former = model.score("bob").logLikelihood();
        double[] before = probabilities(model);

        String _ = model.continueWith(Corpus.of(OTHER), true);

        double[] after = probabilities(model);
        double ratio = after[0] / before[0];
        assertThat(ratio).isBetween(0.5, 1.0);
        assertThat(after[1] / before[1]).isCloseTo(ratio, within(1e-5));
        assertThat(after[after.length - 1] / before[before.length - 1])
                .isCloseTo(ratio, within(1e-5));
        assertThat(model.score("bob").logLikelihood()).isLessThan(former);
        assertThat(model.getEmbeddings().stream().map(TokenEmbedding::symbol))
                .hasSize(GROWN.length() + 1)
                .contains("é");
    }

    /// Returns the probabilities of a text's first token.
    private static double[] probabilities(MicroGpt model) {
        return requireNonNull(model.inspect("").vizData().getFirst().probs());
    }

    @ParameterizedTest
    @EnumSource
    void withoutNewCharactersOnlyTheDocumentsChange(EngineKind engine) {
        MicroGpt model = trained(options(engine).validation(1).build());
        Checkpoint before = model.checkpoint();

        assertThat(model.continueWith(Corpus.of("bob\nfrank\nlia\nmia"), false)).isEmpty();

        Checkpoint after = model.checkpoint();
        assertThat(after.tokenizer()).isEqualTo(before.tokenizer());
        assertThat(after.params()).containsExactly(before.params());
        assertThat(after.m()).containsExactly(before.m());
        assertThat(after.nextDocument()).isZero();
        assertThat(model.corpus().document(3)).isEqualTo("mia");
        assertThat(model.validationDocuments()).hasSize(1);
        assertThat(model.lossHistory().size()).isEqualTo(15);
        assertThat(model.trainStep().step()).isEqualTo(16);
        assertThat(new MicroGpt(model.checkpoint()).advance()).isEqualTo(model.advance());
    }

    @Test
    void earlierStatesKeepTheirTokensAndDocuments() {
        MicroGpt model = trained(options(EngineKind.TENSOR).build());
        MicroGpt original = model.copy();
        ModelState past = model.state();
        String _ = model.continueWith(Corpus.of(OTHER), true);
        double[] _ = advance(model, 3);

        assertThat(LanguageModel.of(past).score("bob"))
                .usingRecursiveComparison()
                .isEqualTo(original.score("bob"));
        assertThat(model.stepAfter(past).documents())
                .isEqualTo(original.stepAfter(original.state()).documents());
        assertThat(model.parameters(past, ParameterKind.GRADIENT))
                .containsExactly(original.parameters(past, ParameterKind.GRADIENT));
        MicroGpt fork = requireNonNull(model.copyAt(past, original.random()));
        assertThat(advance(fork, 10)).containsExactly(advance(original, 10));
    }

    @Test
    void unknownCharactersAreNamedAndChangeNothing() {
        MicroGpt model = trained(options(EngineKind.SCALAR).build());
        MicroGpt original = model.copy();

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> model.continueWith(Corpus.of(OTHER), false))
                .withMessage(
                        "the model does not know 3 characters of the text: 'y' (U+0079), 'z' (U+007A), 'é'"
                                + " (U+00E9); with grow=true they get tokens of their own")
                .satisfies(e -> assertThat(e.value()).isEqualTo("yzé"));
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> model.continueWith(Corpus.of("0123456789XYZ"), false))
                .withMessageEndingWith(
                        "'9' (U+0039) and 3 more; with grow=true they get tokens of their own");
        assertSame(model, original);
    }

    @Test
    void documentsThatLeaveNothingToTrainOnChangeNothing() {
        MicroGpt model = trained(options(EngineKind.SCALAR).validation(2).build());
        MicroGpt original = model.copy();

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> model.continueWith(Corpus.of("zoé\nbob"), true))
                .withMessageContaining("validation must leave a document for training");
        assertSame(model, original);
    }

    @Test
    void aModelWithoutDocumentsGetsSome() {
        Checkpoint full = trained(options(EngineKind.TENSOR).build()).checkpoint();
        MicroGpt model =
                new MicroGpt(
                        new Checkpoint(
                                full.options(),
                                full.tokenizer(),
                                full.step(),
                                full.params(),
                                full.m(),
                                full.v(),
                                full.random(),
                                null,
                                new int[0],
                                0));

        assertThat(model.continueWith(Corpus.of(OTHER), true)).isEqualTo("yzé");

        assertThat(model.trainStep().step()).isEqualTo(16);
        assertThat(model.corpus().size()).isEqualTo(3);
    }

    @Test
    void bytePairsKnowEveryText() {
        ModelOptions options =
                options(EngineKind.TENSOR).tokenizer(TokenizerKind.BPE).vocabSize(262).build();
        MicroGpt model = trained(options);
        Tokenizer tokenizer = model.corpus().tokenizer();
        int numParams = model.numParams();

        assertThat(model.continueWith(Corpus.of("zoé 🦙\nalice"), false)).isEmpty();

        assertThat(model.corpus().tokenizer()).isEqualTo(tokenizer);
        assertThat(model.numParams()).isEqualTo(numParams);
        assertThat(model.corpus().document(0)).isEqualTo("zoé 🦙");
        assertThat(model.trainStep().step()).isEqualTo(16);
    }

    @Test
    void aTextIsKnownWhicheverTokensTheModelHad() {
        MicroGpt model = trained(options(EngineKind.SCALAR).build());
        Sample former = model.generate(GenerateOptions.defaults().withPrompt("alic"));
        String _ = model.continueWith(Corpus.of(former.text() + "\nzoé"), true);

        assertThat(model.corpus().contains(former)).isTrue();
        assertThat(model.corpus().contains(new Sample("bob", new int[] {1, 12, 1}, List.of())))
                .isFalse();
        assertThat(model.corpus().contains(new Sample("bo0", new int[] {1, 12, 1}, List.of())))
                .isFalse();
    }
}

package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.microgpt.engine.scalar.Graph;
import dev.microgpt.engine.scalar.Value;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// The anatomy of a step is the step that training makes, and each of its numbers matches its description.
final class StepAnatomyTest {

    private static MicroGpt model(ModelOptions options) {
        MicroGpt model = SmallModels.ready(options, SmallModels.NAMES);
        for (int i = 0; i < 5; i++) {
            model.advance();
        }
        return model;
    }

    static List<ModelOptions> options() {
        return List.of(
                SmallModels.options().nEmbd(4).build(),
                SmallModels.options().nEmbd(4).nLayer(2).blockSize(4).build(),
                SmallModels.options().nEmbd(4).batchSize(3).build(),
                SmallModels.options().nEmbd(4).engine(EngineKind.TENSOR).build());
    }

    private static StepAnatomy.Tensor tensor(StepAnatomy anatomy, String name) {
        return Objects.requireNonNull(anatomy.tensor(name), name);
    }

    @Test
    void listsTensorsInTheOrderOfComputation() {
        MicroGpt model = model(SmallModels.options().build());
        StepAnatomy anatomy = model.stepAfter(model.state()).anatomy(0);

        assertThat(anatomy.names())
                .containsExactly(
                        "embedded",
                        "embedding",
                        "layer0.attn_norm",
                        "layer0.attn_q",
                        "layer0.attn_k",
                        "layer0.attn_v",
                        "layer0.head0.logits",
                        "layer0.head0.weights",
                        "layer0.head1.logits",
                        "layer0.head1.weights",
                        "layer0.attn_out",
                        "layer0.attn_proj",
                        "layer0.attn_residual",
                        "layer0.mlp_norm",
                        "layer0.mlp_hidden",
                        "layer0.mlp_relu",
                        "layer0.mlp_proj",
                        "layer0.mlp_residual",
                        "logits",
                        "probs",
                        "losses",
                        "loss",
                        "wte",
                        "wpe",
                        "lm_head",
                        "layer0.attn_wq",
                        "layer0.attn_wk",
                        "layer0.attn_wv",
                        "layer0.attn_wo",
                        "layer0.mlp_fc1",
                        "layer0.mlp_fc2");
    }

    @ParameterizedTest
    @MethodSource("options")
    void equalsTheStepOfTheReferenceEngine(ModelOptions options) {
        MicroGpt model = model(options);
        StepInputs training = model.stepAfter(model.state());
        StepAnatomy anatomy = training.anatomy(0);
        StepAnatomy again = training.anatomy(0);
        ScalarEngine engine = reference(model);
        int[][] batch = new int[options.batchSize()][];
        Arrays.setAll(batch, training::tokens);

        double loss = engine.trainStep(batch, options.settings(model.step()), null);

        assertThat(anatomy.batchLoss()).isEqualTo(loss).isEqualTo(again.batchLoss());
        assertThat(parameters(anatomy, StepAnatomy.Update::after)).containsExactly(engine.params());
        assertThat(parameters(anatomy, StepAnatomy.Update::m))
                .containsExactly(engine.firstMoments());
        assertThat(parameters(anatomy, StepAnatomy.Update::v))
                .containsExactly(engine.secondMoments());
        assertThat(anatomy.gradients())
                .containsExactly(reference(model).gradients(batch, options.settings(0)));
        assertThat(training.step()).isEqualTo(model.step() + 1);
        assertThat(training.documents()).isEqualTo(model.trainStep(false).docs());
    }

    private static ScalarEngine reference(MicroGpt model) {
        ModelState state = model.state();
        ModelOptions options = model.options().toBuilder().engine(EngineKind.SCALAR).build();
        int vocabSize = model.corpus().tokenizer().vocabSize();
        ScalarEngine engine =
                new ScalarEngine(options.shape(vocabSize), state.params(), state.m(), state.v());
        return engine;
    }

    private interface Part {
        double[][] of(StepAnatomy.Update update);
    }

    private static double[] parameters(StepAnatomy anatomy, Part part) {
        return anatomy.matrices().stream()
                .map(matrix -> tensor(anatomy, matrix.name()).update())
                .flatMap(update -> Arrays.stream(part.of(Objects.requireNonNull(update))))
                .flatMapToDouble(Arrays::stream)
                .toArray();
    }

    /// Recomputes all numbers of the graph from the leaves, with one number changed.
    private static double root(StepAnatomy anatomy, int changed, double by) {
        Graph graph = anatomy.graph();
        double[] numbers = new double[graph.size()];
        for (int id = 0; id < numbers.length; id++) {
            Value node = graph.node(id);
            int[] operands = graph.operands(id);
            double a = operands.length > 0 ? numbers[operands[0]] : node.data();
            double b = operands.length > 1 ? numbers[operands[1]] : 0;
            numbers[id] =
                    switch (node.op()) {
                        case LEAF -> a;
                        case ADD -> a + b;
                        case MUL -> a * b;
                        case POW -> Math.pow(a, node.exponent());
                        case LOG -> Math.log(a);
                        case EXP -> Math.exp(a);
                        case RELU -> Math.max(0, a);
                        case SIGMOID -> 1 / (1 + Math.exp(-a));
                    };
            if (id == changed) {
                numbers[id] += by;
            }
        }
        return numbers[anatomy.root()];
    }

    @Test
    void gradientsMatchFiniteDifferences() {
        MicroGpt model = model(SmallModels.options().nEmbd(4).blockSize(3).build());
        StepAnatomy anatomy = model.stepAfter(model.state()).anatomy(0);
        assertThat(root(anatomy, 0, 0)).isCloseTo(anatomy.batchLoss(), within(1e-14));

        int compared = 0;
        for (int id = 0; id < anatomy.graph().size(); id++) {
            Value node = anatomy.graph().node(id);
            double h = 1e-6 * Math.max(1e-2, Math.abs(node.data()));
            double slope = (root(anatomy, id, h) - root(anatomy, id, -h)) / (2 * h);
            double scale = Math.max(1, Math.abs(slope));
            assertThat(node.grad())
                    .as("%s %s at %s", id, node.op(), anatomy.location(id))
                    .isCloseTo(slope, within(1e-5 * scale));
            compared++;
        }
        assertThat(compared).isGreaterThan(1000);
    }

    @ParameterizedTest
    @MethodSource("options")
    void theGraphContainsEveryNumberOfEveryTensor(ModelOptions options) {
        MicroGpt model = model(options);
        StepAnatomy anatomy = model.stepAfter(model.state()).anatomy(0);

        for (String name : anatomy.names()) {
            StepAnatomy.Tensor tensor = tensor(anatomy, name);
            for (int row = 0; row < tensor.values().length; row++) {
                for (int column = 0; column < tensor.values()[row].length; column++) {
                    var location = new StepAnatomy.Location(name, row, column);
                    int id = anatomy.idOf(location);
                    Value node = anatomy.graph().node(id);
                    assertThat(node.data()).isEqualTo(tensor.values()[row][column]);
                    assertThat(node.grad()).isEqualTo(tensor.gradients()[row][column]);
                    assertThat(anatomy.location(id)).isEqualTo(location);
                }
            }
        }
    }

    @Test
    void activationsEqualTheTrace() {
        MicroGpt model = model(SmallModels.options().build());
        StepAnatomy anatomy = model.stepAfter(model.state()).anatomy(0);
        List<Trace> traces = model.trainStep().vizData();

        for (int t = 0; t < traces.size(); t++) {
            assertThat(tensor(anatomy, "embedding").values()[t])
                    .containsExactly(traces.get(t).embedding());
            assertThat(tensor(anatomy, "layer0.head1.weights").values()[t])
                    .containsExactly(traces.get(t).attentionWeights()[0][1]);
            assertThat(tensor(anatomy, "layer0.mlp_hidden").values()[t])
                    .containsExactly(traces.get(t).mlpActivations()[0]);
        }
    }

    @Test
    void returnsTheAdamUpdateOfAParameter() {
        MicroGpt model = model(SmallModels.options().build());
        StepAnatomy anatomy = model.stepAfter(model.state()).anatomy(0);
        int id = anatomy.idOf(new StepAnatomy.Location("layer0.mlp_fc1", 3, 2));

        var update = Objects.requireNonNull(anatomy.update(id));

        assertThat(Objects.requireNonNull(update.mHat()))
                .isCloseTo(update.m() / (1 - Math.pow(0.85, 6)), within(1e-12));
        assertThat(Objects.requireNonNull(update.vHat()))
                .isCloseTo(
                        Objects.requireNonNull(update.v()) / (1 - Math.pow(0.99, 6)),
                        within(1e-12));
        assertThat(update.after())
                .isEqualTo(
                        update.before()
                                - update.learningRate()
                                        * Objects.requireNonNull(update.mHat())
                                        / (Math.sqrt(Objects.requireNonNull(update.vHat()))
                                                + 1e-8));
        assertThat(anatomy.update(anatomy.root())).isNull();
    }

    @Test
    void rejectsALocationOutOfRange() {
        MicroGpt model = model(SmallModels.options().build());
        StepAnatomy anatomy = model.stepAfter(model.state()).anatomy(0);

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> anatomy.idOf(new StepAnatomy.Location("wte", 99, 0)))
                .withMessageContaining("row must be from 0 to");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> anatomy.idOf(new StepAnatomy.Location("loss", 0, 1)))
                .withMessageContaining("column must be from 0 to 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> anatomy.idOf(new StepAnatomy.Location("wqe", 0, 0)));
        assertThat(anatomy.tensor("wqe")).isNull();
    }

    @ParameterizedTest
    @MethodSource("options")
    void theTensorEngineAgrees(ModelOptions options) {
        MicroGpt model = model(options);
        StepInputs training = model.stepAfter(model.state());

        EngineAgreement agreement = training.agreement(training.anatomy(0));

        assertThat(agreement.tensorLoss()).isCloseTo(agreement.scalarLoss(), within(1e-5));
        assertThat(agreement.gradientDifference()).isBetween(0.0, 1e-4);
    }

    @ParameterizedTest
    @MethodSource("options")
    void estimatesTheSizeOfTheGraph(ModelOptions options) {
        MicroGpt model = model(options);
        StepInputs training = model.stepAfter(model.state());

        double estimate = training.estimateNodes(0) + model.numParams();

        assertThat((double) training.anatomy(0).graph().size())
                .isBetween(estimate / 2, 1.2 * estimate);
    }

    @Test
    void doesNotChangeTheModel() {
        MicroGpt model = model(SmallModels.options().build());
        MicroGpt other = model.copy();
        StepInputs training = model.stepAfter(model.state());
        training.agreement(training.anatomy(0));

        assertThat(model.trainStep(false).loss()).isEqualTo(other.trainStep(false).loss());
        assertThat(model.trainStep(false).loss()).isEqualTo(other.trainStep(false).loss());
    }
}

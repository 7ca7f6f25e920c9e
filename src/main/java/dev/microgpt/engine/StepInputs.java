package dev.microgpt.engine;

import dev.microgpt.engine.training.StepSettings;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The inputs that determine one training step: parameters, optimiser state, options and batch. The step may
/// be a past one or the next one.
///
/// Independent of the model: computing the step changes nothing in the model, and is possible while the
/// model trains.
public final class StepInputs {

    private final Corpus corpus;
    private final ModelState state;
    private final int[] documents; // (B), indices in the corpus
    private final int[][] batch; // (B, own length), token ids with BOS at both ends

    /// @param state the state before the step
    StepInputs(ModelState state) {
        this.state = state;
        corpus = state.documents().corpus();
        documents = state.documents().batchDocuments(state.options(), state.nextDocument());
        batch = state.documents().batch(state.options(), state.nextDocument());
    }

    /// Returns the number of the step, counted from 1.
    public long step() {
        return state.step() + 1;
    }

    /// Returns the options of the model in this step.
    public ModelOptions options() {
        return state.options();
    }

    /// Returns the documents that the step trains on, (B).
    public List<String> documents() {
        List<String> texts = new ArrayList<>();
        for (int document : documents) {
            texts.add(corpus.document(document));
        }
        return texts;
    }

    /// Returns the token ids that the step uses of a document: BOS, the characters that fit into the context,
    /// and the token after them.
    ///
    /// @param document index in the batch
    /// @return (n + 1), where n is the number of positions
    public int[] tokens(int document) {
        return batch[document].clone();
    }

    /// Estimates the number of nodes in the graphs of all documents, which is the cost of [#anatomy].
    public double estimateNodes() {
        return Arrays.stream(batch).mapToDouble(this::estimateNodes).sum();
    }

    /// Estimates the number of nodes in the graph of a document.
    ///
    /// @param document index in the batch
    public double estimateNodes(int document) {
        return estimateNodes(batch[document]);
    }

    private double estimateNodes(int[] tokens) {
        return new ScalarMemoryEstimate(shape()).nodes(tokens.length - 1);
    }

    /// Computes the step with the reference engine, whichever engine the model uses, and returns all its
    /// numbers.
    ///
    /// @param document index in the batch of the document whose graph is recorded
    /// @throws DivergedException if the loss, a gradient, a new moment or a new parameter is not finite
    public StepAnatomy anatomy(int document) {
        return new ScalarEngine(shape(), state.params(), state.m(), state.v())
                .anatomy(batch, document, settings());
    }

    private StepSettings settings() {
        return state.options().settings(state.step());
    }

    private ModelShape shape() {
        return state.options().shape(corpus.tokenizer().vocabSize());
    }

    /// Computes loss and gradients of the step with the tensor engine, and compares them with those of the
    /// reference engine.
    ///
    /// @param anatomy the result of [#anatomy] for this step
    public EngineAgreement agreement(StepAnatomy anatomy) {
        TensorEngine tensor = new TensorEngine(shape(), state.params());
        double[] gradients = tensor.gradients(batch, settings());
        double loss = tensor.loss(batch, settings());
        return new EngineAgreement(
                anatomy.batchLoss(), loss, difference(anatomy.gradients(), gradients));
    }

    /// Returns the largest difference of two elements, divided by the largest expected magnitude if that is
    /// not 0.
    private static double difference(double[] expected, double[] actual) {
        double largest = 0;
        double difference = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            difference = Math.max(difference, Math.abs(expected[i] - actual[i]));
        }
        return largest == 0 ? difference : difference / largest;
    }
}

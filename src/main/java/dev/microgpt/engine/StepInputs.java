package dev.microgpt.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// One training step, made or not: all that decides it. It changes nothing in the model that it is of,
/// and may be used while that one trains.
public final class StepInputs {

    private final Corpus corpus;
    private final ModelState state;
    private final int[] documents; // (B), indices in the corpus
    private final int[][] batch; // (B, own length), token ids with BOS at both ends

    StepInputs(Corpus corpus, ModelState state, int[] documents, int[][] batch) {
        this.corpus = corpus;
        this.state = state;
        this.documents = documents;
        this.batch = batch;
    }

    /// Counted from 1.
    public long step() {
        return state.step() + 1;
    }

    public ModelOptions options() {
        return state.options();
    }

    /// The documents that it trains on, (B).
    public List<String> documents() {
        List<String> texts = new ArrayList<>();
        for (int document : documents) {
            texts.add(corpus.document(document));
        }
        return texts;
    }

    /// What is read of a document: BOS, its characters as far as they fit, and what comes next.
    ///
    /// @param document index in the batch
    /// @return (n + 1)
    public int[] tokens(int document) {
        return batch[document].clone();
    }

    /// How many numbers the graphs of all documents have, about: what it costs to take the step apart.
    public double estimateNodes() {
        return Arrays.stream(batch).mapToDouble(this::estimateNodes).sum();
    }

    /// How many numbers the graph of a document has, about.
    ///
    /// @param document index in the batch
    public double estimateNodes(int document) {
        return estimateNodes(batch[document]);
    }

    private double estimateNodes(int[] tokens) {
        return new ScalarMemoryEstimate(shape()).nodes(tokens.length - 1);
    }

    /// Makes the step by the reference engine, whichever the model has.
    ///
    /// @param document index in the batch, whose graph is to be seen
    /// @throws DivergedException if the loss, a gradient, a new moment or a new parameter is not finite
    public StepAnatomy takeApart(int document) {
        return new ScalarEngine(shape(), state.params(), state.m(), state.v())
                .takeApart(
                        batch,
                        document,
                        state.step(),
                        state.options().learningRateAt(state.step()));
    }

    private ModelShape shape() {
        return state.options().shape(corpus.tokenizer().vocabSize());
    }

    /// Makes the step by the fast engine as well, and compares.
    ///
    /// @param anatomy of this step
    public EngineAgreement agreement(StepAnatomy anatomy) {
        Engine fast = Engine.create(EngineKind.TENSOR, shape(), state.params());
        double loss = 0;
        for (int[] tokens : batch) {
            loss +=
                    Arrays.stream(fast.reader().losses(tokens)).average().orElseThrow()
                            / batch.length;
        }
        return new EngineAgreement(
                anatomy.batchLoss(), loss, difference(anatomy.gradients(), fast.gradients(batch)));
    }

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

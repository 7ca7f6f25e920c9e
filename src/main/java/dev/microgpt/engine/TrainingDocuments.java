package dev.microgpt.engine;

import java.util.stream.IntStream;

/// Documents, and the order in which a model trains on them: the last ones may be held out. Immutable.
public final class TrainingDocuments {

    private static final int MAX_VALIDATION_DOCUMENTS = 1000;

    private final Corpus corpus;
    private final int[] order; // (numDocs), indices of the corpus's documents in training order

    /// @param order the documents' indices in training order, (numDocs); not copied
    TrainingDocuments(Corpus corpus, int[] order) {
        this.corpus = corpus;
        this.order = order;
    }

    /// Returns documents in a given order.
    ///
    /// @param order the documents' indices in training order, (numDocs)
    /// @throws InvalidInputException if it does not name each document once
    public static TrainingDocuments of(Corpus corpus, int[] order) {
        Checkpoint.requirePermutation(order, corpus.size());
        return new TrainingDocuments(corpus, order.clone());
    }

    /// Returns no documents, for a model that was restored without them.
    public static TrainingDocuments none(Tokenizer tokenizer) {
        return new TrainingDocuments(Corpus.empty(tokenizer), new int[0]);
    }

    public Corpus corpus() {
        return corpus;
    }

    /// Returns the tokenizer of the documents, which is that of the model.
    public Tokenizer tokenizer() {
        return corpus.tokenizer();
    }

    /// Returns the documents' indices in training order, (numDocs).
    public int[] order() {
        return order.clone();
    }

    /// Returns the memory size in bytes.
    public long bytes() {
        return corpus.bytes() + (long) Integer.BYTES * order.length;
    }

    /// Returns the number of documents to train on: the first ones of the training order.
    int numTraining(HeldOut heldOut) {
        return order.length - heldOut.numDocuments(order.length);
    }

    /// Returns the corpus index of a document of a batch. Batches run through the shuffled documents again
    /// and again.
    ///
    /// @param first the first document of the batch, as an index in order
    int documentAt(ModelOptions options, int first, int indexInBatch) {
        return order[(int) (((long) first + indexInBatch) % numTraining(options.heldOut()))];
    }

    /// Returns the corpus indices of the documents of a batch, (B).
    ///
    /// @param first the first document of the batch, as an index in order
    int[] batchDocuments(ModelOptions options, int first) {
        return IntStream.range(0, options.batchSize())
                .map(b -> documentAt(options, first, b))
                .toArray();
    }

    /// Returns the tokens of a batch: for each document the inputs, and the target of the last input.
    ///
    /// @param first the first document of the batch, as an index in order
    int[][] batch(ModelOptions options, int first) {
        int maxTokens = (int) Math.min(Integer.MAX_VALUE, options.blockSize() + 1L);
        int[][] batch = new int[options.batchSize()][];
        for (int b = 0; b < batch.length; b++) {
            batch[b] = corpus.tokens(documentAt(options, first, b), maxTokens);
        }
        return batch;
    }

    /// Returns the documents whose loss is measured, as indices of the corpus: those that are held out, or 1,000 of
    /// them that are evenly spread if there are more.
    int[] validationDocuments(HeldOut heldOut) {
        int first = numTraining(heldOut);
        int count = order.length - first;
        int numMeasured = Math.min(count, MAX_VALIDATION_DOCUMENTS);
        return IntStream.range(0, numMeasured)
                .map(i -> order[first + (int) ((long) i * count / numMeasured)])
                .toArray();
    }
}

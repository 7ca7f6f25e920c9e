package dev.microgpt.engine;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Locale;

/// The complete state of a model, to be stored outside of it. A model restored from a checkpoint continues
/// exactly as the original would. Only the loss history is not included.
///
/// @param options the options of the model
/// @param tokenizer the tokens, of the kind that the options name
/// @param step number of steps trained, at least 0
/// @param params the parameters in the order of [Matrix#of], all finite, (numParams)
/// @param m Adam's first moments in the same order, all finite, (numParams)
/// @param v Adam's second moments in the same order, all finite and at least 0, (numParams)
/// @param random the state of the generator, see [RandomKind#restore]
/// @param documents the training documents; null for a model that can be evaluated, but not trained
/// @param order the documents' indices in training order, (numDocs)
/// @param nextDocument the next document to train on, as an index in `order`
public record Checkpoint(
        ModelOptions options,
        Tokenizer tokenizer,
        long step,
        double[] params,
        double[] m,
        double[] v,
        int[] random,
        @Nullable Corpus documents,
        int[] order,
        int nextDocument) {

    /// @throws InvalidInputException if a value is out of range, or the parts do not match each other
    public Checkpoint {
        InvalidInputException.requireRange("step", step, 0, Long.MAX_VALUE);
        requireKind(tokenizer, options.tokenization());
        int numParams = options.requireNumParams(tokenizer.vocabSize());
        requireNumbers("params", params, numParams, options.engine());
        requireNumbers("m", m, numParams, options.engine());
        requireNumbers("v", v, numParams, options.engine());
        if (Arrays.stream(v).anyMatch(x -> x < 0)) {
            throw invalid("v", "the second moments must not be negative");
        }
        options.random().requireWords(random);
        int numDocs = documents == null ? 0 : documents.size();
        if (documents != null && !documents.tokenizer().equals(tokenizer)) {
            throw tokenizer.kind() == TokenizerKind.CHARS
                    ? invalid(
                            "alphabet",
                            "the alphabet of the documents differs from that of the model")
                    : invalid(
                            "merges", "the merges of the documents differ from those of the model");
        }
        requirePermutation(order, numDocs);
        int numTrained = numDocs - options.heldOut().numDocuments(numDocs);
        InvalidInputException.requireRange(
                "nextDocument", nextDocument, 0, Math.max(0, numTrained - 1));
    }

    private static void requireKind(Tokenizer tokenizer, Tokenization wanted) {
        if (tokenizer.kind() != wanted.tokenizer()) {
            throw invalid(
                    ModelOption.TOKENIZER.name(),
                    String.format(
                            Locale.ROOT,
                            "the options name the tokenizer %s, but the tokens are %s",
                            wanted.tokenizer(),
                            tokenizer.kind()));
        }
        if (wanted.tokenizer() == TokenizerKind.BPE && tokenizer.vocabSize() > wanted.vocabSize()) {
            throw InvalidInputException.outOfRange(
                    ModelOption.VOCAB_SIZE.name(),
                    tokenizer.vocabSize(),
                    ModelOption.VOCAB_SIZE.min(),
                    wanted.vocabSize(),
                    "there are more tokens than vocabSize allows");
        }
    }

    private static void requireNumbers(
            String field, double[] numbers, int numParams, EngineKind engine) {
        if (numbers.length != numParams) {
            throw invalid(
                    field,
                    String.format(
                            Locale.ROOT,
                            "%s must have %d numbers, but has %d",
                            field,
                            numParams,
                            numbers.length));
        }
        for (double x : numbers) {
            if (!Double.isFinite(x)) {
                throw invalid(
                        field,
                        String.format(
                                Locale.ROOT, "%s has a number that is not finite: %s", field, x));
            }
            if (engine == EngineKind.TENSOR && !Float.isFinite((float) x)) {
                throw invalid(
                        field,
                        String.format(
                                Locale.ROOT,
                                "%s has a number too large for the tensor engine's floats: %s",
                                field,
                                x));
            }
        }
    }

    /// @throws InvalidInputException if an order does not name each of some documents once
    static void requirePermutation(int[] order, int size) {
        boolean[] seen = new boolean[size];
        for (int index : order) {
            if (index < 0 || index >= size || seen[index]) {
                throw invalid(
                        "order",
                        String.format(
                                Locale.ROOT,
                                "the order does not name each of %d documents once",
                                size));
            }
            seen[index] = true;
        }
        if (order.length != size) {
            throw invalid(
                    "order",
                    String.format(
                            Locale.ROOT,
                            "the order does not name each of %d documents once",
                            size));
        }
    }

    private static InvalidInputException invalid(String field, String message) {
        return InvalidInputException.outOfRange(field, null, null, null, message);
    }
}

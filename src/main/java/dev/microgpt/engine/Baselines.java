package dev.microgpt.engine;

import org.jspecify.annotations.Nullable;

/// The losses of the simplest models on the documents, in nats, to compare a model's loss with.
///
/// As in training, the loss of a document is the mean over its first blockSize tokens, including BOS at the
/// end. Each number here is the mean over all documents.
///
/// @param uniform loss of a model that finds all tokens equally likely: ln V
/// @param unigram loss of a model that knows the frequency of each token
/// @param bigram loss of a model that knows the frequency of each token after each other token; null for a
///     vocabulary of more than 2,000 tokens
public record Baselines(double uniform, double unigram, @Nullable Double bigram) {

    private static final int MAX_BIGRAM_VOCABULARY = 2000;

    /// Computes the losses of the simplest models on the documents.
    ///
    /// @param documents at least one
    /// @param blockSize longest context in tokens
    public static Baselines of(Corpus documents, int blockSize) {
        int v = documents.tokenizer().vocabSize();
        Counts unigrams = new Counts(1, v);
        Counts bigrams = v <= MAX_BIGRAM_VOCABULARY ? new Counts(v, v) : null;
        int maxTokens = (int) Math.min(Integer.MAX_VALUE, blockSize + 1L);
        for (int i = 0; i < documents.size(); i++) {
            int[] tokens = documents.tokens(i, maxTokens);
            for (int t = 1; t < tokens.length; t++) {
                unigrams.add(0, tokens[t]);
                if (bigrams != null) {
                    bigrams.add(tokens[t - 1], tokens[t]);
                }
            }
        }
        double unigramLoss = 0;
        double bigramLoss = 0;
        for (int i = 0; i < documents.size(); i++) {
            int[] tokens = documents.tokens(i, maxTokens);
            double unigramSum = 0;
            double bigramSum = 0;
            for (int t = 1; t < tokens.length; t++) {
                unigramSum += unigrams.surprisal(0, tokens[t]);
                if (bigrams != null) {
                    bigramSum += bigrams.surprisal(tokens[t - 1], tokens[t]);
                }
            }
            unigramLoss += unigramSum / (tokens.length - 1);
            bigramLoss += bigramSum / (tokens.length - 1);
        }
        return new Baselines(
                Math.log(v),
                unigramLoss / documents.size(),
                bigrams == null ? null : bigramLoss / documents.size());
    }

    /// Counts how often each token follows each context.
    private static final class Counts {

        private final int width;
        private final int[] counts; // (contexts, V)
        private final long[] totals; // (contexts)

        Counts(int contexts, int width) {
            this.width = width;
            counts = new int[contexts * width];
            totals = new long[contexts];
        }

        void add(int context, int token) {
            counts[context * width + token]++;
            totals[context]++;
        }

        /// Returns -ln p(token | context) for a pair that was counted.
        double surprisal(int context, int token) {
            return Math.log((double) totals[context] / counts[context * width + token]);
        }
    }
}

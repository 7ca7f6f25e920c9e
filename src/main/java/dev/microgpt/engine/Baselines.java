package dev.microgpt.engine;

import org.jspecify.annotations.Nullable;

/// The losses that the simplest models would have on the documents, in nats: what a loss is to be
/// compared with. As in training, a document's loss is the mean over its tokens, BOS at the end included
/// and cut at blockSize; and these are means over the documents.
///
/// @param uniform of one that finds all tokens equally likely: ln V
/// @param unigram of one that knows how frequent each token is
/// @param bigram of one that knows how frequent each token is after each other one; null for an
///     alphabet with more than 2,000 tokens
public record Baselines(double uniform, double unigram, @Nullable Double bigram) {

    private static final int MAX_BIGRAM_VOCABULARY = 2000;

    /// @param blockSize longest context in tokens
    public static Baselines of(Corpus documents, int blockSize) {
        int v = documents.tokenizer().vocabSize();
        Counts unigrams = new Counts(1, v);
        Counts bigrams = v <= MAX_BIGRAM_VOCABULARY ? new Counts(v, v) : null;
        int most = (int) Math.min(Integer.MAX_VALUE, blockSize + 1L);
        for (int i = 0; i < documents.size(); i++) {
            int[] tokens = documents.tokens(i, most);
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
            int[] tokens = documents.tokens(i, most);
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

    /// How often each token came after each context.
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

        /// -ln p(token | context), for what was counted.
        double surprisal(int context, int token) {
            return Math.log((double) totals[context] / counts[context * width + token]);
        }
    }
}

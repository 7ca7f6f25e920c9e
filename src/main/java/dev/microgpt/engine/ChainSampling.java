package dev.microgpt.engine;

import dev.microgpt.engine.random.PythonRandom;
import dev.microgpt.engine.random.RandomSource;
import dev.microgpt.engine.random.SeededRandom;

/// How the tokens of chains are drawn, and the draws that are known in advance.
final class ChainSampling {

    /// The number of draws that are known in advance.
    static final int RING = 1 << 17;

    private final Sampler sampler;
    private final RandomSource source;
    private final int bos;
    private final int longest; // tokens of a text after the prompt
    private final float scale; // of the logits
    private final double[] first; // probabilities of the first token, (V)
    private final boolean cumulates;
    private final double[] ring = new double[RING]; // draws
    private long drawn;

    /// @param longest how many tokens a text may have after the prompt
    /// @param probs probabilities of the first token, (V)
    /// @param source the generator, which will be changed
    ChainSampling(
            GenerateOptions options, int bos, int longest, double[] probs, RandomSource source) {
        this.bos = bos;
        this.longest = longest;
        this.source = source;
        sampler = new Sampler(options, source);
        scale = (float) (1 / options.temperature());
        first = sampler.filtered(probs).clone();
        cumulates =
                switch (source) {
                    case SeededRandom _ -> false;
                    case PythonRandom _ -> true;
                };
    }

    Sampler sampler() {
        return sampler;
    }

    int longest() {
        return longest;
    }

    float scale() {
        return scale;
    }

    /// Returns whether to draw as `PythonRandom` does, or as `SeededRandom`.
    boolean cumulates() {
        return cumulates;
    }

    int vocabSize() {
        return first.length;
    }

    /// Makes the draws before one known. Must not run while chains are advanced.
    void prepare(long end) {
        for (; drawn < end; drawn++) {
            ring[(int) drawn & (RING - 1)] = source.random();
        }
    }

    /// Returns a draw that is known.
    double draw(long index) {
        return ring[(int) index & (RING - 1)];
    }

    /// Begins a text with its first token, which may also end it.
    void addFirst(Chain chain) {
        add(chain, sampler.choose(draw(chain.end()), first));
    }

    /// Adds the next token to the text of a chain.
    void add(Chain chain, int token) {
        chain.add(token, token == bos || chain.textLength + 1 == longest);
    }
}

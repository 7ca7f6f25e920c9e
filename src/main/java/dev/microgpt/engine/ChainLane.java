package dev.microgpt.engine;

import dev.microgpt.engine.tensor.BatchDecoder;

import org.jspecify.annotations.Nullable;

/// The sequences of one decoder, each of which can have a chain. In a window of several steps, it advances its chains with
/// no regard to what other lanes do at the same time. All that would need another chain to stand still waits for the end
/// of the window, when [ChainedTexts] does it.
final class ChainLane {

    private static final int S = BatchDecoder.SEQUENCES;

    final BatchDecoder decoder;
    private final ChainSampling sampling;
    private final @Nullable Chain[] running = new Chain[S];
    private final int[] tokens = new int[S];
    private final int[] lengths = new int[S];
    private final double[] uniform = new double[S];
    private final int[] chosen = new int[S];
    private final double[] probs; // (V)
    private long computed; // tokens
    private boolean isModerate = true;

    /// @param decoder has begun with BOS and the prompt
    ChainLane(BatchDecoder decoder, ChainSampling sampling) {
        this.decoder = decoder;
        this.sampling = sampling;
        probs = new double[sampling.vocabSize()];
    }

    @Nullable Chain chain(int sequence) {
        return running[sequence];
    }

    void setChain(int sequence, @Nullable Chain chain) {
        running[sequence] = chain;
    }

    /// Returns how many tokens were computed, used or not.
    long computed() {
        return computed;
    }

    /// Returns whether all logits were finite and small enough for single precision.
    boolean isModerate() {
        return isModerate;
    }

    /// Draws up to a number of tokens for each chain.
    void run(int steps) {
        for (int i = 0; i < steps && isModerate && stage(); i++) {
            step();
        }
    }

    /// Notes what the decoder reads next.
    ///
    /// @return false if no chain can continue
    private boolean stage() {
        long before = computed;
        for (int s = 0; s < S; s++) {
            Chain chain = running[s];
            if (chain != null && chain.textLength == 0) {
                beginText(chain);
            }
            if (chain != null && chain.textLength > 0) {
                tokens[s] = chain.token;
                lengths[s] = chain.textLength;
                uniform[s] = sampling.draw(chain.end());
                computed++;
            } else { // the sequence has nothing to do
                tokens[s] = 0;
                lengths[s] = 1;
                uniform[s] = 0;
                if (chain != null && chain.isMerged) {
                    running[s] = null;
                }
            }
        }
        return computed > before;
    }

    /// Begins the next text of a chain if no other chain must stand still for it, or notes that the chain has merged. The next
    /// chain may grow at the same time.
    private void beginText(Chain chain) {
        while (chain.textLength == 0 && chain.hasDrawsForText(sampling.longest())) {
            long draw = chain.end();
            Chain next = chain.next;
            if (next != null && draw >= next.start()) {
                if ((next.next != null && draw >= next.next.start())
                        || draw >= next.publishedEnd()) {
                    return;
                }
                if (next.beginsAt(draw)) {
                    chain.isMerged = true;
                    chain.sequence = -1;
                    return;
                }
            }
            sampling.addFirst(chain);
        }
    }

    private void step() {
        decoder.next(tokens, lengths);
        isModerate = decoder.probabilities(sampling.scale());
        if (!isModerate) {
            return;
        }
        choose();
        for (int s = 0; s < S; s++) {
            Chain chain = running[s];
            if (chain != null && chain.textLength > 0) {
                sampling.add(chain, chosen[s]);
            }
        }
    }

    private void choose() {
        Sampler sampler = sampling.sampler();
        if (!sampler.isFiltering()) {
            decoder.choose(uniform, sampling.cumulates(), chosen);
            return;
        }
        for (int s = 0; s < S; s++) {
            if (running[s] != null) {
                decoder.probabilitiesOf(s, probs);
                chosen[s] = sampler.choose(uniform[s], sampler.filtered(probs));
            }
        }
    }
}

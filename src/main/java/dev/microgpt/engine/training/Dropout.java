package dev.microgpt.engine.training;

/// Decides which numbers of a forward pass a training step drops. What is left is scaled up, so that the expectation
/// stays.
///
/// The decision is a hash of where the number is, not a draw from a generator: it is the same in both engines, on any
/// number of threads, and when a step is repeated.
///
/// Source: N. Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting" (2014).
///
/// @param rate probability with which a number is dropped, 0 to below 1
/// @param seed the seed of the model
public record Dropout(double rate, long seed) {

    /// Drops nothing.
    public static final Dropout NONE = new Dropout(0, 0);

    private static final double UNIT = 0x1p-53;

    public boolean isActive() {
        return rate > 0;
    }

    /// The place in the model where numbers are dropped: 0 for the embeddings.
    public static int ofAttention(int layer) {
        return 2 * layer + 1;
    }

    /// See [#ofAttention].
    public static int ofMlp(int layer) {
        return 2 * layer + 2;
    }

    /// Returns the key of a row of numbers.
    ///
    /// @param step number of steps before this one
    /// @param document index in the batch
    /// @param position in the document
    /// @param place 0, [#ofAttention] or [#ofMlp]
    public long row(long step, int document, int position, int place) {
        long key = mix(seed ^ mix(step));
        key = mix(key ^ document);
        return mix(mix(key ^ position) ^ place);
    }

    /// Returns the factor of a number: 0, or 1 / (1 - rate).
    ///
    /// @param row see [#row]
    public double factor(long row, int column) {
        double uniform = (mix(row + column) >>> 11) * UNIT;
        return uniform < rate ? 0 : 1 / (1 - rate);
    }

    /// The finaliser of SplitMix64: G. L. Steele et al., "Fast Splittable Pseudorandom Number Generators" (2014).
    private static long mix(long x) {
        long z = x + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}

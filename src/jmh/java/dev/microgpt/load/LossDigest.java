package dev.microgpt.load;

/// A number that tells a sequence of losses from any other, whatever parts it comes in. It is cheap
/// enough to follow a hundred watchers.
final class LossDigest {

    private static final long FACTOR = 0x9E3779B97F4A7C15L;

    private long value;

    /// Adds losses.
    ///
    /// @param text losses in JSON, with a comma between two
    void add(CharSequence text, int start, int end) {
        for (int i = start; i < end; i++) {
            value = (value + text.charAt(i)) * FACTOR;
        }
        value = (value + ',') * FACTOR;
    }

    long value() {
        return value;
    }
}

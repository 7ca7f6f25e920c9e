package dev.microgpt.verification.load;

/// A digest of a sequence of losses that does not depend on how the sequence was split into messages. It is
/// cheap enough to follow a hundred watchers.
final class LossDigest {

    private static final long FACTOR = 0x9E3779B97F4A7C15L;

    private long value;

    /// Adds losses.
    ///
    /// @param text contains the losses in JSON, separated by commas
    /// @param start index of the first character
    /// @param end index after the last character
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

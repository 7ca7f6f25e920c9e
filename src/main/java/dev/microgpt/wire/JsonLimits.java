package dev.microgpt.wire;

import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamConstraintsException;

/// Limits the nesting of JSON and the length of its parts, which would cost time and stack.
///
/// Jackson's exception carries neither the limit nor the position. So its text is written here, for clients.
final class JsonLimits extends StreamReadConstraints {

    private static final long serialVersionUID = 1;

    /// Deeper than any request needs to be.
    private static final int MAX_DEPTH = 50;

    private static final int MAX_NAME_LENGTH = 1000;

    JsonLimits() {
        super(
                MAX_DEPTH,
                DEFAULT_MAX_DOC_LEN,
                DEFAULT_MAX_TOKEN_COUNT,
                DEFAULT_MAX_NUM_LEN,
                DEFAULT_MAX_STRING_LEN,
                MAX_NAME_LENGTH);
    }

    @Override
    public void validateNestingDepth(int depth) {
        require(depth, getMaxNestingDepth(), "JSON must be nested at most %d deep");
    }

    @Override
    public void validateNameLength(int length) {
        require(length, getMaxNameLength(), "the name of a field must have at most %d characters");
    }

    @Override
    public void validateIntegerLength(int length) {
        require(length, getMaxNumberLength(), "a number must have at most %d digits");
    }

    @Override
    public void validateFPLength(int length) {
        require(length, getMaxNumberLength(), "a number must have at most %d characters");
    }

    @Override
    public void validateStringLength(int length) {
        validateStringLengthLong(length);
    }

    @Override
    public void validateStringLengthLong(long length) {
        require(length, getMaxStringLength(), "a string must have at most %d characters");
    }

    private static void require(long size, int max, String rule) {
        if (size > max) {
            throw new StreamConstraintsException(rule.formatted(max) + ", but this has more");
        }
    }
}

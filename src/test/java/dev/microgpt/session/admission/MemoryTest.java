package dev.microgpt.session.admission;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microgpt.engine.InvalidInputException;

import org.junit.jupiter.api.Test;

final class MemoryTest {

    private static final long HALF = 1 << 20;

    private final Memory memory = new Memory(2 * HALF);

    @Test
    void callThatNeverFitsIsTooLargeAlsoWhenItGrowsBitByBit() {
        try (Memory.Share share = memory.share()) {
            share.require(HALF, "the body");
            assertThatExceptionOfType(InvalidInputException.class)
                    .isThrownBy(() -> share.require(HALF + 2, "the body"))
                    .withMessageContaining(2 * HALF + 2 + " bytes");
        }
    }

    @Test
    void callThatFitsOnlyWithoutOthersMayTryAgain() {
        try (Memory.Share other = memory.share();
                Memory.Share share = memory.share()) {
            other.require(HALF, "a session");
            assertThatExceptionOfType(SessionException.class)
                    .isThrownBy(() -> share.require(HALF + 2, "the body"))
                    .matches(e -> e.code() == ErrorCode.NO_MEMORY);
        }
    }
}

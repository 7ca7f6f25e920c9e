package dev.microgpt.session.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.session.admission.Idempotency.Start;

import org.junit.jupiter.api.Test;

/// Where an interrupted call begins when it is repeated.
final class IdempotencyStartTest {

    private static final Start BEGAN = new Start(2, 10);
    private static final int COUNT = 5;

    private static Start repeat(Start now) {
        return Start.of(BEGAN, now, COUNT);
    }

    @Test
    void newCallBeginsHere() {
        assertThat(Start.of(null, new Start(2, 12), COUNT)).isEqualTo(new Start(2, 12));
    }

    @Test
    void interruptedCallBeginsWhereItBegan() {
        assertThat(repeat(new Start(2, 10))).isEqualTo(BEGAN);
        assertThat(repeat(new Start(2, 14))).isEqualTo(BEGAN);
    }

    @Test
    void callWhoseStepsAreAllMadeBeginsHere() {
        assertThat(repeat(new Start(2, 15))).isEqualTo(new Start(2, 15));
        assertThat(repeat(new Start(2, 99))).isEqualTo(new Start(2, 99));
    }

    @Test
    void callOfAnotherEpochBeginsHere() {
        assertThat(repeat(new Start(3, 12))).isEqualTo(new Start(3, 12));
    }

    @Test
    void callWhoseStepsWereLostBeginsHere() {
        assertThat(repeat(new Start(2, 9))).isEqualTo(new Start(2, 9));
    }

    @Test
    void differenceOfStepsDoesNotOverflow() {
        Start far = new Start(2, Long.MAX_VALUE);

        assertThat(Start.of(new Start(2, 0), far, Integer.MAX_VALUE)).isEqualTo(far);
    }
}

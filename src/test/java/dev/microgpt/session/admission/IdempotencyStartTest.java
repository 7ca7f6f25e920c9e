package dev.microgpt.session.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.session.admission.Idempotency.Start;

import org.junit.jupiter.api.Test;

/// Where a call that was cut off begins when it is made again.
final class IdempotencyStartTest {

    private static final Start BEGAN = new Start(2, 10);
    private static final int COUNT = 5;

    private static Start again(Start now) {
        return Start.of(BEGAN, now, COUNT);
    }

    @Test
    void newCallBeginsHere() {
        assertThat(Start.of(null, new Start(2, 12), COUNT)).isEqualTo(new Start(2, 12));
    }

    @Test
    void callThatWasCutOffInTheMiddleBeginsWhereItBegan() {
        assertThat(again(new Start(2, 10))).isEqualTo(BEGAN);
        assertThat(again(new Start(2, 14))).isEqualTo(BEGAN);
    }

    @Test
    void callWithAllItsStepsMadeBeginsHere() {
        assertThat(again(new Start(2, 15))).isEqualTo(new Start(2, 15));
        assertThat(again(new Start(2, 99))).isEqualTo(new Start(2, 99));
    }

    @Test
    void callOfAnotherLifeBeginsHere() {
        assertThat(again(new Start(3, 12))).isEqualTo(new Start(3, 12));
    }

    @Test
    void callWhoseStepsWereLostBeginsHere() {
        assertThat(again(new Start(2, 9))).isEqualTo(new Start(2, 9));
    }

    @Test
    void differenceOfStepsDoesNotOverflow() {
        Start far = new Start(2, Long.MAX_VALUE);

        assertThat(Start.of(new Start(2, 0), far, Integer.MAX_VALUE)).isEqualTo(far);
    }
}

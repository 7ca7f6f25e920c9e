package dev.microgpt.session.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.microgpt.session.run.RunState.Trigger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// The state machine of a run.
final class RunStateTest {

    /// A line per state and a column per trigger; `-` if the trigger cannot occur.
    private static final List<String> TABLE =
            """
            state      | SLICE   | PAUSE     | RESUME    | CANCEL    | GOAL      | FAILURE | RESTART
            QUEUED     | RUNNING | PAUSED    | QUEUED    | CANCELLED | -         | -       | QUEUED
            RUNNING    | RUNNING | PAUSED    | RUNNING   | CANCELLED | SUCCEEDED | FAILED  | QUEUED
            PAUSING    | -       | -         | -         | -         | -         | -       | -
            PAUSED     | -       | PAUSED    | QUEUED    | CANCELLED | -         | -       | PAUSED
            CANCELLING | -       | -         | -         | -         | -         | -       | -
            CANCELLED  | -       | CANCELLED | CANCELLED | CANCELLED | -         | -       | CANCELLED
            SUCCEEDED  | -       | SUCCEEDED | SUCCEEDED | SUCCEEDED | -         | -       | SUCCEEDED
            FAILED     | -       | FAILED    | FAILED    | FAILED    | -         | -       | FAILED
            """
                    .lines()
                    .toList();

    private static List<String> cells(String line) {
        return Arrays.stream(line.split("\\|")).map(String::strip).toList();
    }

    static List<Arguments> combinations() {
        List<String> triggers = cells(TABLE.getFirst());
        return TABLE.stream()
                .skip(1)
                .map(RunStateTest::cells)
                .flatMap(
                        line ->
                                IntStream.range(1, line.size())
                                        .mapToObj(
                                                i ->
                                                        Arguments.of(
                                                                line.getFirst(),
                                                                triggers.get(i),
                                                                line.get(i))))
                .toList();
    }

    @Test
    void tableIsComplete() {
        assertThat(combinations()).hasSize(RunState.values().length * Trigger.values().length);
        assertThat(combinations()).hasSize(8 * 7);
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void transitionLeadsToExpectedState(RunState state, Trigger trigger, String next) {
        if (next.equals("-")) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> state.after(trigger))
                    .withMessageContaining(state.name())
                    .withMessageContaining(trigger.name());
        } else {
            assertThat(state.after(trigger)).isEqualTo(RunState.valueOf(next));
        }
    }

    @Test
    void finalStatesAreNeverLeft() {
        for (RunState state : RunState.values()) {
            if (state.isEnd()) {
                assertThat(state.isActive()).isFalse();
                for (Trigger trigger :
                        List.of(Trigger.PAUSE, Trigger.RESUME, Trigger.CANCEL, Trigger.RESTART)) {
                    assertThat(state.after(trigger)).isEqualTo(state);
                }
            }
        }
    }
}

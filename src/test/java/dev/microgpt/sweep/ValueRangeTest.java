package dev.microgpt.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microgpt.support.SharesNothing;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/// Tests from what random searches draw.
@SharesNothing
final class ValueRangeTest {

    private static final int DRAWS = 10_000;

    private static Stream<Object> draws(ValueRange range) {
        SplittableRandom random = new SplittableRandom(1);
        return Stream.generate(() -> range.draw(random)).limit(DRAWS);
    }

    private static double share(ValueRange range, double below) {
        long count = draws(range).filter(value -> ((Number) value).doubleValue() < below).count();
        return (double) count / DRAWS;
    }

    @Test
    void numbersAreLikelyOnTheirScale() {
        assertThat(share(new ValueRange.Decimals(1, 100, false), 50.5))
                .isCloseTo(0.5, within(0.02));
        assertThat(share(new ValueRange.Decimals(1, 100, true), 10)).isCloseTo(0.5, within(0.02));
        assertThat(share(new ValueRange.Integers(1, 4, false), 3)).isCloseTo(0.5, within(0.02));
        assertThat(share(new ValueRange.Integers(1, 8, true), 3)).isCloseTo(0.5, within(0.02));
    }

    @Test
    void valuesStayInTheirRange() {
        assertThat(draws(new ValueRange.Integers(-2, 2, false)))
                .contains(-2L, 2L)
                .allMatch(value -> (long) value >= -2 && (long) value <= 2);
        assertThat(draws(new ValueRange.Decimals(0.12345, 0.12346, false)))
                .allMatch(value -> (double) value >= 0.12345 && (double) value <= 0.12346);
        assertThat(draws(new ValueRange.Values(List.of("a", "b")))).contains("a", "b");
    }
}

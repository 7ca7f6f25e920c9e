package dev.microgpt.engine.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microgpt.support.SharesNothing;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.HashSet;
import java.util.Set;

@SharesNothing
final class DropoutTest {

    private static final int COLUMNS = 100_000;

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.5, 0.9})
    void dropsItsShareAndScalesTheRest(double rate) {
        Dropout dropout = new Dropout(rate, 42);
        long row = dropout.row(7, 0, 3, Dropout.ofMlp(1));
        int numDropped = 0;
        for (int column = 0; column < COLUMNS; column++) {
            double factor = dropout.factor(row, column);
            assertThat(factor).isIn(0.0, 1 / (1 - rate));
            numDropped += factor == 0 ? 1 : 0;
        }

        double deviation = Math.sqrt(rate * (1 - rate) / COLUMNS);
        assertThat((double) numDropped / COLUMNS).isCloseTo(rate, within(5 * deviation));
    }

    @Test
    void dropsOtherNumbersInEachRow() {
        Set<Long> rows = new HashSet<>();
        for (long seed = 0; seed < 2; seed++) {
            Dropout dropout = new Dropout(0.5, seed);
            for (long step = 0; step < 10; step++) {
                for (int document = 0; document < 10; document++) {
                    for (int position = 0; position < 10; position++) {
                        for (int place = 0; place < 5; place++) {
                            rows.add(dropout.row(step, document, position, place));
                        }
                    }
                }
            }
        }

        assertThat(rows).hasSize(10_000);
    }
}

package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.SharesNothing;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Objects;
import java.util.Random;

/// A restored history continues exactly as the original does.
@SharesNothing
final class LossHistoryRestoreTest {

    private static final int MORE = 300_000;

    @ParameterizedTest
    @ValueSource(
            ints = {
                0, 1, 255, 256, 257, 4_095, 4_096, 4_097, 1_048_575, 1_048_576, 1_048_832,
                1_048_833, 1_300_000, 6_000_001
            })
    void aRestoredHistoryContinuesLikeTheOriginal(int size) {
        LossHistory original = filled(new LossHistory(), size);

        assertContinuesLike(original, restored(original));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 256, 5_000, 1_200_000})
    void aHistoryThatStartsLaterIsRestored(int start) {
        LossHistory original = filled(LossHistory.startingAfter(start), 3_000);

        assertContinuesLike(original, restored(original));
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 65_536, 1_000_192, 1_900_000})
    void aHistoryThatWasCutIsRestored(int step) {
        LossHistory cut = Objects.requireNonNull(filled(new LossHistory(), 2_000_000).upTo(step));

        assertContinuesLike(cut, restored(cut));
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 257, 4_096, 65_536, 1_000_000})
    void aHistoryWithFewerExactLossesIsRestored(int kept) {
        LossHistory original = filled(new LossHistory(), 1_200_001);
        original.keepExact(kept);

        assertContinuesLike(original, restored(original));
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 65_536, 1_000_192, 1_150_001})
    void aHistoryWithFewerExactLossesIsCutAndRestored(int step) {
        LossHistory original = filled(new LossHistory(), 1_200_001);
        original.keepExact(65_536);
        LossHistory cut = Objects.requireNonNull(original.upTo(step));

        assertThat(cut.bytes()).isLessThan(original.bytes());
        assertContinuesLike(cut, restored(cut));
    }

    /// A store may return more losses than the history still has.
    @Test
    void olderLossesThanTheHistoryHasAreIgnored() {
        LossHistory original = filled(new LossHistory(), 300_000);
        LossHistory.Segment all = original.exactForRestore(1);
        original.keepExact(1_000);
        LossHistory restored = LossHistory.restore(original.summaries(), all);

        assertThat(restored.bytes()).isLessThanOrEqualTo(original.bytes());
        assertContinuesLike(original, restored);
    }

    private static LossHistory filled(LossHistory history, int count) {
        Random random = new Random(1);
        for (int i = 0; i < count; i++) {
            history.append(random.nextDouble());
        }
        return history;
    }

    private static LossHistory restored(LossHistory original) {
        return LossHistory.restore(original.summaries(), original.exactForRestore(1));
    }

    private static void assertContinuesLike(LossHistory original, LossHistory restored) {
        assertSame(original, restored);
        filled(original, MORE);
        filled(restored, MORE);
        assertSame(original, restored);
    }

    private static void assertSame(LossHistory original, LossHistory restored) {
        assertThat(restored.size()).isEqualTo(original.size());
        assertThat(restored.oldestExact()).isEqualTo(original.oldestExact());
        assertThat(restored.firstKnown()).isEqualTo(original.firstKnown());
        assertThat(restored.newest(LossHistory.EXACT))
                .isEqualTo(original.newest(LossHistory.EXACT));
        if (original.firstKnown() <= original.size()) {
            assertThat(restored.buckets(original.firstKnown(), original.size(), 1_000))
                    .isEqualTo(original.buckets(original.firstKnown(), original.size(), 1_000));
        }
        assertThat(restored.summaries()).isEqualTo(original.summaries());
    }
}

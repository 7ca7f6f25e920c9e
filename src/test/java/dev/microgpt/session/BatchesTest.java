package dev.microgpt.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.microgpt.session.query.AsOf;
import dev.microgpt.support.SharesNothing;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// A large call is computed in batches, one ahead of the caller.
@SharesNothing
final class BatchesTest {

    private static final CallTimeout TIMEOUT = new CallTimeout(Duration.ofSeconds(20), () -> false);
    private static final int COUNT = 5;

    /// Batches whose results are their numbers, from 1 on.
    private static final class Numbers extends Batches<Integer> {

        final List<Integer> sizes = new ArrayList<>();
        private final int refused; // the number of the batch that is refused; 0 for none
        CompletableFuture<AsOf<Integer>> last = new CompletableFuture<>();
        private boolean isAnswering = true;

        Numbers(int blockSize, int refused) {
            super(TIMEOUT, blockSize);
            this.refused = refused;
        }

        @Override
        CompletableFuture<AsOf<Integer>> send(int texts) {
            sizes.add(texts);
            if (sizes.size() == refused) {
                throw new IllegalStateException("refused");
            }
            last = new CompletableFuture<>();
            if (isAnswering) {
                last.complete(new AsOf<>(0, sizes.size()));
            }
            return last;
        }

        @Override
        boolean isDone() {
            return sizes.size() == COUNT;
        }
    }

    @Test
    void oneBatchIsComputedAhead() {
        Numbers numbers = new Numbers(16, 0);
        List<Integer> results = new ArrayList<>();
        List<Integer> sent = new ArrayList<>();

        numbers.forEach(
                batch -> {
                    results.add(batch.value());
                    sent.add(numbers.sizes.size());
                });

        assertThat(results).containsExactly(1, 2, 3, 4, 5);
        assertThat(sent).containsExactly(2, 3, 4, 5, 5);
    }

    @Test
    void batchesGrowUntilTheyHaveManyTokens() {
        Numbers shortTexts = new Numbers(16, 0);
        Numbers longTexts = new Numbers(2048, 0);
        shortTexts.forEach(_ -> {});
        longTexts.forEach(_ -> {});

        assertThat(shortTexts.sizes).containsExactly(64, 128, 256, 512, 1024);
        assertThat(longTexts.sizes).containsExactly(64, 128, 128, 128, 128);
    }

    @Test
    void aRefusedBatchFailsAfterTheOneBeforeIt() {
        Numbers numbers = new Numbers(16, 3);
        List<Integer> results = new ArrayList<>();

        assertThatThrownBy(() -> numbers.forEach(batch -> results.add(batch.value())))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("refused");
        assertThat(results).containsExactly(1, 2);
    }

    @Test
    void theNextBatchIsCancelledIfTheCallerFails() {
        Numbers numbers = new Numbers(16, 0);
        Batches.Listener<Integer, IOException> leaving =
                batch -> {
                    if (batch.value() == 2) {
                        throw new IOException("gone");
                    }
                    numbers.isAnswering = false;
                    numbers.last.complete(new AsOf<>(0, 2));
                };
        assertThatThrownBy(() -> numbers.forEach(leaving))
                .isInstanceOf(IOException.class)
                .hasMessage("gone");
        assertThat(numbers.sizes).hasSize(3);
        assertThat(numbers.last).isCancelled();
    }
}

package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class BaselinesTest {

    private static Baselines of(String text, int blockSize) {
        return Baselines.of(Corpus.of(text), blockSize);
    }

    @Test
    void returnsMeanSurprisalsOfCountedFrequencies() {
        Baselines lines = of("ab\naa", 16); // a b BOS, a a BOS
        assertThat(lines.uniform()).isEqualTo(Math.log(3));
        double a = Math.log(6 / 3.0);
        double b = Math.log(6 / 1.0);
        double bos = Math.log(6 / 2.0);
        assertThat(lines.unigram())
                .isCloseTo(((a + b + bos) / 3 + (a + a + bos) / 3) / 2, within(1e-12));
        // after BOS always a; after a: b, a, BOS; after b always BOS
        double afterA = Math.log(3);
        assertThat(lines.bigram()).isCloseTo((afterA / 3 + 2 * afterA / 3) / 2, within(1e-12));
    }

    @Test
    void weighsDocumentsEquallyWhateverTheirLength() {
        Baselines lines = of("a\naaaaaaa", 16); // 8 times a, 2 times BOS
        double a = Math.log(10 / 8.0);
        double bos = Math.log(10 / 2.0);
        assertThat(lines.unigram())
                .isCloseTo(((a + bos) / 2 + (7 * a + bos) / 8) / 2, within(1e-12));
    }

    @Test
    void ignoresTokensBeyondTheContext() {
        assertThat(of("aaab", 3).unigram()).isZero();
    }

    @Test
    void hasNoBigramLossForALargeAlphabet() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 2000; i++) {
            text.appendCodePoint(0x4e00 + i);
        }
        assertThat(of(text.toString(), 16).bigram()).isNull();
        assertThat(of(text.substring(1), 16).bigram()).isNotNull();
    }
}

package dev.microgpt.session.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.engine.EngineKind;
import dev.microgpt.engine.LanguageModel;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.ParallelRunner;
import dev.microgpt.engine.Score;
import dev.microgpt.session.compute.Deadline;
import dev.microgpt.session.compute.Ticker;
import dev.microgpt.support.SharesNothing;
import dev.microgpt.support.TwoThreads;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.List;
import java.util.stream.IntStream;

/// Scores that two threads compute are those of each text.
@SharesNothing
final class ParallelScoringTest {

    private static final String DOCUMENTS = "alice\nbob\ncharlie\ndavid\nemma\nfrank";
    private static final Ticker TICKER = Ticker.SYSTEM;

    private static LanguageModel model(EngineKind engine) {
        MicroGpt model = new MicroGpt(ModelOptions.builder().engine(engine).build());
        model.loadData(DOCUMENTS);
        model.initParams();
        return model.languageModel();
    }

    private static List<String> texts(int count) {
        List<String> names = DOCUMENTS.lines().toList();
        return IntStream.range(0, count)
                .mapToObj(i -> names.get(i % 6) + names.get(i / 6 % 6))
                .toList();
    }

    private static Deadline inMillis(long millis) {
        return new Deadline(TICKER, TICKER.nanos() + millis * 1_000_000);
    }

    @ParameterizedTest
    @EnumSource
    void scoresAreThoseOfEachText(EngineKind engine) {
        LanguageModel model = model(engine);
        List<String> texts = texts(500);
        ParallelScoring scoring = new ParallelScoring(new TwoThreads());

        List<Score> scores = scoring.score(model, texts, inMillis(20_000));

        assertThat(scores).hasSize(500);
        for (int i = 0; i < 500; i++) {
            assertThat(scores.get(i))
                    .usingRecursiveComparison()
                    .isEqualTo(model.score(texts.get(i)));
        }
    }

    @Test
    void afterTheDeadlineOnlyTheFirstTextsAreScored() {
        LanguageModel model = model(EngineKind.TENSOR);
        List<String> texts = texts(500);
        for (ParallelRunner runner : List.of(ParallelRunner.SEQUENTIAL, new TwoThreads())) {
            List<Score> scores = new ParallelScoring(runner).score(model, texts, inMillis(-1));

            assertThat(scores).hasSizeBetween(1, 499);
            assertThat(scores.stream().map(Score::text).toList())
                    .isEqualTo(texts.subList(0, scores.size()));
        }
    }
}

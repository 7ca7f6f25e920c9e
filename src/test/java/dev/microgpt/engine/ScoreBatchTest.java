package dev.microgpt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microgpt.engine.architecture.Preset;
import dev.microgpt.support.SharesNothing;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/// The scores of many texts are those of each.
@SharesNothing
final class ScoreBatchTest {

    private static ModelOptions.Builder options() {
        return ModelOptions.builder();
    }

    static Stream<ModelOptions.Builder> models() {
        return Stream.of(
                options(),
                options().engine(EngineKind.SCALAR).nEmbd(8).nHead(2),
                options().nEmbd(33).nHead(3).nLayer(2),
                options().nEmbd(64).nHead(2).blockSize(70),
                options().nEmbd(256).nLayer(4),
                options().preset(Preset.GPT2),
                options().preset(Preset.LLAMA).nLayer(2));
    }

    @ParameterizedTest
    @MethodSource("models")
    void scoresAreThoseOfEachText(ModelOptions.Builder options) {
        MicroGpt model = SmallModels.ready(options.build(), SmallModels.NAMES);
        List<String> texts = texts(60);

        ScoreBatch batch = new ScoreBatch(model.languageModel());
        List<Score> scores = new ArrayList<>();
        for (String text : texts) {
            batch.add(text, "text");
            if (batch.isFull()) {
                scores.addAll(batch.scores());
            }
        }
        scores.addAll(batch.scores());

        assertThat(scores).hasSize(texts.size());
        for (int i = 0; i < texts.size(); i++) {
            Score expected = model.score(texts.get(i));
            assertThat(scores.get(i)).usingRecursiveComparison().isEqualTo(expected);
        }
    }

    /// Texts from empty to longer than the context.
    private static List<String> texts(int count) {
        Random random = new Random(1);
        String letters = "abcdefhiklmnrv";
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StringBuilder text = new StringBuilder();
            for (int j = random.nextInt(25); j > 0; j--) {
                text.append(letters.charAt(random.nextInt(letters.length())));
            }
            texts.add(text.toString());
        }
        return texts;
    }

    @Test
    void aTextWithAnUnknownCharacterIsNotAdded() {
        MicroGpt model = SmallModels.ready(options().build(), SmallModels.NAMES);
        ScoreBatch batch = new ScoreBatch(model.languageModel());
        batch.add("alice", "texts[0]");

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> batch.add("zoe", "texts[1]"))
                .withMessageContaining("texts[1]");
        assertThat(batch.scores()).extracting(Score::text).containsExactly("alice");
        assertThat(batch.scores()).isEmpty();
    }
}

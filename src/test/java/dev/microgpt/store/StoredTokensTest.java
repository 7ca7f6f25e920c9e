package dev.microgpt.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.Tokenization;
import dev.microgpt.engine.TokenizerKind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StoredTokensTest {

    private final Corpus characters = Corpus.of("anna\nhannah\nan");
    private final Corpus pairs = characters.tokenised(new Tokenization(TokenizerKind.BPE, 300));

    @Test
    void mergesAreStoredAsNumbers() {
        String json = StoredTokens.write(pairs);

        assertThat(json).isEqualTo("[97,110,3,110,97,2,256,257,2]");
        assertThat(StoredTokens.read(json)).isEqualTo(pairs.tokenizer());
    }

    @Test
    void theTrainingTextTellsItsCharacters() {
        assertThat(StoredTokens.write(characters)).isNull();
        assertThat(StoredTokens.read(null)).isNull();
        assertThat(StoredTokens.read("\"ahn\"")).isEqualTo(characters.tokenizer());
    }

    @ParameterizedTest
    @ValueSource(strings = {"[1]", "[256,1,2]", "[1,2,", "\"ba\"", "null", "{}", "[1,2,1.5]"})
    void damagedTokensAreReported(String json) {
        assertThatExceptionOfType(DamagedException.class).isThrownBy(() -> StoredTokens.read(json));
    }
}

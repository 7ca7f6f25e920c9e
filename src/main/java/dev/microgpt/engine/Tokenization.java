package dev.microgpt.engine;

/// How documents are split into tokens.
///
/// @param tokenizer what the tokens are; default CHARS
/// @param vocabSize the wanted number of byte-pair tokens, BOS included: 257 to 65,536; default 512. The text
///     gives fewer if no pair occurs twice. Without effect for CHARS
public record Tokenization(TokenizerKind tokenizer, int vocabSize) {

    /// @throws InvalidInputException if the vocabulary size is out of its range
    public Tokenization {
        ModelOption.VOCAB_SIZE.require(vocabSize);
    }

    /// Returns the default: a token is a character.
    public static Tokenization chars() {
        return new Tokenization(
                ModelOption.TOKENIZER.defaultValue(), ModelOption.VOCAB_SIZE.defaultInt());
    }

    /// Returns whether documents that were split in another way are split as this demands.
    public boolean isSame(Tokenization other) {
        return tokenizer == other.tokenizer
                && (tokenizer == TokenizerKind.CHARS || vocabSize == other.vocabSize);
    }
}

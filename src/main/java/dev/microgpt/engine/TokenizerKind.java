package dev.microgpt.engine;

/// What the tokens of a model are.
public enum TokenizerKind {

    /// The characters of the training text, as in microgpt. See [CharTokenizer].
    CHARS,

    /// Byte pairs that are merged in the order of their frequency, as in GPT-2. See [BpeTokenizer].
    BPE
}

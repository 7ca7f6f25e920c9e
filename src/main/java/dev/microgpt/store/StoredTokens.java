package dev.microgpt.store;

import dev.microgpt.engine.BpeTokenizer;
import dev.microgpt.engine.CharTokenizer;
import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.Tokenizer;

import org.jspecify.annotations.Nullable;

/// The tokens of a model, as stored in the column `alphabet`: a JSON string of the characters, or an array with
/// the left token, the right token and the count of each merge. JSON, since PostgreSQL's texts cannot contain NUL.
///
/// Characters are stored only if there is no training text that has all of them. Merges are stored always, so that a session
/// that is restored does not search them again.
final class StoredTokens {

    private StoredTokens() {}

    /// @return null if the training text tells the tokens
    static @Nullable String write(Corpus documents) {
        return switch (documents.tokenizer()) {
            case CharTokenizer characters ->
                    documents.size() > 0 && documents.tellsAlphabet()
                            ? null
                            : StoredJson.write(characters.alphabet());
            case BpeTokenizer pairs -> StoredJson.write(pairs.merges());
        };
    }

    /// @throws DamagedException if there is none, or the JSON is damaged
    static Tokenizer require(@Nullable String json) {
        Tokenizer tokenizer = read(json);
        if (tokenizer == null) {
            throw new DamagedException("the tokens are missing");
        }
        return tokenizer;
    }

    /// @throws DamagedException if the JSON is damaged
    static @Nullable Tokenizer read(@Nullable String json) {
        if (json == null) {
            return null;
        }
        try {
            return json.startsWith("[")
                    ? BpeTokenizer.of(StoredJson.read("the merges", json, int[].class))
                    : CharTokenizer.of(StoredJson.read("the alphabet", json, String.class));
        } catch (InvalidInputException e) {
            throw new DamagedException("the tokens are not valid: " + e.getMessage());
        }
    }
}

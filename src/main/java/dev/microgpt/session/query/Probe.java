package dev.microgpt.session.query;

/// What is measured of the model at each keyframe: a mean over generated texts or, for [Surprisal], a property
/// of one given text.
public sealed interface Probe {

    /// Whether it is measured on generated texts.
    default boolean needsTexts() {
        return true;
    }

    /// Whether the documents can be measured, too, to compare with.
    default boolean measuresDocuments() {
        return false;
    }

    /// The share of texts that have a match of a pattern.
    record Match(TextPattern pattern) implements Probe {

        @Override
        public boolean measuresDocuments() {
            return true;
        }

        /// Returns 1 if the pattern matches anywhere in a text, otherwise 0.
        int valueOf(String text) {
            return pattern.matchesIn(text) ? 1 : 0;
        }
    }

    /// The mean length of the texts in characters.
    record Length() implements Probe {

        @Override
        public boolean measuresDocuments() {
            return true;
        }
    }

    /// The share of texts that are among the documents.
    record Known() implements Probe {}

    /// The mean surprisal of the characters of a text and of its end, in nats.
    ///
    /// @param field name of the text in error messages
    record Surprisal(String text, String field) implements Probe {

        @Override
        public boolean needsTexts() {
            return false;
        }
    }
}

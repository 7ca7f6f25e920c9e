package dev.microgpt.session.query;

import dev.microgpt.session.query.TextFilter.Rejection;

import java.util.List;
import java.util.Map;

/// The texts of one call, or of one batch of it.
///
/// @param texts in the order in which they were drawn; fewer than wanted if there were no more tries
/// @param tries number of texts drawn by the call so far
/// @param rejected how many of them were not wanted, by the reason
public record GeneratedTexts(List<GeneratedText> texts, long tries, Map<Rejection, Long> rejected) {

    public GeneratedTexts {
        texts = List.copyOf(texts);
        rejected = Map.copyOf(rejected);
    }
}

package dev.microgpt.session.query;

import dev.microgpt.engine.Sample;
import dev.microgpt.session.query.TextFilter.Rejection;

import java.util.List;
import java.util.Map;

/// The texts of one call.
///
/// @param samples in the order in which they were drawn; fewer than wanted if there were no more tries
/// @param tries number of texts drawn
/// @param rejected how many of them were not wanted, by the reason
public record GeneratedTexts(List<Sample> samples, long tries, Map<Rejection, Long> rejected) {

    public GeneratedTexts {
        samples = List.copyOf(samples);
        rejected = Map.copyOf(rejected);
    }
}

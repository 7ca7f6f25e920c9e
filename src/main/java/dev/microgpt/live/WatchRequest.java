package dev.microgpt.live;

import org.jspecify.annotations.Nullable;

/// What a watcher wants to receive.
///
/// @param fromStep the first step to send; null for the next one
/// @param viz which traces to send: `last` or `none`; null for `last`
/// @param losses how to send losses: `raw` or `buckets`; null for `raw`
/// @param maxHz the maximum number of frames per second; null for 20
/// @param after where a watcher continues, in place of `fromStep`; null for a new one
public record WatchRequest(
        @Nullable Long fromStep,
        @Nullable String viz,
        @Nullable String losses,
        @Nullable Double maxHz,
        @Nullable WatchPosition after) {

    /// Returns a request that continues after a position.
    public WatchRequest continuingAfter(WatchPosition position) {
        return new WatchRequest(null, viz, losses, maxHz, position);
    }
}

package dev.microgpt.live;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.stereotype.Component;

/// Counts the frames and losses that watchers receive.
@Component
final class LiveMetrics {

    private final Counter frames;
    private final Counter coalesced;
    private final Counter gaps;
    private final Counter dropped;

    LiveMetrics(MeterRegistry registry) {
        frames = counter("microgpt.live.frames", "Frames sent", registry);
        coalesced =
                counter(
                        "microgpt.live.coalesced",
                        "Losses sent in a frame with others instead of a frame of their own",
                        registry);
        gaps = counter("microgpt.live.gaps", "Gaps reported to watchers", registry);
        dropped =
                counter(
                        "microgpt.live.dropped",
                        "Losses in gaps, which had left the history before the watcher could receive them",
                        registry);
    }

    private static Counter counter(String name, String description, MeterRegistry registry) {
        return Counter.builder(name).description(description).register(registry);
    }

    /// Counts a frame.
    ///
    /// @param steps how many steps it covers; 0 for a change of state alone
    void frame(long steps) {
        frames.increment();
        coalesced.increment((double) Math.max(0, steps - 1));
    }

    /// Counts a gap.
    ///
    /// @param steps how many steps are missing
    void gap(long steps) {
        gaps.increment();
        dropped.increment((double) steps);
    }
}

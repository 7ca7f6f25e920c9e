package dev.microgpt.live;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.stereotype.Component;

/// Counts what watchers get.
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
                        "Losses that came in a frame with others, not in one of their own",
                        registry);
        gaps = counter("microgpt.live.gaps", "Gaps of which watchers were told", registry);
        dropped =
                counter(
                        "microgpt.live.dropped",
                        "Losses in gaps: they were no longer known when a watcher could take them",
                        registry);
    }

    private static Counter counter(String name, String description, MeterRegistry registry) {
        return Counter.builder(name).description(description).register(registry);
    }

    /// @param steps in the frame; 0 for a new state alone
    void frame(long steps) {
        frames.increment();
        coalesced.increment((double) Math.max(0, steps - 1));
    }

    void gap(long steps) {
        gaps.increment();
        dropped.increment((double) steps);
    }
}

package dev.microgpt.session.compute;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;

import java.time.Duration;

/// Counts what the compute threads do. No meter has a tag of a session, of which there may be very many,
/// and none is touched more than once a slice of work.
public final class ComputeMetrics {

    private final Counter steps;
    private final Counter replayedSteps;
    private final DistributionSummary loss;
    private final Timer slices;
    private final Timer wakes;

    public ComputeMetrics(MeterRegistry registry) {
        steps =
                Counter.builder("microgpt.steps")
                        .description("Training steps made")
                        .register(registry);
        replayedSteps =
                Counter.builder("microgpt.steps.replayed")
                        .description("Steps made once more to bring sessions back to memory")
                        .register(registry);
        loss =
                DistributionSummary.builder("microgpt.loss")
                        .description("Loss of the last step of each slice of training")
                        .serviceLevelObjectives(0.5, 1, 1.5, 1.75, 2, 2.25, 2.5, 2.75, 3, 3.5, 4, 6)
                        .register(registry);
        slices =
                Timer.builder("microgpt.compute.slice")
                        .description("Time that a thread computes before the next session's turn")
                        .serviceLevelObjectives(millis(1, 2, 3, 5, 10, 30, 100, 1000))
                        .register(registry);
        wakes =
                Timer.builder("microgpt.wake")
                        .description("Time until a session that was put away is in memory again")
                        .serviceLevelObjectives(millis(1, 3, 10, 30, 100, 300, 1000, 3000))
                        .register(registry);
    }

    /// Counts for nobody.
    public static ComputeMetrics none() {
        return new ComputeMetrics(new CompositeMeterRegistry());
    }

    private static Duration[] millis(int... bounds) {
        Duration[] durations = new Duration[bounds.length];
        for (int i = 0; i < bounds.length; i++) {
            durations[i] = Duration.ofMillis(bounds[i]);
        }
        return durations;
    }

    /// A slice of work is over.
    public void computed(long nanos) {
        slices.record(Duration.ofNanos(nanos));
    }

    /// Steps were made in a slice.
    ///
    /// @param lastLoss of the last one
    public void trained(long made, double lastLoss) {
        if (made > 0) {
            steps.increment((double) made);
            loss.record(lastLoss);
        }
    }

    /// A session is back.
    ///
    /// @param replayed steps that were made once more for it
    public void woke(long nanos, long replayed) {
        wakes.record(Duration.ofNanos(nanos));
        replayedSteps.increment((double) replayed);
    }
}

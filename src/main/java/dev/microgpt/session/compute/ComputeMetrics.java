package dev.microgpt.session.compute;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;

import java.time.Duration;

/// Metrics of the compute threads. No meter is tagged with a session, as there may be very many sessions, and
/// none is updated more than once per slice.
public final class ComputeMetrics {

    private final Counter steps;
    private final Counter replayedSteps;
    private final DistributionSummary loss;
    private final DistributionSummary validationLoss;
    private final Timer slices;
    private final Timer rehydrations;

    public ComputeMetrics(MeterRegistry registry) {
        steps =
                Counter.builder("microgpt.steps")
                        .description("Training steps completed")
                        .register(registry);
        replayedSteps =
                Counter.builder("microgpt.steps.replayed")
                        .description("Steps repeated to bring sessions back into memory")
                        .register(registry);
        loss = losses("microgpt.loss", "Loss of the last step of each slice of training", registry);
        validationLoss =
                losses(
                        "microgpt.validation.loss",
                        "Validation losses, whenever one is measured",
                        registry);
        slices =
                Timer.builder("microgpt.compute.slice")
                        .description("Duration of a slice of compute time")
                        .serviceLevelObjectives(millis(1, 2, 3, 5, 10, 30, 100, 1000))
                        .register(registry);
        rehydrations =
                Timer.builder("microgpt.wake")
                        .description("Time to bring an evicted session back into memory")
                        .serviceLevelObjectives(millis(1, 3, 10, 30, 100, 300, 1000, 3000))
                        .register(registry);
    }

    private static DistributionSummary losses(
            String name, String description, MeterRegistry registry) {
        return DistributionSummary.builder(name)
                .description(description)
                .serviceLevelObjectives(0.5, 1, 1.5, 1.75, 2, 2.25, 2.5, 2.75, 3, 3.5, 4, 6)
                .register(registry);
    }

    /// Returns metrics that are not registered anywhere.
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

    /// Records the duration of a slice.
    public void recordSlice(long nanos) {
        slices.record(Duration.ofNanos(nanos));
    }

    /// Records the steps of a slice.
    ///
    /// @param lastLoss loss of the last step
    public void recordSteps(long made, double lastLoss) {
        if (made > 0) {
            steps.increment((double) made);
            loss.record(lastLoss);
        }
    }

    /// Records a validation loss, in nats; infinite ones are left out.
    public void recordValidation(double measured) {
        if (Double.isFinite(measured)) {
            validationLoss.record(measured);
        }
    }

    /// Records a rehydration.
    ///
    /// @param replayed number of steps that were repeated for it
    public void recordRehydration(long nanos, long replayed) {
        rehydrations.record(Duration.ofNanos(nanos));
        replayedSteps.increment((double) replayed);
    }
}

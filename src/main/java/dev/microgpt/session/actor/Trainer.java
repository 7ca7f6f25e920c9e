package dev.microgpt.session.actor;

import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.StepResult;
import dev.microgpt.session.compute.ComputeMetrics;
import dev.microgpt.session.compute.Deadline;
import dev.microgpt.session.compute.Ticker;
import dev.microgpt.session.run.RateMeter;

import org.jspecify.annotations.Nullable;

import java.util.function.BooleanSupplier;

/// Makes the steps of one session, a slice at a time. Now and then one is looked at closely, for those who
/// watch.
final class Trainer {

    private final Ticker ticker;
    private final ComputeMetrics metrics;
    private final BooleanSupplier isWatched;
    private final BooleanSupplier isHurried;
    private final RateMeter rate;
    private final ObservationThrottle lookPace;

    /// @param isWatched whether somebody wants to look at steps, and may
    /// @param isHurried whether the slice at hand should end early
    Trainer(
            Ticker ticker,
            ComputeMetrics metrics,
            BooleanSupplier isWatched,
            BooleanSupplier isHurried) {
        this.ticker = ticker;
        this.metrics = metrics;
        this.isWatched = isWatched;
        this.isHurried = isHurried;
        rate = new RateMeter(ticker.nanos());
        lookPace = new ObservationThrottle(ticker.nanos());
    }

    /// Makes steps until the deadline, at least one if there is any.
    ///
    /// @throws dev.microgpt.engine.DivergedException if one could not be made; the model is as it was before
    ///     that one
    void train(ActiveSession session, Steps steps, Deadline deadline) {
        MicroGpt model = session.model();
        long before = model.step();
        long now = ticker.nanos();
        rate.resume(now);
        double loss = Double.NaN;
        @Nullable StepResult looked = null;
        try {
            boolean isOver = false;
            while (!isOver && steps.hasNext()) {
                isOver = now - deadline.nanos() >= 0 || isHurried.getAsBoolean();
                if (steps.wantsTrace() || isLookDue(steps, now)) {
                    looked = model.trainStep(true);
                    loss = looked.loss();
                    steps.add(looked);
                    lookPace.took(now, ticker.nanos());
                } else if (steps.isLast()) {
                    looked = model.trainStep(false);
                    loss = looked.loss();
                    steps.add(looked);
                } else {
                    loss = model.advance();
                    steps.add(loss);
                }
                session.rememberIfDue();
                now = ticker.nanos();
            }
        } finally {
            long made = model.step() - before;
            rate.add(made, ticker.nanos());
            metrics.trained(made, loss);
            session.trained(looked, rate.perSecond());
        }
    }

    /// Where anybody watches, the last of all steps is always looked at.
    private boolean isLookDue(Steps steps, long now) {
        return (steps.isLast() || lookPace.isDue(now)) && isWatched.getAsBoolean();
    }
}

package dev.microgpt.session.actor;

import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.StepResult;
import dev.microgpt.session.compute.ComputeMetrics;
import dev.microgpt.session.compute.Deadline;
import dev.microgpt.session.compute.Ticker;
import dev.microgpt.session.run.RateMeter;

import org.jspecify.annotations.Nullable;

import java.util.function.BooleanSupplier;

/// Makes the training steps of one session, a slice at a time. For watchers, the full result of a step is
/// computed from time to time.
final class Trainer {

    private final Ticker ticker;
    private final ComputeMetrics metrics;
    private final BooleanSupplier wantsTraces;
    private final BooleanSupplier shouldYield;
    private final RateMeter rate;
    private final ObservationThrottle throttle;

    /// @param wantsTraces whether a listener wants traces and they are within the limit
    /// @param shouldYield whether the current slice should end early
    Trainer(
            Ticker ticker,
            ComputeMetrics metrics,
            BooleanSupplier wantsTraces,
            BooleanSupplier shouldYield) {
        this.ticker = ticker;
        this.metrics = metrics;
        this.wantsTraces = wantsTraces;
        this.shouldYield = shouldYield;
        rate = new RateMeter(ticker.nanos());
        throttle = new ObservationThrottle(ticker.nanos());
    }

    /// Makes steps until the deadline, at least one if there is any to make.
    ///
    /// @throws dev.microgpt.engine.DivergedException if a step could not be made; the model is as it was
    ///     before that step
    void train(ActiveSession session, Steps steps, Deadline deadline) {
        MicroGpt model = session.model();
        long before = model.step();
        long now = ticker.nanos();
        rate.resume(now);
        double loss = Double.NaN;
        @Nullable StepResult observed = null;
        try {
            boolean isOver = false;
            while (!isOver && validate(session, deadline) && steps.hasNext()) {
                // checked before the step that it still allows: a slice makes one step at least
                isOver = now - deadline.nanos() >= 0 || shouldYield.getAsBoolean();
                if (steps.wantsTrace() || isObservationDue(steps, now)) {
                    observed = model.trainStep(true);
                    loss = observed.loss();
                    steps.add(observed);
                    throttle.recordObservation(now, ticker.nanos());
                } else if (steps.isLast()) {
                    observed = model.trainStep(false);
                    loss = observed.loss();
                    steps.add(observed);
                } else {
                    loss = model.advance();
                    steps.add(loss);
                }
                session.addKeyframeIfDue();
                now = ticker.nanos();
            }
        } finally {
            long made = model.step() - before;
            rate.add(made, ticker.nanos());
            metrics.recordSteps(made, loss);
            session.recordTraining(observed, rate.perSecond());
        }
    }

    /// Measures the validation loss if that is due, see [Validator#validate].
    boolean validate(ActiveSession session, Deadline deadline) {
        long validated = session.timeline().validatedUpTo();
        boolean isDone = session.validate(deadline);
        if (session.timeline().validatedUpTo() > validated) {
            metrics.recordValidation(session.timeline().validationLosses().getLast().loss());
        }
        return isDone;
    }

    /// While a listener wants traces, the last step of a call or run is always observed.
    private boolean isObservationDue(Steps steps, long now) {
        return (steps.isLast() || throttle.isDue(now)) && wantsTraces.getAsBoolean();
    }
}

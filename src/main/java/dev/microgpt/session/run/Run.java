package dev.microgpt.session.run;

import dev.microgpt.session.history.Divergence;
import dev.microgpt.session.history.Timeline;
import dev.microgpt.session.history.ValidationLoss;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Locale;

/// A background training job of a session. Confined to the thread of the session's actor.
public final class Run {

    /// Number of steps over which the loss is averaged.
    static final int WINDOW = 100;

    private final long id;
    private final RunCall call;
    private final Instant createdAt;
    private final RateMeter rate;
    private final double[] window = new double[WINDOW];
    private RunState state = RunState.QUEUED;
    private long done;
    private @Nullable Instant endedAt;
    private @Nullable String reason;

    /// Whether the learning rate of all steps so far was 0; before the first step, whether that of the next
    /// one is.
    private boolean isRateZero;

    /// The divergence of the session as of the last step; null if it did not diverge.
    private @Nullable Divergence divergence;

    /// The loss of a run that had ended when it was stored.
    private @Nullable Double storedLoss;

    /// Since when the speed limit counts steps, in the time of the ticker.
    private long paceStart;

    /// Number of steps made since then.
    private long paceSteps;

    Run(long id, RunCall call, Instant createdAt, long nanos) {
        this.id = id;
        this.call = call;
        this.createdAt = createdAt;
        rate = new RateMeter(nanos);
    }

    /// Restores a run from a snapshot.
    ///
    /// @param losses the losses of its newest steps, at most [#WINDOW], oldest first
    Run(RunSnapshot snapshot, double[] losses, long nanos) {
        this(snapshot.id(), snapshot.call(), snapshot.createdAt(), nanos);
        apply(snapshot);
        done = snapshot.stepsDone() - losses.length;
        for (double loss : losses) {
            addLoss(loss);
        }
        if (state == RunState.RUNNING) {
            state = RunState.QUEUED; // its speed limit counts from its next slice
        }
    }

    /// Returns a snapshot of the run.
    public RunSnapshot snapshot() {
        return new RunSnapshot(
                id,
                call,
                state,
                done,
                shownLoss(),
                createdAt,
                endedAt,
                reason,
                isRateZero,
                divergence);
    }

    /// Applies the state of a snapshot, without its steps: they are counted as they are repeated.
    void apply(RunSnapshot snapshot) {
        isRateZero = snapshot.isRateZero();
        divergence = snapshot.divergence();
        state = snapshot.state();
        endedAt = snapshot.endedAt();
        reason = snapshot.reason();
        storedLoss = state.isEnd() ? snapshot.loss() : null;
    }

    public long id() {
        return id;
    }

    public RunState state() {
        return state;
    }

    /// Applies a trigger that does not end the run.
    ///
    /// @return whether the state has changed
    public boolean trigger(RunState.Trigger trigger) {
        RunState next = state.after(trigger);
        boolean isNew = next != state;
        state = next;
        return isNew;
    }

    /// Ends the run.
    ///
    /// @param why the reason, for the reader
    public void end(RunState.Trigger trigger, String why, Instant now) {
        if (trigger(trigger)) {
            endedAt = now;
            reason = why;
        }
    }

    /// Notes the learning rate of the next step. Between two changes of the options the rate only falls, so
    /// the first step after each change is enough.
    public void noteLearningRate(double rate) {
        isRateZero = (done == 0 || isRateZero) && rate == 0;
    }

    /// Notes whether the losses of the session are far too high.
    ///
    /// @param newest null if they are not
    public void noteDivergence(@Nullable Divergence newest) {
        divergence = newest;
    }

    /// Adds to the reason why the run ends what is to be known about its steps.
    public String withRemarks(String why) {
        StringBuilder text = new StringBuilder(why);
        if (isRateZero && done > 0) {
            text.append(
                    done == 1
                            ? "; its learning rate was 0, so it changed no parameter"
                            : "; the learning rate of each was 0, so they changed no parameter");
        }
        if (divergence != null) {
            text.append("; ").append(divergence.inWords());
        }
        return text.toString();
    }

    /// Notes that a slice of steps begins.
    public void beginSlice(long nanos) {
        rate.resume(nanos);
        if (trigger(RunState.Trigger.SLICE)) {
            paceStart = nanos;
            paceSteps = 0;
        }
    }

    /// Notes that a slice of steps has ended.
    public void endSlice(long steps, long nanos) {
        rate.add(steps, nanos);
    }

    /// Counts a step.
    public void addLoss(double loss) {
        window[(int) (done % WINDOW)] = loss;
        done++;
        paceSteps++;
    }

    /// Returns whether the next step is the last one.
    public boolean isLast() {
        return done == call.steps() - 1;
    }

    /// Returns why the run is complete; null if it is not.
    ///
    /// @param step number of steps that the session has trained
    public @Nullable String completionReason(long step, Timeline timeline) {
        if (done == call.steps()) {
            return "all " + done + " steps have been trained";
        }
        StopWhen stopWhen = call.stopWhen();
        if (stopWhen == null) {
            return null;
        }
        Double bound = stopWhen.lossBelow();
        if (bound != null && done >= WINDOW && meanLoss() < bound) {
            return String.format(
                    Locale.ROOT,
                    "the mean loss of the last %d steps, %.4f, is below %s",
                    WINDOW,
                    meanLoss(),
                    bound);
        }
        return stopWhen.needsValidation()
                ? reasonOfValidation(stopWhen, step - done, timeline)
                : null;
    }

    /// @param start number of steps that the session had trained when the run began
    private static @Nullable String reasonOfValidation(
            StopWhen stopWhen, long start, Timeline timeline) {
        ValidationLoss best = timeline.bestValidationLoss();
        ValidationLoss newest =
                best == null ? null : timeline.validationLosses().getLast(); // there is one
        if (best == null || newest == null || newest.step() <= start) {
            return null;
        }
        Double bound = stopWhen.validationLossBelow();
        if (bound != null && newest.loss() < bound) {
            return String.format(
                    Locale.ROOT,
                    "the validation loss of step %d, %.4f, is below %s",
                    newest.step(),
                    newest.loss(),
                    bound);
        }
        Long patience = stopWhen.noImprovementFor();
        long since = Math.max(best.step(), start);
        if (patience != null && newest.step() - since >= patience) {
            return String.format(
                    Locale.ROOT,
                    "the validation loss has not improved for %d steps; the lowest was %.4f, of step %d",
                    newest.step() - since,
                    best.loss(),
                    best.step());
        }
        return null;
    }

    /// Summed up each time, so that it does not depend on losses that have left the window.
    private double meanLoss() {
        int count = (int) Math.min(done, WINDOW);
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += window[i];
        }
        return sum / count;
    }

    /// Returns when the speed limit allows the next step, in the time of the ticker; `Long.MIN_VALUE` if it
    /// is allowed at once.
    public long nextStepNanos() {
        if (call.stepsPerSecond() == null || state != RunState.RUNNING) {
            return Long.MIN_VALUE;
        }
        return paceStart + (long) (paceSteps * 1e9 / call.stepsPerSecond());
    }

    private @Nullable Double shownLoss() {
        if (state.isEnd() && storedLoss != null) {
            return storedLoss;
        }
        return done == 0 ? null : meanLoss();
    }

    /// Returns the public view of the run.
    public RunView view() {
        boolean running = state == RunState.RUNNING;
        double perSecond = running ? rate.perSecond() : 0;
        return new RunView(
                id,
                state,
                call.steps(),
                done,
                perSecond,
                perSecond > 0 ? (call.steps() - done) / perSecond : null,
                shownLoss(),
                call.stepsPerSecond(),
                call.stopWhen(),
                createdAt,
                endedAt,
                reason,
                isRateZero,
                divergence);
    }
}

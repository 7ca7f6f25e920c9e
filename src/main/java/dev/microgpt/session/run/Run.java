package dev.microgpt.session.run;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Locale;

/// A background training job of a session. Plain state: the session's actor alone touches it.
public final class Run {

    /// Steps that the loss is averaged over.
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

    /// Of a run that had ended when it was stored.
    private @Nullable Double storedLoss;

    /// When the steps are counted from that a speed limit allows, and those made since.
    private long paceStart;

    private long paceSteps;

    Run(long id, RunCall call, Instant createdAt, long nanos) {
        this.id = id;
        this.call = call;
        this.createdAt = createdAt;
        rate = new RateMeter(nanos);
    }

    /// A run as it was stored.
    ///
    /// @param losses of its newest steps, [#WINDOW] at most, oldest first
    Run(RunSnapshot saved, double[] losses, long nanos) {
        this(saved.id(), saved.call(), saved.createdAt(), nanos);
        restore(saved);
        done = saved.stepsDone() - losses.length;
        for (double loss : losses) {
            addLoss(loss);
        }
        if (state == RunState.RUNNING) {
            state = RunState.QUEUED; // its speed limit counts from its next slice
        }
    }

    /// As it is to be stored.
    public RunSnapshot saved() {
        return new RunSnapshot(id, call, state, done, shownLoss(), createdAt, endedAt, reason);
    }

    /// Turns to the state that was stored. The steps made are counted on their own.
    void restore(RunSnapshot saved) {
        state = saved.state();
        endedAt = saved.endedAt();
        reason = saved.reason();
        storedLoss = state.isEnd() ? saved.loss() : null;
    }

    public long id() {
        return id;
    }

    public RunState state() {
        return state;
    }

    /// Lets something happen to the run that does not end it.
    ///
    /// @return whether that changed its state
    public boolean trigger(RunState.Trigger trigger) {
        RunState next = state.after(trigger);
        boolean isNew = next != state;
        state = next;
        return isNew;
    }

    /// Lets the run end.
    ///
    /// @param why for whoever reads it
    public void end(RunState.Trigger trigger, String why, Instant now) {
        if (trigger(trigger)) {
            endedAt = now;
            reason = why;
        }
    }

    /// A slice of its steps begins.
    public void beginSlice(long nanos) {
        rate.resume(nanos);
        if (trigger(RunState.Trigger.SLICE)) {
            paceStart = nanos;
            paceSteps = 0;
        }
    }

    /// A slice of its steps has ended.
    public void endSlice(long steps, long nanos) {
        rate.add(steps, nanos);
    }

    public void addLoss(double loss) {
        window[(int) (done % WINDOW)] = loss;
        done++;
        paceSteps++;
    }

    /// Whether the next step is the last of all.
    public boolean isLast() {
        return done == call.steps() - 1;
    }

    /// Why there is nothing more to do; null if there is.
    public @Nullable String goal() {
        if (done == call.steps()) {
            return "all " + done + " steps are made";
        }
        Double bound = call.lossBelow();
        if (bound != null && done >= WINDOW && meanLoss() < bound) {
            return String.format(
                    Locale.ROOT,
                    "the mean loss of the last %d steps, %.4f, is below %s",
                    WINDOW,
                    meanLoss(),
                    bound);
        }
        return null;
    }

    /// Summed up each time, so that it does not depend on what has left the window.
    private double meanLoss() {
        int count = (int) Math.min(done, WINDOW);
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += window[i];
        }
        return sum / count;
    }

    /// When a speed limit allows the next step, in the time of the ticker; `Long.MIN_VALUE` for at once.
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
                call.lossBelow() == null ? null : new RunView.StopWhen(call.lossBelow()),
                createdAt,
                endedAt,
                reason);
    }
}

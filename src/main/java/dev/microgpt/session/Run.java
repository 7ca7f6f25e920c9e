package dev.microgpt.session;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// The state of a run. Confined to the session's lane, except for requests to pause or cancel, which end
/// the slice at hand, and for the view that it publishes.
final class Run {

    /// Steps that the loss is averaged over.
    static final int WINDOW = 100;

    /// A request from outside.
    enum Request {
        NONE,
        PAUSE,
        CANCEL
    }

    private final long id;
    private final RunCall call;
    private final Instant createdAt;
    private final RateMeter rate = new RateMeter();
    private final double[] window = new double[WINDOW];
    private RunState state = RunState.QUEUED;
    private long done;
    private @Nullable Instant endedAt;
    private @Nullable String reason;

    /// Of a run that had ended when it was kept.
    private @Nullable Double savedLoss;

    /// When the steps are counted from that a speed limit allows, and those made since.
    private long paceStart;

    private long paceSteps;

    private volatile Request request = Request.NONE;
    private volatile RunView view;

    Run(long id, RunCall call) {
        this.id = id;
        this.call = call;
        createdAt = now();
        view = takeView();
    }

    /// A run as it was kept.
    ///
    /// @param losses of its newest steps, [#WINDOW] at most, oldest first
    Run(SavedRun saved, double[] losses) {
        id = saved.id();
        call = saved.call();
        createdAt = saved.createdAt();
        become(saved);
        done = saved.stepsDone() - losses.length;
        for (double loss : losses) {
            addLoss(loss);
        }
        view = takeView();
    }

    /// As it is to be kept.
    SavedRun saved() {
        return new SavedRun(id, call, state, done, view.loss(), createdAt, endedAt, reason);
    }

    /// Turns to the state that was kept. The steps made are counted on their own.
    void become(SavedRun saved) {
        state = saved.state();
        endedAt = saved.endedAt();
        reason = saved.reason();
        savedLoss = saved.loss();
        publish();
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }

    long id() {
        return id;
    }

    /// What it was after the latest slice, and what it was asked since.
    RunView view() {
        RunView published = view;
        return switch (request) {
            case NONE -> published;
            case PAUSE ->
                    published.state() == RunState.RUNNING
                            ? published.withState(RunState.PAUSING)
                            : published;
            case CANCEL ->
                    published.state().isEnd()
                            ? published
                            : published.withState(RunState.CANCELLING);
        };
    }

    /// Asks the slice at hand, if there is one, to end soon. Cancelling prevails.
    void ask(Request what) {
        if (request != Request.CANCEL) {
            request = what;
        }
    }

    Request request() {
        return request;
    }

    boolean isAsked() {
        return request != Request.NONE;
    }

    RunState state() {
        return state;
    }

    boolean isActive() {
        return !state.isEnd();
    }

    /// Turns to another state; the request that led to it is fulfilled.
    void become(RunState next) {
        state = next;
        request = Request.NONE;
        publish();
    }

    void end(RunState next, String why) {
        if (isActive()) {
            endedAt = now();
            reason = why;
            become(next);
        }
    }

    void publish() {
        view = takeView();
    }

    /// A slice begins.
    void resume(long nanoTime) {
        rate.resume(nanoTime);
        if (state == RunState.QUEUED) {
            state = RunState.RUNNING;
            paceStart = nanoTime;
            paceSteps = 0;
        }
    }

    /// A slice has ended.
    void add(long steps, long nanoTime) {
        rate.add(steps, nanoTime);
    }

    void addLoss(double loss) {
        window[(int) (done % WINDOW)] = loss;
        done++;
        paceSteps++;
    }

    boolean isLast() {
        return done == call.steps() - 1;
    }

    /// Why there is nothing more to do; null if there is.
    @Nullable String goal() {
        if (done == call.steps()) {
            return "all %d steps are made".formatted(done);
        }
        Double bound = call.lossBelow();
        if (bound != null && done >= WINDOW && meanLoss() < bound) {
            return "the mean loss of the last %d steps, %.4f, is below %s"
                    .formatted(WINDOW, meanLoss(), bound);
        }
        return null;
    }

    /// Summed anew each time, so that it does not depend on what has left the window.
    private double meanLoss() {
        int count = (int) Math.min(done, WINDOW);
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += window[i];
        }
        return sum / count;
    }

    /// How long a speed limit makes the next step wait.
    ///
    /// @return in nanoseconds, 0 or less for not at all
    long pause(long nanoTime) {
        if (call.stepsPerSecond() == null) {
            return 0;
        }
        return paceStart + (long) (paceSteps * 1e9 / call.stepsPerSecond()) - nanoTime;
    }

    private @Nullable Double shownLoss() {
        if (state.isEnd() && savedLoss != null) {
            return savedLoss;
        }
        return done == 0 ? null : meanLoss();
    }

    private RunView takeView() {
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

package dev.microgpt.session.actor;

import dev.microgpt.engine.DivergedException;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelConfig;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.StepResult;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.admission.SessionSize;
import dev.microgpt.session.history.Keyframes;
import dev.microgpt.session.history.SessionEvent;
import dev.microgpt.session.history.Steering;
import dev.microgpt.session.history.TextSample;
import dev.microgpt.session.history.Timeline;
import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.session.persistence.SessionView;
import dev.microgpt.session.run.Run;
import dev.microgpt.session.run.RunState;
import dev.microgpt.session.run.Runs;

import org.jspecify.annotations.Nullable;

import java.time.Instant;

/// The in-memory state of an active session: model, timeline, runs. Plain state, which knows nobody above
/// it; the session's [SessionActor] alone touches it.
final class ActiveSession {

    private final String name;
    private final Runs runs = new Runs();
    private final Timeline timeline;
    private long epoch;
    private MicroGpt model;
    private Instant createdAt;
    private SessionState state;
    private @Nullable StepResult newest;
    private double stepsPerSecond;
    private int announced;

    /// @param state CREATED, READY or FAILED
    ActiveSession(
            String name,
            long epoch,
            MicroGpt model,
            Timeline timeline,
            SessionState state,
            Instant createdAt) {
        this.name = name;
        this.epoch = epoch;
        this.model = model;
        this.timeline = timeline;
        this.state = state;
        this.createdAt = createdAt;
    }

    long epoch() {
        return epoch;
    }

    MicroGpt model() {
        return model;
    }

    Keyframes keyframes() {
        return timeline.keyframes();
    }

    Runs runs() {
        return runs;
    }

    Timeline timeline() {
        return timeline;
    }

    long step() {
        return model.step();
    }

    boolean isLoaded() {
        return state != SessionState.CREATED;
    }

    boolean hasFailed() {
        return state == SessionState.FAILED;
    }

    // ---- begin, steer, end

    /// Starts again with another model.
    ///
    /// @param kind how the model came to be; null for one without documents
    void replace(long newEpoch, MicroGpt fresh, SessionEvent.@Nullable Kind kind, Instant now) {
        Run run = runs.current();
        if (run != null) {
            runs.end(run, RunState.Trigger.CANCEL, "the session was started again", now);
            timeline.add(SessionEvent.of(model.step(), now, SessionEvent.Kind.CANCELLED, run.id()));
        }
        epoch = newEpoch;
        model = fresh;
        newest = null;
        timeline.restart();
        state = SessionState.CREATED;
        if (kind != null) {
            begin(kind, now);
        }
    }

    /// The session counts as created at another time.
    void bornAt(Instant birth) {
        createdAt = birth;
    }

    /// The model has parameters, and no past yet.
    void begin(SessionEvent.Kind kind, Instant now) {
        state = SessionState.READY;
        timeline.begin(model.step(), model.options());
        remember();
        timeline.add(SessionEvent.of(model.step(), now, kind, null));
    }

    /// Takes in what happened, now or once more.
    void apply(SessionEvent event) {
        Steering steering = event.steering();
        if (steering != null) {
            ModelOptions steered = steering.applyTo(model.options());
            model.steer(steered.learningRate(), steered.numSteps(), steered.batchSize());
            timeline.begin(model.step(), steered);
        }
        timeline.add(event);
    }

    /// @param begins whether one more, or one less, trains the session step by step
    void announce(boolean begins) {
        announced = Math.max(0, announced + (begins ? 1 : -1)); // a rollback forgets them
    }

    /// The session's own generator is another one, as something was drawn from it.
    void drawn(int[] words) {
        timeline.beforeDraw(model.step(), model.random());
        model.restoreRandom(words);
    }

    // ---- training

    /// What the session is doing between two slices of a call.
    void setTraining(boolean isTraining) {
        if (!hasFailed()) {
            state = isTraining ? SessionState.TRAINING : SessionState.READY;
        }
    }

    /// @throws SessionException `busy` if the steps of a call are being made
    void requireNoStepCall() {
        if (state == SessionState.TRAINING) {
            throw new SessionException(
                    ErrorCode.BUSY, "a step call of this session is under way: wait for its end");
        }
    }

    /// Notes steps that were made.
    ///
    /// @param looked the newest that was looked at closely; null for none
    void trained(@Nullable StepResult looked, double perSecond) {
        if (looked != null) {
            newest = looked;
        }
        stepsPerSecond = perSecond;
    }

    /// @param isWhole whether the model is as it was after the last step
    void fail(boolean isWhole) {
        state = SessionState.FAILED;
        if (isWhole) {
            keyframes().add(model.state());
        }
    }

    /// Makes a step that was made before.
    ///
    /// @return its loss
    double remake() {
        double loss = model.advance();
        Run run = runs.current();
        if (run != null) {
            run.addLoss(loss);
        }
        rememberIfDue();
        return loss;
    }

    void rememberIfDue() {
        if (Keyframes.isDue(model.step())) {
            remember();
        }
    }

    /// Keeps the model as it is, and a text that it writes.
    private void remember() {
        keyframes().add(model.state());
        try {
            timeline.add(TextSample.of(model));
        } catch (DivergedException _) {
            // It cannot write, and training will soon tell why.
        }
    }

    // ---- what is seen

    PublishedState snapshot() {
        int longest =
                isLoaded()
                        ? Math.min(model.options().blockSize(), model.corpus().longest() + 1)
                        : 0;
        return new PublishedState(
                view(), epoch, model.lossHistory(), newest, longest, runs.views(), false);
    }

    SessionView view() {
        boolean loaded = isLoaded();
        SessionState shown = shownState();
        ModelConfig config = model.getConfig();
        return new SessionView(
                name,
                shown,
                model.options().engine(),
                model.step(),
                loaded ? model.numParams() : null,
                loaded ? config.vocabSize() : null,
                loaded ? config.numDocs() : null,
                model.options(),
                createdAt,
                shown == SessionState.TRAINING ? stepsPerSecond : 0,
                shown == SessionState.FAILED ? timeline.failureAfter(model.step()) : null);
    }

    private SessionState shownState() {
        if (state != SessionState.READY) {
            return state;
        }
        Run run = runs.current();
        if (run != null) {
            return run.state() == RunState.PAUSED ? SessionState.PAUSED : SessionState.TRAINING;
        }
        return announced > 0 ? SessionState.TRAINING : SessionState.READY;
    }

    /// Whether nothing is going on in it.
    boolean isIdle() {
        return !runs.isActive() && state != SessionState.TRAINING && announced == 0;
    }

    // ---- memory

    /// The memory that it takes, about.
    long bytes() {
        if (!isLoaded()) {
            return 0;
        }
        long losses = Double.BYTES * Math.min(model.step(), 1L << 20);
        long order = (long) Integer.BYTES * model.corpus().size();
        return SessionSize.atStart(model.options(), model.corpus())
                + keyframes().bytes()
                + losses
                + order;
    }
}

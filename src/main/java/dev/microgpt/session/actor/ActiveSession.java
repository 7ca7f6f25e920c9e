package dev.microgpt.session.actor;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelConfig;
import dev.microgpt.engine.OptionValues;
import dev.microgpt.engine.StepResult;
import dev.microgpt.session.admission.SessionSize;
import dev.microgpt.session.compute.Deadline;
import dev.microgpt.session.history.Divergence;
import dev.microgpt.session.history.Keyframes;
import dev.microgpt.session.history.SessionEvent;
import dev.microgpt.session.history.Timeline;
import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.session.persistence.SessionView;
import dev.microgpt.session.run.Run;
import dev.microgpt.session.run.RunState;
import dev.microgpt.session.run.Runs;

import org.jspecify.annotations.Nullable;

import java.time.Instant;

/// The in-memory state of an active session: model, timeline, runs. It neither persists nor publishes
/// anything. Confined to the thread of the session's [SessionActor].
final class ActiveSession {

    private final String name;
    private final Runs runs = new Runs();
    private final Timeline timeline;
    private long epoch;
    private MicroGpt model;
    private Instant createdAt;
    private SessionState state;
    private @Nullable StepResult lastObserved;
    private double stepsPerSecond;
    private int announcedTrainings;
    private TrainingWatch watch;
    private final Validator validator;

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
        validator = new Validator(timeline);
        this.state = state;
        this.createdAt = createdAt;
        watch = TrainingWatch.of(model, isLoaded());
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

    // ---- replace, steer

    /// Replaces the model, which begins a new epoch and cancels the current run.
    ///
    /// @param kind where the model comes from; null for a model without documents
    void replace(long newEpoch, MicroGpt fresh, SessionEvent.@Nullable Kind kind, Instant now) {
        Run run = runs.current();
        if (run != null) {
            runs.end(run, RunState.Trigger.CANCEL, "the session was replaced", now);
            timeline.add(SessionEvent.of(model.step(), now, SessionEvent.Kind.CANCELLED, run.id()));
        }
        epoch = newEpoch;
        model = fresh;
        lastObserved = null;
        timeline.restart();
        state = SessionState.CREATED;
        watch = TrainingWatch.of(model, false);
        if (kind != null) {
            begin(kind, now);
        }
    }

    void setCreatedAt(Instant time) {
        createdAt = time;
    }

    /// Begins the timeline of a model that has just got its parameters.
    void begin(SessionEvent.Kind kind, Instant now) {
        state = SessionState.READY;
        watch = TrainingWatch.of(model, isLoaded());
        timeline.addScheduleEntry(model.step(), model.options());
        timeline.addKeyframe(model);
        timeline.add(SessionEvent.of(model.step(), now, kind, null));
    }

    /// Applies an event to the model and adds it to the timeline, when it happens and when it is replayed.
    void apply(SessionEvent event) {
        OptionValues steering = event.steering();
        if (steering != null) {
            model.steer(steering);
            timeline.addScheduleEntry(model.step(), model.options());
        }
        timeline.add(event);
    }

    /// Continues with other documents, see [MicroGpt#continueWith].
    void continueWith(Corpus corpus, Instant now) {
        timeline.continueWith(model, corpus, now);
        lastObserved = null; // its traces are in the former tokens
        watch = TrainingWatch.of(model, isLoaded());
        timeline.addKeyframe(model);
    }

    /// Counts the callers that have announced step calls, see [Command.AnnounceTraining].
    ///
    /// @param begins whether one more caller has begun, or one has ended
    void announceTraining(boolean begins) {
        announcedTrainings =
                Math.max(0, announcedTrainings + (begins ? 1 : -1)); // a rollback resets it
    }

    /// Sets the state of the session's generator after something was drawn from it, and adds the state
    /// before that to the timeline.
    ///
    /// @param words the state after the draw
    void setGenerator(int[] words) {
        timeline.beforeDraw(model.step(), model.random());
        model.restoreRandom(words);
    }

    // ---- training

    /// Sets the state between two slices of a step call.
    void setTraining(boolean isTraining) {
        if (!hasFailed()) {
            state = isTraining ? SessionState.TRAINING : SessionState.READY;
        }
    }

    /// Returns whether a step call has begun to train.
    boolean isInStepCall() {
        return state == SessionState.TRAINING;
    }

    /// Returns the learning rate of the next step.
    double nextLearningRate() {
        return model.options().learningRateAt(model.step());
    }

    @Nullable Divergence divergence() {
        return watch.divergence();
    }

    /// Records what is shown of the steps of a slice.
    ///
    /// @param observed the newest step whose full result was computed; null for none
    /// @param perSecond the current rate of training
    void recordTraining(@Nullable StepResult observed, double perSecond) {
        if (observed != null) {
            lastObserved = observed;
        }
        stepsPerSecond = perSecond;
    }

    /// Marks the session as failed.
    ///
    /// @param isModelIntact whether the model is as it was after the last step
    void fail(boolean isModelIntact) {
        state = SessionState.FAILED;
        if (isModelIntact) {
            keyframes().add(model.state());
        }
    }

    /// See [Validator#validate].
    boolean validate(Deadline deadline) {
        return !isLoaded() || hasFailed() || validator.validate(model, deadline);
    }

    /// Repeats a step, to rehydrate the session.
    ///
    /// @return the loss of the step
    double replayStep() {
        Run run = runs.current();
        if (run != null) {
            run.noteLearningRate(nextLearningRate());
        }
        double loss = model.advance();
        if (run != null) {
            run.addLoss(loss);
        }
        addKeyframeIfDue();
        return loss;
    }

    void addKeyframeIfDue() {
        if (Keyframes.isDue(model.step())) {
            timeline.addKeyframe(model);
        }
    }

    // ---- published state

    /// Returns the state to publish.
    PublishedState published() {
        int longest =
                isLoaded()
                        ? Math.min(model.options().blockSize(), model.corpus().longest() + 1)
                        : 0;
        return new PublishedState(
                view(),
                epoch,
                model.lossHistory(),
                timeline.validationLosses(),
                lastObserved,
                longest,
                runs.views(),
                null);
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
                shown == SessionState.FAILED ? timeline.failureAfter(model.step()) : null,
                timeline.continuations().size(),
                watch.documents(),
                divergence());
    }

    private SessionState shownState() {
        if (state != SessionState.READY) {
            return state;
        }
        Run run = runs.current();
        if (run != null) {
            return run.state() == RunState.PAUSED ? SessionState.PAUSED : SessionState.TRAINING;
        }
        return announcedTrainings > 0 ? SessionState.TRAINING : SessionState.READY;
    }

    /// Returns whether no run is active and no step call is in progress or announced.
    boolean isIdle() {
        return !runs.isActive() && state != SessionState.TRAINING && announcedTrainings == 0;
    }

    /// Returns the estimated memory of the session.
    long bytes() {
        if (!isLoaded()) {
            return 0;
        }
        return SessionSize.atStart(model.options(), model.corpus())
                + keyframes().bytes()
                + model.lossHistory().bytes()
                + (long) Integer.BYTES * model.corpus().size() // the order
                + timeline.formerDocumentBytes(model.documents());
    }
}

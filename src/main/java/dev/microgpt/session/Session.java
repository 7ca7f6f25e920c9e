package dev.microgpt.session;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.session.actor.Command;
import dev.microgpt.session.actor.Environment;
import dev.microgpt.session.actor.Preconditions;
import dev.microgpt.session.actor.PublishedState;
import dev.microgpt.session.actor.SessionActor;
import dev.microgpt.session.actor.SessionListener;
import dev.microgpt.session.actor.StepCall;
import dev.microgpt.session.actor.StepOutcome;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.admission.SessionSize;
import dev.microgpt.session.compute.Compute;
import dev.microgpt.session.compute.Demand;
import dev.microgpt.session.compute.SlicedTask;
import dev.microgpt.session.history.History;
import dev.microgpt.session.history.KeyframesView;
import dev.microgpt.session.history.Steering;
import dev.microgpt.session.persistence.SessionView;
import dev.microgpt.session.run.RunCall;
import dev.microgpt.session.run.RunState;
import dev.microgpt.session.run.RunView;
import dev.microgpt.session.run.Runs;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/// A named model, for those who call it from any thread. Each call is a command to the session's actor, and
/// waits for its reply, unless its name says otherwise.
///
/// What a call has changed is stored when the call returns. Where a call throws, it has changed nothing.
public final class Session {

    private final SessionActor actor;
    private final Environment environment;
    private final Compute compute;
    private final CallTimeout replies;
    private final SessionQueries queries;
    private final ModelInternals inspection;

    Session(SessionActor actor, Environment environment, Compute compute, CallTimeout replies) {
        this.actor = actor;
        this.environment = environment;
        this.compute = compute;
        this.replies = replies;
        queries = new SessionQueries(this, environment.limits());
        inspection = new ModelInternals(this, queries, environment.limits());
    }

    SessionId id() {
        return actor.id();
    }

    SessionActor actor() {
        return actor;
    }

    public String name() {
        return actor.id().name();
    }

    /// To ask the model.
    public SessionQueries queries() {
        return queries;
    }

    /// To look into the model.
    public ModelInternals inspection() {
        return inspection;
    }

    /// The session as it was after the latest slice of work.
    public PublishedState snapshot() {
        return actor.published().snapshot();
    }

    /// Calls a listener after each slice of work that changed something, until it is removed.
    public void addListener(SessionListener listener) {
        actor.published().addListener(listener);
    }

    public void removeListener(SessionListener listener) {
        actor.published().removeListener(listener);
    }

    // ---- commands

    /// Sends a command, once there is memory for the session.
    ///
    /// @throws SessionException `no_memory` if the session cannot come back, `busy` or `not_found`
    <R> CompletableFuture<R> send(CallContext call, Command<R> command) {
        if (!actor.published().isInMemory() && command.need() == Command.Need.ALL) {
            requireMemory();
        }
        return actor.send(command, call);
    }

    <R> R call(CallContext call, Command<R> command) {
        return replies.await(send(call, command), this);
    }

    /// Computes something that needs the session no more: it has to wait for nothing of it.
    <T> T aside(Demand demand, SlicedTask<T> work) {
        return replies.await(compute.submit(id().owner(), demand, work), this);
    }

    CallTimeout replies() {
        return replies;
    }

    /// Puts other sessions away if there is no room for this one.
    private void requireMemory() {
        SessionView view = snapshot().view();
        Integer vocabSize = view.vocabSize();
        if (vocabSize != null) {
            int longest = view.options().blockSize();
            long least = MicroGpt.estimateBytes(view.options(), vocabSize, longest);
            try (var share = environment.memory().share()) {
                share.require(least, "the session");
            }
        }
    }

    /// Has the session in memory, for at least some seconds from now on, and as long as it is watched.
    public PublishedState wake(CallContext call) {
        if (actor.published().isInMemory()) {
            actor.touch();
            return snapshot();
        }
        return call(call, new Command.Ask<>((_, _) -> snapshot()));
    }

    /// The losses of the present parameters.
    ///
    /// @throws SessionException `not_loaded` if there are no parameters
    public LossHistory losses(CallContext call) {
        PublishedState now = wake(call);
        Preconditions.requireLoaded(now.view());
        return now.losses();
    }

    /// What happened so far beside steps.
    public History history(CallContext call) {
        return call(call, new Command.Ask<>((models, _) -> models.timeline().history()));
    }

    /// The steps that the session can be asked about.
    public KeyframesView keyframes(CallContext call) {
        return call(call, new Command.Ask<>((models, _) -> models.keyframes().view()));
    }

    // ---- begin, steer, end

    /// Loads documents and makes new parameters, both from the session's seed.
    ///
    /// @throws SessionException `already_trained` if steps would be lost and `overwrite` is false
    public PublishedState load(CallContext call, Corpus corpus, boolean overwrite) {
        ModelOptions options = snapshot().view().options();
        environment.limits().check(options, corpus);
        environment
                .parameters()
                .require(call.caller(), id(), options.numParams(corpus.tokenizer().vocabSize()));
        call.reserveForSession(SessionSize.atStart(options, corpus));
        return call(call, new Command.Load(corpus, overwrite));
    }

    /// Checks that loading would lose nothing, before a large body is read.
    ///
    /// @throws SessionException `already_trained` if steps would be lost and `overwrite` is false
    public void requireLoadable(boolean overwrite) {
        Preconditions.requireLoadable(snapshot().view(), overwrite);
    }

    /// Changes how the next steps train, also while a run is active.
    ///
    /// @throws InvalidInputException if a value is out of its range or beyond the limits
    /// @throws SessionException `not_loaded`
    public PublishedState steer(CallContext call, Steering steering) {
        return call(call, new Command.Steer(steering));
    }

    /// Ends the session: what waits for it fails, and so does what comes.
    ///
    /// @throws SessionException `storage_full`
    void delete(CallContext call) {
        call(call, new Command.Delete());
    }

    // ---- training

    /// Trains.
    ///
    /// @throws InvalidInputException if a reply would carry too many numbers
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    public StepOutcome step(CallContext call, StepCall steps) {
        return replies.await(stepAsync(call, steps, null), this);
    }

    /// Trains, unless the session has been started again. Does not wait.
    ///
    /// @param epoch the one that is meant; null for the present one
    public CompletableFuture<StepOutcome> stepAsync(
            CallContext call, StepCall steps, @Nullable Long epoch) {
        PublishedState now = snapshot();
        queries.reserveTraces(call, (double) steps.tracedSteps() * now.tracesPerStep());
        return send(call, new Command.Train(steps, epoch));
    }

    /// Shows the session as training from now on, also between step calls, until the opposite has been
    /// announced as often. Does not wait.
    ///
    /// @return completes when it is shown, or when there is nobody left to show it to
    public CompletableFuture<Boolean> announceTraining(CallContext call, boolean begins) {
        try {
            return send(call, new Command.AnnounceTraining(begins)).exceptionally(_ -> false);
        } catch (SessionException _) { // deleted, or shutting down
            return CompletableFuture.completedFuture(false);
        }
    }

    /// Starts to train in the background.
    ///
    /// @throws InvalidInputException if it steers to a value out of range
    /// @throws SessionException `not_loaded`, `wrong_state`, or `busy` if a run has not ended
    public RunView startRun(CallContext call, RunCall run) {
        return call(call, new Command.StartRun(run));
    }

    /// The newest runs, oldest first.
    public List<RunView> runs(CallContext call) {
        return wake(call).runs().stream().map(this::shown).toList();
    }

    /// @throws SessionException `not_found`
    public RunView run(CallContext call, long id) {
        return runs(call).stream()
                .filter(run -> run.id() == id)
                .findFirst()
                .orElseThrow(() -> Runs.notFound(id));
    }

    /// A run that has been asked to pause or to end, and whose slice has not ended yet.
    private RunView shown(RunView run) {
        if (run.state().isEnd()) {
            return run;
        }
        if (actor.isAsked(new Command.CancelRun(run.id()))) {
            return run.withState(RunState.CANCELLING);
        }
        boolean pausing =
                run.state() == RunState.RUNNING && actor.isAsked(new Command.PauseRun(run.id()));
        return pausing ? run.withState(RunState.PAUSING) : run;
    }

    /// Pauses a run. Changes nothing on one that is paused or has ended.
    ///
    /// @throws SessionException `not_found`
    public RunView pauseRun(CallContext call, long id) {
        return call(call, new Command.PauseRun(id));
    }

    /// Lets a paused run continue. Changes nothing on others.
    ///
    /// @throws SessionException `not_found`, or `wrong_state` if the session has failed
    public RunView resumeRun(CallContext call, long id) {
        return call(call, new Command.ResumeRun(id));
    }

    /// Ends a run. Changes nothing on one that has ended.
    ///
    /// @throws SessionException `not_found`
    public RunView cancelRun(CallContext call, long id) {
        return call(call, new Command.CancelRun(id));
    }
}

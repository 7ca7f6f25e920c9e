package dev.microgpt.session;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.OptionValues;
import dev.microgpt.engine.ParallelRunner;
import dev.microgpt.session.actor.Command;
import dev.microgpt.session.actor.Environment;
import dev.microgpt.session.actor.Preconditions;
import dev.microgpt.session.actor.PublishedState;
import dev.microgpt.session.actor.Publisher;
import dev.microgpt.session.actor.SessionActor;
import dev.microgpt.session.actor.SessionListener;
import dev.microgpt.session.actor.StepCall;
import dev.microgpt.session.actor.StepOutcome;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.admission.SharedSession;
import dev.microgpt.session.compute.Compute;
import dev.microgpt.session.compute.Demand;
import dev.microgpt.session.compute.SlicedTask;
import dev.microgpt.session.history.History;
import dev.microgpt.session.history.KeyframesView;
import dev.microgpt.session.run.RunCall;
import dev.microgpt.session.run.RunState;
import dev.microgpt.session.run.RunView;
import dev.microgpt.session.run.Runs;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/// A thread-safe handle to a named session. Each call sends a command to the session's actor and waits for
/// the reply, unless its documentation says otherwise.
///
/// When a call returns, its changes are stored. When a call throws, it has changed nothing, except that a step
/// call which ends early keeps the steps it has made; its message says how many.
public final class Session {

    private final SessionActor actor;
    private final Compute compute;
    private final CallTimeout callTimeout;
    private final SessionQueries queries;
    private final ModelInternals internals;
    private final Measurements measurements;
    private final DocumentLoading loading;

    Session(SessionActor actor, Environment environment, Compute compute, CallTimeout callTimeout) {
        this.actor = actor;
        this.compute = compute;
        this.callTimeout = callTimeout;
        queries = new SessionQueries(this, environment.limits());
        internals = new ModelInternals(this, queries, environment.limits());
        measurements = new Measurements(this, queries, environment.limits());
        loading = new DocumentLoading(this, queries, environment);
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

    /// Returns the queries of the session's model.
    public SessionQueries queries() {
        return queries;
    }

    /// Returns the access to the internals of the session's model.
    public ModelInternals internals() {
        return internals;
    }

    /// Returns the measurements of the session's models over many texts.
    public Measurements measurements() {
        return measurements;
    }

    /// Returns what loads documents into the session.
    public DocumentLoading loading() {
        return loading;
    }

    /// Returns the session's state after its latest slice. Does not wait.
    public PublishedState published() {
        return actor.publisher().state();
    }

    /// Adds a listener, which is called after each slice that changed something until it is removed.
    public void addListener(SessionListener listener) {
        actor.publisher().addListener(listener);
    }

    public void removeListener(SessionListener listener) {
        actor.publisher().removeListener(listener);
    }

    // ---- commands

    /// Sends a command without waiting for the reply, once there is enough memory for the session. It stays
    /// reserved, and the session in memory, until the reply.
    ///
    /// @throws SessionException `no_memory` if there is no memory to rehydrate the session, `busy` or
    ///     `not_found`; `not_shared` if the caller may only read
    <R> CompletableFuture<R> send(CallContext call, Command<R> command) {
        requireMayExecute(call.caller().share(), command);
        if (command.need() == Command.Need.NOTHING) {
            return actor.send(command, call);
        }
        Publisher publisher = actor.publisher();
        publisher.acquire();
        CompletableFuture<R> reply;
        try {
            reply = actor.send(command, call);
        } catch (RuntimeException e) {
            publisher.release();
            throw e;
        }
        var _ = reply.whenComplete((_, _) -> publisher.release());
        return reply;
    }

    /// Rejects all that could change the session for the bearer of a share, whatever call it comes from.
    private static void requireMayExecute(@Nullable SharedSession share, Command<?> command) {
        if (share == null
                || command instanceof Command.Ask<?>
                || command instanceof Command.GenerateNext) {
            return;
        }
        boolean generates = command instanceof Command.Draw || command instanceof Command.DrawNext;
        throw generates ? share.needsSeed() : share.notShared();
    }

    <R> R call(CallContext call, Command<R> command) {
        return callTimeout.await(send(call, command));
    }

    /// Computes something that does not need the session. It waits in the queue of the compute threads, but
    /// not in the session's mailbox.
    <T> T computeDetached(Demand demand, SlicedTask<T> work) {
        return callTimeout.awaitQuery(compute.submit(id().owner(), demand, work));
    }

    /// Returns what runs two parts of a slice of this session.
    ParallelRunner parallelRunner() {
        return compute.parallelRunner(id().owner());
    }

    CallTimeout callTimeout() {
        return callTimeout;
    }

    /// Brings the session into memory. It stays there for at least some seconds, and for as long as it has
    /// a listener.
    public PublishedState ensureInMemory(CallContext call) {
        if (actor.publisher().isInMemory()) {
            actor.touch();
            return published();
        }
        return call(call, new Command.Ask<>((_, _) -> published()));
    }

    /// Returns the losses of the current parameters.
    ///
    /// @throws SessionException `not_loaded` if there are no parameters
    public LossHistory losses(CallContext call) {
        PublishedState now = ensureInMemory(call);
        Preconditions.requireLoaded(now.view());
        return now.losses();
    }

    /// Returns the session's history: events, training schedule and text samples.
    public History history(CallContext call) {
        return call(call, new Command.Ask<>((models, _) -> models.timeline().history()));
    }

    /// Returns the steps for which the session has keyframes.
    public KeyframesView keyframes(CallContext call) {
        return call(call, new Command.Ask<>((models, _) -> models.keyframes().view()));
    }

    // ---- steer, delete

    /// Changes the training options from the next step on, even while a run is active.
    ///
    /// @throws InvalidInputException if a value is out of its range or beyond the limits
    /// @throws SessionException `not_loaded`
    public PublishedState steer(CallContext call, OptionValues steering) {
        return call(call, new Command.Steer(steering));
    }

    /// Deletes the session. Waiting and later commands fail.
    ///
    /// @throws SessionException `storage_full`
    void delete(CallContext call) {
        call(call, new Command.Delete());
    }

    // ---- training

    /// Trains some steps.
    ///
    /// @throws InvalidInputException if a response would carry too many numbers
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    public StepOutcome step(CallContext call, StepCall steps) {
        return callTimeout.awaitSteps(stepAsync(call, steps, null));
    }

    /// Trains some steps, unless the session has been replaced since an epoch. Does not wait.
    ///
    /// @param epoch the epoch that the session must still be in; null for any
    public CompletableFuture<StepOutcome> stepAsync(
            CallContext call, StepCall steps, @Nullable Long epoch) {
        PublishedState now = published();
        queries.reserveTraces(call, (double) steps.tracedSteps() * now.maxTraceSizePerStep());
        return send(call, new Command.Train(steps, epoch));
    }

    /// Announces that step calls begin or end. From the first beginning on, the session is shown as training
    /// even between step calls, until as many ends have been announced. Does not wait.
    ///
    /// @return completes when the state is shown; with false if the session was deleted or the service is
    ///     shutting down
    public CompletableFuture<Boolean> announceTraining(CallContext call, boolean begins) {
        try {
            return send(call, new Command.AnnounceTraining(begins)).exceptionally(_ -> false);
        } catch (SessionException _) { // deleted, or shutting down
            return CompletableFuture.completedFuture(false);
        }
    }

    /// Starts a background run.
    ///
    /// @throws InvalidInputException if the run's steering has a value out of range
    /// @throws SessionException `not_loaded`, `wrong_state`, or `busy` if another run has not ended
    public RunView startRun(CallContext call, RunCall run) {
        return call(call, new Command.StartRun(run));
    }

    /// Returns the newest runs, oldest first.
    public List<RunView> runs(CallContext call) {
        return ensureInMemory(call).runs().stream().map(this::withQueuedCommand).toList();
    }

    /// Returns one of the newest runs.
    ///
    /// @throws SessionException `not_found`
    public RunView run(CallContext call, long id) {
        return runs(call).stream()
                .filter(run -> run.id() == id)
                .findFirst()
                .orElseThrow(() -> Runs.notFound(id));
    }

    /// Returns the run as it is shown: cancelling or pausing while such a command waits in the mailbox.
    private RunView withQueuedCommand(RunView run) {
        if (run.state().isEnd()) {
            return run;
        }
        if (actor.isQueued(new Command.CancelRun(run.id()))) {
            return run.withState(RunState.CANCELLING);
        }
        boolean isPausing =
                run.state() == RunState.RUNNING && actor.isQueued(new Command.PauseRun(run.id()));
        return isPausing ? run.withState(RunState.PAUSING) : run;
    }

    /// Pauses a run. Has no effect if the run is paused or has ended.
    ///
    /// @throws SessionException `not_found`
    public RunView pauseRun(CallContext call, long id) {
        return call(call, new Command.PauseRun(id));
    }

    /// Resumes a paused run. Has no effect if the run is active or has ended.
    ///
    /// @throws SessionException `not_found`, or `wrong_state` if the session has failed
    public RunView resumeRun(CallContext call, long id) {
        return call(call, new Command.ResumeRun(id));
    }

    /// Cancels a run. Has no effect if the run has ended.
    ///
    /// @throws SessionException `not_found`
    public RunView cancelRun(CallContext call, long id) {
        return call(call, new Command.CancelRun(id));
    }
}

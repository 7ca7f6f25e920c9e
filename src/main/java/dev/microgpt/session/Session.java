package dev.microgpt.session;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

/// A named model. Its methods may be called from any thread; they wait for their turn.
///
/// The model itself, an [ActiveSession], is touched on the session's lane alone, so nobody ever sees a
/// half-done step. What the lane publishes after each slice of work may be read at any time. A session
/// that is not used may be put away into the store, and comes back with the next call.
///
/// What a call has changed is kept when the call returns: see [SessionStore].
public final class Session {

    private final SessionId id;
    private final SessionEnvironment environment;
    private final Compute.Lane lane;
    private final AtomicInteger trainers = new AtomicInteger();
    private final Questions questions = new Questions(this);
    private final Set<SessionListener> listeners = ConcurrentHashMap.newKeySet();

    /// Null while it is put away. Changed on the lane.
    private volatile @Nullable ActiveSession active;

    private @Nullable Waking waking; // confined to the lane
    private volatile Snapshot snapshot;
    private volatile boolean deleted;
    private final Memory.Share memory;
    private volatile long bytes;
    private volatile long usedAt = System.nanoTime();

    /// A session that is yet to begin.
    private Session(
            SessionId id,
            SessionEnvironment environment,
            MicroGpt model,
            Timeline timeline,
            SessionState state) {
        this.id = id;
        this.environment = environment;
        memory = environment.memory().share();
        lane = environment.compute().newLane(id.owner());
        ActiveSession fresh =
                new ActiveSession(
                        this,
                        environment,
                        new Journal(environment.store()),
                        model,
                        timeline,
                        state,
                        ActiveSession.now());
        active = fresh;
        environment.keyframes().join(timeline.keyframes());
        snapshot = fresh.snapshot();
    }

    /// A session that is put away.
    private Session(StoredSession stored, SessionEnvironment environment) {
        id = new SessionId(stored.owner(), stored.view().name());
        this.environment = environment;
        memory = environment.memory().share();
        lane = environment.compute().newLane(id.owner());
        snapshot = Snapshot.ofStored(stored.epoch(), stored.view());
    }

    /// A session without a past.
    ///
    /// @param kind how the model came to be; null for one without documents
    static Session fresh(
            SessionId id,
            MicroGpt model,
            SessionEvent.@Nullable Kind kind,
            SessionEnvironment environment) {
        Session session = new Session(id, environment, model, new Timeline(), SessionState.CREATED);
        if (kind != null) {
            ActiveSession fresh = session.active();
            fresh.begin(kind);
            session.snapshot = fresh.snapshot();
        }
        return session;
    }

    /// A session as the store has it.
    static Session stored(StoredSession stored, SessionEnvironment environment) {
        return new Session(stored, environment);
    }

    /// Begins to exist, which a session that nobody has seen may fail to do.
    ///
    /// @param failed what to do then
    void begin(Runnable failed) {
        Work<Boolean> work =
                (active, _) -> {
                    active.journal().begin(environment.epochs().incrementAndGet(), active, true);
                    active.publish();
                    return true;
                };
        var begun = lane.call(new Turn<>(work, CallTerms.current().forNewSession()));
        CompletableFuture<Void> kept = awaitOrCancel(begun).kept();
        CompletableFuture<Void> settled =
                kept.whenComplete(
                        (_, failure) -> {
                            if (failure != null) {
                                failed.run();
                            }
                        });
        told(new Told<>(true, settled));
    }

    SessionId id() {
        return id;
    }

    public String name() {
        return id.name();
    }

    /// To ask the model.
    public Questions ask() {
        return questions;
    }

    /// The session as it was after the latest slice of work.
    public Snapshot snapshot() {
        return snapshot;
    }

    /// Has the session in memory, for at least some seconds from now on, and as long as it is watched.
    public Session wake() {
        usedAt = System.nanoTime();
        active();
        return this;
    }

    private ActiveSession active() {
        ActiveSession now = active;
        return now == null ? call(awake -> awake) : now;
    }

    /// Before a session comes back to memory.
    private void requireMemory() {
        if (active == null) {
            SessionView view = snapshot.view();
            Integer vocabSize = view.vocabSize();
            if (vocabSize != null) {
                int longest = view.options().blockSize();
                long least = MicroGpt.estimateBytes(view.options(), vocabSize, longest);
                environment.memory().require(least, "the session");
            }
        }
    }

    /// The losses of the present parameters.
    ///
    /// @throws SessionException `not_loaded` if there are no parameters
    public LossHistory losses() {
        Snapshot now = wake().snapshot;
        Refusals.requireLoaded(now.view());
        return now.losses();
    }

    /// What happened so far beside steps.
    public History history() {
        return active().timeline().history();
    }

    /// The steps that the session can be asked about.
    public KeyframesView keyframes() {
        return active().timeline().keyframes().view();
    }

    /// Calls a listener after each slice of work that changed something, until it is removed.
    public void addListener(SessionListener listener) {
        listeners.add(listener);
    }

    public void removeListener(SessionListener listener) {
        listeners.remove(listener);
    }

    // ---- to begin, to steer, to end

    /// Starts anew with another model.
    ///
    /// @param kind how the model came to be; null for one without documents
    void replace(MicroGpt model, SessionEvent.@Nullable Kind kind) {
        changed(
                active -> {
                    active.replace(model, kind, ActiveSession.now());
                    return true;
                });
    }

    /// A model with new parameters, or without documents.
    static MicroGpt newModel(ModelOptions options, @Nullable Corpus corpus) {
        MicroGpt model = new MicroGpt(options);
        if (corpus != null) {
            model.loadData(corpus);
            model.initParams();
        }
        return model;
    }

    /// Loads documents and makes new parameters, both from the session's seed.
    ///
    /// @throws SessionException `already_trained` if steps would be lost and `overwrite` is false
    public SessionView load(Corpus corpus, boolean overwrite) {
        ModelOptions present = snapshot.view().options();
        limits().check(present, corpus);
        environment.memory().requireForSession(ActiveSession.bytes(present, corpus));
        return changed(
                active -> {
                    requireLoadable(overwrite);
                    ModelOptions options = active.model().options();
                    active.replace(
                            newModel(options, corpus),
                            SessionEvent.Kind.LOADED,
                            snapshot.view().createdAt());
                    return snapshot.view();
                });
    }

    /// Checks that loading would lose nothing.
    ///
    /// @throws SessionException `already_trained` if steps would be lost and `overwrite` is false
    public void requireLoadable(boolean overwrite) {
        long step = snapshot.view().step();
        if (step > 0 && !overwrite) {
            throw new SessionException(
                    ErrorCode.ALREADY_TRAINED,
                    ("session '%s' has trained %d steps, which loading would lose;"
                                    + " ?overwrite=true starts it anew")
                            .formatted(name(), step));
        }
    }

    /// Changes how the next steps train, also while a run goes on.
    ///
    /// @throws InvalidInputException if a value is out of its range or beyond the limits
    /// @throws SessionException `not_loaded`
    public SessionView steer(Steering steering) {
        Refusals.requireLoaded(snapshot.view());
        return changed(
                active -> {
                    active.requireLoaded();
                    active.steer(steering);
                    active.publish();
                    return snapshot.view();
                });
    }

    /// A session of its own that goes on as this one does, or did: the same parameters, optimiser,
    /// generator, documents, losses and events up to then, but no run.
    ///
    /// @param step to begin at; null for the present one
    /// @throws InvalidInputException if the step is not between 0 and the present one
    /// @throws SessionException `not_loaded` or `wrong_state`
    Session fork(SessionId forkId, @Nullable Long step) {
        ActiveSession.Branch branch = call(active -> active.branch(step));
        MicroGpt child = aside(branch.replay());
        branch.past().add(SessionEvent.forked(child.step(), ActiveSession.now(), name()));
        return new Session(forkId, environment, child, branch.past(), SessionState.READY);
    }

    /// @throws SessionException `stale`
    void requireVersion() {
        CallTerms.current().requireVersion(snapshot.version());
    }

    /// Ends the session: what waits for it fails, and so does what comes.
    ///
    /// @throws SessionException `storage_full`
    void delete() {
        close();
        await(environment.store().delete(snapshot.epoch()));
    }

    /// Ends the session as far as it is in memory.
    void close() {
        lane.close(new SessionException(ErrorCode.NOT_FOUND, "the session was deleted"));
        deleted = true;
        ActiveSession now = active;
        if (now != null) {
            now.runs().askAllToCancel();
            environment.keyframes().leave(now.timeline().keyframes());
        }
        take(0);
        snapshot = snapshot.afterDelete();
        listeners.forEach(SessionListener::changed);
    }

    // ---- to train

    /// Trains.
    ///
    /// @throws SessionException `out_of_range`, `not_loaded`, `wrong_state` or `busy`
    public StepOutcome step(StepCall call) {
        return step(call, null);
    }

    /// Trains, unless the session has been started anew.
    ///
    /// @param epoch the one that is meant; null for the present one
    /// @throws SessionException `out_of_range`, `not_loaded`, `wrong_state` or `busy`
    public StepOutcome step(StepCall call, @Nullable Long epoch) {
        Snapshot now = wake().snapshot;
        Refusals.requireTrainable(now.view());
        active().runs().requireNone();
        limits().checkTraces(now, call);
        requireRoom();
        StepTraining training =
                new StepTraining(
                        call, epoch == null ? now.epoch() : epoch, CallTerms.current().once());
        return told(await(queueTraining(training), training::giveUp));
    }

    /// Lets the session count as training from now on, also between step calls.
    public void beginTraining() {
        trainers.incrementAndGet();
    }

    /// The opposite of [#beginTraining()], to be called once for each.
    public void endTraining() {
        trainers.decrementAndGet();
        try {
            call(
                    active -> {
                        active.publish();
                        return true;
                    });
        } catch (SessionException _) {
            // Deleted, or shutting down: there is nobody left to tell.
        }
    }

    /// Starts to train in the background.
    ///
    /// @throws InvalidInputException if it steers to a value out of range
    /// @throws SessionException `not_loaded`, `wrong_state`, or `busy` if a run is active
    public RunView startRun(RunCall call) {
        Refusals.requireTrainable(snapshot.view());
        return changed(
                active -> {
                    active.requireTrainable();
                    active.runs().requireNone();
                    if (call.steering() != null) {
                        active.steer(call.steering());
                    }
                    Run run = active.runs().start(call);
                    active.publish();
                    return run.view();
                });
    }

    /// The newest runs, oldest first.
    public List<RunView> runs() {
        return active().runs().views();
    }

    /// @throws SessionException `not_found`
    public RunView run(long id) {
        return active().runs().find(id).view();
    }

    /// Pauses a run after the slice that it is at. Changes nothing on one that is paused or has ended.
    ///
    /// @throws SessionException `not_found`
    public RunView pauseRun(long id) {
        active().runs().find(id).ask(Run.Request.PAUSE);
        return settle(id, Runs::obey);
    }

    /// Lets a paused run go on. Changes nothing on others.
    ///
    /// @throws SessionException `not_found`, or `wrong_state` if the session has failed
    public RunView resumeRun(long id) {
        active().runs().find(id);
        return settle(id, Runs::resume);
    }

    /// Ends a run after the slice that it is at. Changes nothing on one that has ended.
    ///
    /// @throws SessionException `not_found`
    public RunView cancelRun(long id) {
        active().runs().find(id).ask(Run.Request.CANCEL);
        return settle(id, Runs::obey);
    }

    private interface RunChange {
        void make(Runs runs, Run run);
    }

    private RunView settle(long id, RunChange change) {
        return changed(
                active -> {
                    Run run = active.runs().find(id);
                    change.make(active.runs(), run);
                    active.publish();
                    return run.view();
                });
    }

    // ---- for the lane

    Limits limits() {
        return environment.limits();
    }

    boolean isBeingTrained() {
        return trainers.get() > 0;
    }

    boolean hasListeners() {
        return !listeners.isEmpty();
    }

    /// Whether somebody wants to look at steps, and may.
    boolean isWatched() {
        for (SessionListener listener : listeners) {
            if (listener.wantsTraces()) {
                return limits().allowsTrace(snapshot);
            }
        }
        return false;
    }

    void publish(Snapshot now) {
        snapshot = deleted ? now.afterDelete() : now;
        ActiveSession present = active;
        take(present == null || deleted ? 0 : present.bytes());
        listeners.forEach(SessionListener::changed);
    }

    private void take(long now) {
        bytes = now;
        memory.set(now);
    }

    // ---- to take turns

    /// What came of some work, and when all that it builds on is kept.
    record Told<T>(T value, CompletableFuture<Void> kept) {}

    /// Work on the session, which first comes back to memory if it is put away.
    private final class Turn<T> implements Compute.Sliced<Told<T>> {

        private final Work<T> work;
        private final CallTerms terms;
        private boolean hasBegun;

        Turn(Work<T> work, CallTerms terms) {
            this.work = work;
            this.terms = terms;
        }

        @Override
        public @Nullable Told<T> slice(long deadline) throws Exception {
            usedAt = System.nanoTime();
            ActiveSession present = active;
            if (present == null) {
                present = comeBack(deadline);
            }
            if (present == null) {
                return null;
            }
            if (!hasBegun) {
                terms.requireVersion(snapshot.version());
                hasBegun = true;
            }
            present.journal().enter(terms);
            T value = null;
            try {
                value = work.slice(present, deadline);
            } finally {
                present.journal().leave(value != null, present);
            }
            return value == null ? null : new Told<>(value, present.journal().latest());
        }
    }

    <T> CompletableFuture<Told<T>> queueTraining(Work<T> work) {
        requireMemory();
        return lane.train(new Turn<>(work, CallTerms.current()));
    }

    <T> CompletableFuture<Told<T>> queueCall(Work<T> work) {
        requireMemory();
        return lane.call(new Turn<>(work, CallTerms.current()));
    }

    /// Does something on the lane that changes nothing.
    <T> T call(Function<ActiveSession, T> work) {
        return call((active, _) -> work.apply(active));
    }

    /// Does something on the lane that changes nothing.
    <T> T call(Work<T> work) {
        return awaitOrCancel(queueCall(work)).value();
    }

    /// Computes something that needs the session no more, on a lane of its own: neither this session nor
    /// any other has to wait for it.
    <T> T aside(Compute.Sliced<T> work) {
        return awaitOrCancel(environment.compute().newLane(id.owner()).train(work));
    }

    /// The same for what somebody waits for and is done in one slice.
    <T> T aside(Supplier<T> work) {
        return awaitOrCancel(environment.compute().newLane(id.owner()).call(_ -> work.get()));
    }

    /// Does something on the lane that changes the session, and waits until that is kept.
    <T> T changed(Function<ActiveSession, T> work) {
        return changed((active, _) -> work.apply(active));
    }

    /// Does something on the lane that changes the session, and waits until that is kept.
    <T> T changed(Work<T> work) {
        requireRoom();
        return kept(queueCall(work));
    }

    /// Waits for what was queued, and until that is kept.
    <T> T kept(CompletableFuture<Told<T>> result) {
        return told(awaitOrCancel(result));
    }

    /// @throws SessionException `storage_full`
    void requireRoom() {
        environment.store().requireRoom();
    }

    /// Waits until it is kept, or leaves that to whoever makes the call's answer, which is kept with it.
    private <T> T told(Told<T> told) {
        Once once = CallTerms.current().once();
        if (once == null || once.kept() == null) {
            await(told.kept());
        }
        return told.value();
    }

    private void await(CompletableFuture<Void> kept) {
        await(kept.thenApply(_ -> true), () -> {});
    }

    private <T> T awaitOrCancel(CompletableFuture<T> result) {
        return await(result, () -> result.cancel(false));
    }

    private <T> T await(CompletableFuture<T> result, Runnable giveUp) {
        try {
            return result.get(limits().callTime().toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException _) {
            giveUp.run();
            throw new SessionException(
                    ErrorCode.BUSY,
                    "the call was cut off after %s; session '%s' has made %d steps"
                            .formatted(limits().callTime(), name(), snapshot.view().step()));
        } catch (InterruptedException _) {
            giveUp.run();
            Thread.currentThread().interrupt();
            throw new SessionException(ErrorCode.BUSY, "the service is shutting down");
        }
    }

    // ---- to be put away and to come back

    /// When the session was last used, in the time of `System.nanoTime()`.
    long usedAt() {
        return usedAt;
    }

    boolean isInMemory() {
        return active != null;
    }

    /// The memory that it takes, about: 0 while it is put away.
    long bytes() {
        return bytes;
    }

    /// Lets a run that went on when the process ended go on, or stand.
    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for it
    void goOn(boolean runs) {
        Work<Boolean> work =
                (active, _) -> {
                    if (runs) {
                        active.runs().goOn();
                    } else {
                        active.runs().pause();
                    }
                    active.publish();
                    return true;
                };
        lane.call(new Turn<>(work, CallTerms.current()));
    }

    /// Comes back as it was when it was put away, or when the process ended.
    ///
    /// @return null if there is more to do
    private @Nullable ActiveSession comeBack(long deadline) {
        Waking now = waking;
        if (now == null) {
            now = new Waking(this, environment, snapshot);
            waking = now;
        }
        ActiveSession awake;
        try {
            awake = now.slice(deadline);
        } catch (RuntimeException e) {
            waking = null;
            throw e;
        }
        if (awake != null) {
            waking = null;
            environment.keyframes().join(awake.timeline().keyframes());
            active = awake;
            awake.publish();
        }
        return awake;
    }

    /// Has all of the session kept if nobody uses it, and then lets go of it.
    ///
    /// @param unusedSince in the time of `System.nanoTime()`
    void putAway(long unusedSince) {
        ActiveSession now = active;
        if (now != null) {
            kept(lane.call(_ -> save(now)));
            await(lane.call(_ -> letGo(unusedSince)), () -> {});
        }
    }

    private static Told<Boolean> save(ActiveSession session) {
        boolean isIdle = session.isIdle();
        return new Told<>(
                isIdle, isIdle ? session.saveAll() : CompletableFuture.completedFuture(null));
    }

    private boolean letGo(long unusedSince) {
        ActiveSession now = active;
        if (now == null
                || usedAt - unusedSince > 0
                || !now.isIdle()
                || !now.journal().isKept(now)) {
            return false;
        }
        active = null;
        take(0);
        environment.keyframes().leave(now.timeline().keyframes());
        snapshot = Snapshot.ofStored(now.journal().epoch(), now.view());
        return true;
    }

    /// Has all of the session kept, once no thread computes any more. If that fails, its changes are.
    @SuppressWarnings("FutureReturnValueIgnored")
    void saveAtEnd() {
        ActiveSession now = active;
        if (now != null) {
            now.saveAll();
        }
    }
}

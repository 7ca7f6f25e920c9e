package dev.microgpt.session;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.Inspection;
import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelConfig;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.Sample;
import dev.microgpt.engine.Score;
import dev.microgpt.engine.StepResult;
import dev.microgpt.engine.TokenEmbedding;
import dev.microgpt.engine.random.RandomSource;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/// A named model. Its methods may be called from any thread; they wait for their turn.
///
/// The model itself is touched on the session's lane alone, so nobody ever sees a half-done step.
/// What the lane publishes after each slice of work may be read at any time.
public final class Session {

    /// So many runs are remembered.
    private static final int KEPT_RUNS = 100;

    private static final int KEPT_EVENTS = 1000;

    private final String name;
    private final Limits limits;
    private final Compute compute;
    private final Compute.Lane lane;
    private final AtomicInteger trainers = new AtomicInteger();
    private volatile boolean deleted;
    private final Set<SessionListener> listeners = ConcurrentHashMap.newKeySet();

    // Confined to the lane.
    private MicroGpt model;
    private Instant createdAt = now();
    private SessionState state = SessionState.CREATED;
    private @Nullable StepResult newest;
    private final RateMeter rate = new RateMeter();

    /// That carries the active run on; others are left from before a pause.
    private @Nullable Leg leg;

    /// The run that has not ended. Changed on the lane, read anywhere.
    private volatile @Nullable Run active;

    /// Newest last. Changed on the lane, read anywhere.
    private final Deque<Run> runs = new ConcurrentLinkedDeque<>();

    private final Deque<SessionEvent> events = new ConcurrentLinkedDeque<>();

    private volatile Snapshot snapshot;

    Session(String name, ModelOptions options, Limits limits, Compute compute) {
        this.name = name;
        this.limits = limits;
        this.compute = compute;
        lane = compute.newLane();
        model = new MicroGpt(options);
        snapshot = takeSnapshot();
    }

    /// A session that begins as a copy.
    private Session(String name, MicroGpt model, List<SessionEvent> events, Session parent) {
        this.name = name;
        limits = parent.limits;
        lane = parent.compute.newLane();
        compute = parent.compute;
        this.model = model;
        this.events.addAll(events);
        state = SessionState.READY;
        record(SessionEvent.Kind.FORKED, null, null);
        snapshot = takeSnapshot();
    }

    /// A session of its own that goes on as this one would: the same parameters, optimiser, generator,
    /// documents, losses and events so far, but no run.
    ///
    /// @throws SessionException `not_loaded` or `wrong_state`
    Session fork(String newName) {
        requireUsable(snapshot.view());
        return call(
                () -> {
                    requireUsable(snapshot.view());
                    return new Session(newName, model.copy(), events(), this);
                });
    }

    public String name() {
        return name;
    }

    /// The session as it was after the latest slice of work.
    public Snapshot snapshot() {
        return snapshot;
    }

    /// The losses of the present parameters.
    ///
    /// @throws SessionException `not_loaded` if there are no parameters
    public LossHistory losses() {
        Snapshot now = snapshot;
        requireLoaded(now.view());
        return now.losses();
    }

    /// Calls a listener after each slice of work that changed something, until it is removed.
    public void addListener(SessionListener listener) {
        listeners.add(listener);
    }

    public void removeListener(SessionListener listener) {
        listeners.remove(listener);
    }

    /// Starts anew with other options and documents; without documents, these go.
    void reset(ModelOptions options, @Nullable Corpus corpus) {
        call(
                () -> {
                    renew(options, corpus, now());
                    return true;
                });
    }

    /// Loads documents and makes new parameters, both from the session's seed.
    ///
    /// @throws SessionException `already_trained` if steps would be lost and `overwrite` is false
    public SessionView load(Corpus corpus, boolean overwrite) {
        return call(
                () -> {
                    requireLoadable(overwrite);
                    limits.check(model.options(), corpus);
                    renew(model.options(), corpus, createdAt);
                    return snapshot.view();
                });
    }

    /// Makes the new model before it lets go of the old one.
    private void renew(ModelOptions options, @Nullable Corpus corpus, Instant birth) {
        MicroGpt fresh = new MicroGpt(options);
        if (corpus != null) {
            fresh.loadData(corpus);
            fresh.initParams();
        }
        endRun(RunState.CANCELLED, "the session was started anew");
        model = fresh;
        createdAt = birth;
        state = corpus == null ? SessionState.CREATED : SessionState.READY;
        newest = null;
        if (corpus != null) {
            record(SessionEvent.Kind.LOADED, null, null);
        }
        publish();
    }

    private void record(SessionEvent.Kind kind, @Nullable Steering steering, @Nullable Long runId) {
        events.add(new SessionEvent(model.step(), now(), kind, steering, runId));
        if (events.size() > KEPT_EVENTS) {
            events.remove();
        }
    }

    /// The newest events, oldest first.
    public List<SessionEvent> events() {
        return List.copyOf(events);
    }

    /// Changes how the next steps train, also while a run goes on.
    ///
    /// @throws dev.microgpt.engine.InvalidInputException if a value is out of its range or beyond the
    ///     limits
    /// @throws SessionException `not_loaded`
    public SessionView steer(Steering steering) {
        requireLoaded(snapshot.view());
        return call(
                () -> {
                    requireLoaded(snapshot.view());
                    ModelOptions steered = steering.applyTo(model.options());
                    limits.check(steered, model.corpus());
                    model.steer(steered.learningRate(), steered.numSteps(), steered.batchSize());
                    record(SessionEvent.Kind.STEERED, steering, null);
                    publish();
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
                            .formatted(name, step));
        }
    }

    /// Trains.
    ///
    /// @throws SessionException `out_of_range`, `not_loaded`, `wrong_state` or `busy`
    public StepOutcome step(StepCall call) {
        return step(call, snapshot.losses());
    }

    /// Trains, unless the session has been started anew.
    ///
    /// @param expected the losses of the parameters that are meant
    /// @throws SessionException `out_of_range`, `not_loaded`, `wrong_state` or `busy`
    public StepOutcome step(StepCall call, LossHistory expected) {
        Snapshot now = snapshot;
        requireUsable(now.view());
        requireNoRun();
        limits.checkTraces(now, call);
        Training training = new Training(call, expected);
        return await(lane.train(training), training::giveUp);
    }

    /// Generates texts, all from the same parameters.
    ///
    /// @throws SessionException `out_of_range`, `not_loaded`, `wrong_state` or `busy`
    public List<Sample> generate(GenerateCall call) {
        Snapshot now = snapshot;
        requireUsable(now.view());
        limits.checkTraces(now, call);
        CompletableFuture<List<Sample>> samples = lane.call(new Generation(call));
        return await(samples, () -> samples.cancel(false));
    }

    /// Tells how likely the model finds each text.
    ///
    /// @throws SessionException `not_loaded`, `wrong_state` or `busy`
    public List<Score> score(List<String> texts) {
        List<Score> scores = new ArrayList<>();
        CompletableFuture<List<Score>> result =
                lane.call(
                        deadline -> {
                            requireUsable(snapshot.view());
                            while (scores.size() < texts.size() && System.nanoTime() < deadline) {
                                scores.add(model.score(texts.get(scores.size())));
                            }
                            return scores.size() == texts.size() ? scores : null;
                        });
        return await(result, () -> result.cancel(false));
    }

    /// Shows the forward pass over a text.
    ///
    /// @throws SessionException `out_of_range`, `not_loaded`, `wrong_state` or `busy`
    public Inspection inspect(String text) {
        Snapshot now = snapshot;
        requireUsable(now.view());
        limits.checkTraces(now, text);
        return call(
                () -> {
                    requireUsable(snapshot.view());
                    return model.inspect(text);
                });
    }

    /// The token embeddings.
    public List<TokenEmbedding> embeddings() {
        return call(
                () -> {
                    requireUsable(snapshot.view());
                    return model.getEmbeddings();
                });
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
                    () -> {
                        publish();
                        return true;
                    });
        } catch (SessionException _) {
            // Deleted, or shutting down: there is nobody left to tell.
        }
    }

    /// Ends the session: what waits for it fails, and so does what comes.
    void delete() {
        lane.close(new SessionException(ErrorCode.NOT_FOUND, "the session was deleted"));
        deleted = true;
        runs.forEach(run -> run.ask(Run.Request.CANCEL)); // the slice at hand is the last
        snapshot = snapshot.afterDelete();
        listeners.forEach(SessionListener::changed);
    }

    /// Some steps to make, slice by slice.
    private interface Steps {

        /// Whether there is a step to make now.
        boolean hasNext();

        /// Whether the next step is the last of all.
        boolean isLast();

        /// Whether whoever asked for the steps wants a trace of the next one.
        boolean wantsTrace();

        void add(double loss);

        void add(StepResult result);
    }

    /// Makes steps until the deadline. The last step of a slice is looked at closely, for those who watch.
    ///
    /// @return how many
    private int train(Steps steps, long deadline) {
        int made = 0;
        boolean closing = false;
        while (!closing && steps.hasNext()) {
            closing = steps.isLast() || System.nanoTime() >= deadline;
            boolean traced = steps.wantsTrace() || (closing && isWatched());
            if (closing || traced) {
                newest = model.trainStep(traced);
                steps.add(newest);
            } else {
                steps.add(model.advance());
            }
            made++;
        }
        return made;
    }

    private void requireSame(LossHistory expected, long done) {
        if (expected != model.lossHistory()) {
            throw new SessionException(
                    ErrorCode.WRONG_STATE,
                    "the session was started anew after %d steps of this call".formatted(done));
        }
    }

    /// The steps of one call.
    private final class Training implements Compute.Sliced<StepOutcome>, Steps {

        private final StepCall call;
        private final StepOutcome.Builder outcome;
        private final LossHistory expected;
        private int done;
        private volatile boolean givenUp;

        Training(StepCall call, LossHistory expected) {
            this.call = call;
            this.expected = expected;
            outcome = new StepOutcome.Builder(call);
        }

        void giveUp() {
            givenUp = true;
        }

        @Override
        public @Nullable StepOutcome slice(long deadline) {
            requireSame(expected, done);
            requireUsable(snapshot.view());
            rate.resume(System.nanoTime());
            int before = done;
            SessionState after = SessionState.FAILED; // should a step be left half done
            try {
                train(this, deadline);
                boolean over = givenUp || done == call.count();
                after = over ? SessionState.READY : SessionState.TRAINING;
            } finally {
                state = after;
                rate.add(done - before, System.nanoTime());
                publish();
            }
            if (givenUp) {
                throw new SessionException(ErrorCode.BUSY, "the call was given up");
            }
            return done == call.count() ? outcome.build() : null;
        }

        @Override
        public boolean hasNext() {
            return !givenUp && done < call.count();
        }

        @Override
        public boolean isLast() {
            return done == call.count() - 1;
        }

        @Override
        public boolean wantsTrace() {
            return call.wantsTrace(isLast());
        }

        @Override
        public void add(double loss) {
            outcome.add(loss);
            done++;
        }

        @Override
        public void add(StepResult result) {
            outcome.add(result);
            done++;
        }
    }

    /// The steps of a run from when it starts or is resumed to when it pauses or ends. Waiting for a
    /// speed limit ends them too, so that nothing is queued meanwhile.
    private final class Leg implements Compute.Sliced<Run>, Steps {

        private final Run run;

        Leg(Run run) {
            this.run = run;
        }

        @Override
        public @Nullable Run slice(long deadline) {
            obey(run);
            if (this != leg || run != active || run.state() == RunState.PAUSED) {
                return run;
            }
            rate.resume(System.nanoTime());
            run.resume(System.nanoTime());
            int made = 0;
            try {
                made = train(this, deadline);
            } catch (Throwable e) {
                state = SessionState.FAILED; // should a step be left half done
                endRun(RunState.FAILED, String.valueOf(e.getMessage()));
                throw e;
            } finally {
                rate.add(made, System.nanoTime());
                run.add(made, System.nanoTime());
                run.publish();
                publish();
            }
            String goal = run.goal();
            if (goal != null) {
                endRun(RunState.SUCCEEDED, goal);
                publish();
                return run;
            }
            long wait = run.pause(System.nanoTime());
            if (wait > 0) {
                goOnAfter(wait);
                return run;
            }
            return null;
        }

        private void goOnAfter(long nanos) {
            CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS, Runnable::run)
                    .execute(
                            () -> {
                                try {
                                    queue(this);
                                } catch (SessionException _) {
                                    // Deleted, or shutting down.
                                }
                            });
        }

        @Override
        public boolean hasNext() {
            return !run.isAsked() && run.goal() == null && run.pause(System.nanoTime()) <= 0;
        }

        @Override
        public boolean isLast() {
            return run.isLast();
        }

        @Override
        public boolean wantsTrace() {
            return false;
        }

        @Override
        public void add(double loss) {
            run.addLoss(loss);
        }

        @Override
        public void add(StepResult result) {
            run.addLoss(result.loss());
        }
    }

    // ---- runs

    /// Starts to train in the background.
    ///
    /// @throws SessionException `not_loaded`, `wrong_state`, or `busy` if a run is active
    public RunView startRun(RunCall call) {
        requireUsable(snapshot.view());
        return call(
                () -> {
                    requireUsable(snapshot.view());
                    requireNoRun();
                    Run last = runs.peekLast();
                    Run run = new Run(last == null ? 1 : last.id() + 1, call);
                    runs.add(run);
                    if (runs.size() > KEPT_RUNS) {
                        runs.remove();
                    }
                    active = run;
                    record(SessionEvent.Kind.STARTED, null, run.id());
                    goOn(run);
                    publish();
                    return run.view();
                });
    }

    /// The newest runs, oldest first.
    public List<RunView> runs() {
        return runs.stream().map(Run::view).toList();
    }

    /// @throws SessionException `not_found`
    public RunView run(long id) {
        return find(id).view();
    }

    private Run find(long id) {
        for (Run run : runs) {
            if (run.id() == id) {
                return run;
            }
        }
        throw new SessionException(
                ErrorCode.NOT_FOUND,
                "session '%s' has no run %d".formatted(name, id),
                "id",
                String.valueOf(id));
    }

    /// Pauses a run after the slice that it is at. Changes nothing on one that is paused or has ended.
    ///
    /// @throws SessionException `not_found`
    public RunView pauseRun(long id) {
        Run run = find(id);
        run.ask(Run.Request.PAUSE);
        return settle(run, () -> obey(run));
    }

    /// Lets a paused run go on. Changes nothing on others.
    ///
    /// @throws SessionException `not_found`
    public RunView resumeRun(long id) {
        Run run = find(id);
        return settle(
                run,
                () -> {
                    if (run.state() == RunState.PAUSED) {
                        requireUsable(snapshot.view());
                        record(SessionEvent.Kind.RESUMED, null, id);
                        run.become(RunState.QUEUED);
                        goOn(run);
                    }
                });
    }

    /// Ends a run after the slice that it is at. Changes nothing on one that has ended.
    ///
    /// @throws SessionException `not_found`
    public RunView cancelRun(long id) {
        Run run = find(id);
        run.ask(Run.Request.CANCEL);
        return settle(run, () -> obey(run));
    }

    private void goOn(Run run) {
        leg = new Leg(run);
        queue(leg);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a leg tells its run how it ends
    private void queue(Leg next) {
        lane.train(next);
    }

    /// Does what a run was asked for, between two slices.
    private void obey(Run run) {
        if (!run.isActive()) {
            return;
        }
        switch (run.request()) {
            case NONE -> {}
            case PAUSE -> {
                if (run.state() != RunState.PAUSED) {
                    record(SessionEvent.Kind.PAUSED, null, run.id());
                }
                run.become(RunState.PAUSED);
                publish();
            }
            case CANCEL -> {
                endRun(RunState.CANCELLED, "it was cancelled");
                publish();
            }
        }
    }

    private RunView settle(Run run, Runnable change) {
        return call(
                () -> {
                    change.run();
                    publish();
                    return run.view();
                });
    }

    private void endRun(RunState how, String why) {
        Run run = active;
        if (run != null) {
            run.end(how, why);
            active = null;
            record(SessionEvent.Kind.valueOf(how.name()), null, run.id());
        }
    }

    private void requireNoRun() {
        Run run = active;
        if (run != null) {
            throw new SessionException(
                    ErrorCode.BUSY,
                    "run %d of session '%s' is %s: wait for its end, or cancel it"
                            .formatted(
                                    run.id(),
                                    name,
                                    run.view().state().name().toLowerCase(Locale.ROOT)));
        }
    }

    private boolean isWatched() {
        for (SessionListener listener : listeners) {
            if (listener.wantsTraces()) {
                return limits.allowsTrace(snapshot);
            }
        }
        return false;
    }

    /// The samples of one call, made slice by slice.
    private final class Generation implements Compute.Sliced<List<Sample>> {

        private final GenerateCall call;
        private final List<Sample> samples = new ArrayList<>();
        private @Nullable RandomSource random;

        Generation(GenerateCall call) {
            this.call = call;
        }

        @Override
        public @Nullable List<Sample> slice(long deadline) {
            requireUsable(snapshot.view());
            if (random == null) {
                random = call.seed() == null ? model.random() : model.newRandom(call.seed());
            }
            while (samples.size() < call.count() && System.nanoTime() < deadline) {
                samples.add(model.generate(call.options(), random));
            }
            return samples.size() == call.count() ? samples : null;
        }
    }

    private <T> T call(Supplier<T> work) {
        CompletableFuture<T> result = lane.call(_ -> work.get());
        return await(result, () -> result.cancel(false));
    }

    private <T> T await(CompletableFuture<T> result, Runnable giveUp) {
        try {
            return result.get(limits.callTime().toNanos(), TimeUnit.NANOSECONDS);
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
                            .formatted(limits.callTime(), name, snapshot.view().step()));
        } catch (InterruptedException _) {
            giveUp.run();
            Thread.currentThread().interrupt();
            throw new SessionException(ErrorCode.BUSY, "the service is shutting down");
        }
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }

    private void publish() {
        snapshot = takeSnapshot();
        if (deleted) { // meanwhile
            snapshot = snapshot.afterDelete();
        }
        listeners.forEach(SessionListener::changed);
    }

    private Snapshot takeSnapshot() {
        boolean loaded = state != SessionState.CREATED;
        SessionState shown = shownState();
        ModelConfig config = model.getConfig();
        SessionView view =
                new SessionView(
                        name,
                        shown,
                        model.options().engine(),
                        model.step(),
                        loaded ? model.numParams() : null,
                        loaded ? config.vocabSize() : null,
                        loaded ? config.numDocs() : null,
                        model.options(),
                        createdAt,
                        shown == SessionState.TRAINING ? rate.perSecond() : 0);
        int longest = loaded ? Math.min(config.blockSize(), model.corpus().longest() + 1) : 0;
        return new Snapshot(view, model.lossHistory(), newest, longest, deleted);
    }

    private SessionState shownState() {
        Run run = active;
        if (state == SessionState.READY && run != null) {
            return run.state() == RunState.PAUSED ? SessionState.PAUSED : SessionState.TRAINING;
        }
        boolean training = state == SessionState.READY && trainers.get() > 0;
        return training ? SessionState.TRAINING : state;
    }

    private static void requireUsable(SessionView view) {
        requireLoaded(view);
        if (view.state() == SessionState.FAILED) {
            throw new SessionException(
                    ErrorCode.WRONG_STATE,
                    ("session '%s' has failed at step %d; init with ?overwrite=true and a lower"
                                    + " learningRate starts it anew")
                            .formatted(view.name(), view.step()));
        }
    }

    private static void requireLoaded(SessionView view) {
        if (view.state() == SessionState.CREATED) {
            throw new SessionException(
                    ErrorCode.NOT_LOADED,
                    "session '%s' has no documents yet: load some first".formatted(view.name()));
        }
    }
}

package dev.microgpt.session;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.DivergedException;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.LanguageModel;
import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.Matrix;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelConfig;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.ModelState;
import dev.microgpt.engine.StepResult;
import dev.microgpt.engine.random.RandomSource;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
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

    private final String name;
    private final Limits limits;
    private final Compute compute;
    private final Compute.Lane lane;
    private final AtomicInteger trainers = new AtomicInteger();
    private final Runs runs = new Runs(this);
    private final Timeline timeline;
    private final Questions questions = new Questions(this);
    private volatile boolean deleted;
    private final Set<SessionListener> listeners = ConcurrentHashMap.newKeySet();

    // Confined to the lane.
    private MicroGpt model;
    private Instant createdAt = now();
    private SessionState state = SessionState.CREATED;
    private @Nullable StepResult newest;
    private final RateMeter rate = new RateMeter();
    private final LookPace lookPace = new LookPace();

    private volatile Snapshot snapshot;

    Session(String name, ModelOptions options, Limits limits, Compute compute) {
        this.name = name;
        this.limits = limits;
        this.compute = compute;
        lane = compute.newLane();
        timeline = new Timeline();
        model = new MicroGpt(options);
        snapshot = takeSnapshot();
    }

    /// A session that begins with a model which has parameters.
    ///
    /// @param timeline what it remembers of the model's past
    private Session(
            String name, MicroGpt model, Timeline timeline, Limits limits, Compute compute) {
        this.name = name;
        this.limits = limits;
        this.compute = compute;
        lane = compute.newLane();
        this.model = model;
        this.timeline = timeline;
        state = SessionState.READY;
        snapshot = takeSnapshot();
    }

    /// A session with a model from elsewhere.
    static Session restored(String name, MicroGpt model, Limits limits, Compute compute) {
        Session session = new Session(name, model, new Timeline(), limits, compute);
        session.begin(SessionEvent.Kind.RESTORED);
        session.publish();
        return session;
    }

    public String name() {
        return name;
    }

    /// To ask the model.
    public Questions ask() {
        return questions;
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

    /// What happened so far beside steps.
    public History history() {
        return timeline.history();
    }

    /// The steps that the session can be asked about.
    public KeyframesView keyframes() {
        return timeline.keyframes().view();
    }

    /// To be given its share of memory.
    Keyframes keyframeStore() {
        return timeline.keyframes();
    }

    /// Calls a listener after each slice of work that changed something, until it is removed.
    public void addListener(SessionListener listener) {
        listeners.add(listener);
    }

    public void removeListener(SessionListener listener) {
        listeners.remove(listener);
    }

    // ---- to begin, to steer, to end

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

    /// Goes on with a model from elsewhere.
    void restore(MicroGpt restored) {
        call(
                () -> {
                    replace(restored, now());
                    begin(SessionEvent.Kind.RESTORED);
                    publish();
                    return true;
                });
    }

    /// Makes the new model before it lets go of the old one.
    private void renew(ModelOptions options, @Nullable Corpus corpus, Instant birth) {
        MicroGpt fresh = new MicroGpt(options);
        if (corpus != null) {
            fresh.loadData(corpus);
            fresh.initParams();
        }
        replace(fresh, birth);
        if (corpus == null) {
            state = SessionState.CREATED;
        } else {
            begin(SessionEvent.Kind.LOADED);
        }
        publish();
    }

    private void replace(MicroGpt fresh, Instant birth) {
        runs.end(RunState.CANCELLED, "the session was started anew");
        model = fresh;
        createdAt = birth;
        newest = null;
        timeline.restart();
    }

    /// The model has parameters, and no past yet.
    private void begin(SessionEvent.Kind kind) {
        state = SessionState.READY;
        timeline.begin(model.step(), model.options());
        remember();
        record(kind, null);
    }

    /// Changes how the next steps train, also while a run goes on.
    ///
    /// @throws InvalidInputException if a value is out of its range or beyond the limits
    /// @throws SessionException `not_loaded`
    public SessionView steer(Steering steering) {
        requireLoaded(snapshot.view());
        return call(
                () -> {
                    requireLoaded(snapshot.view());
                    change(steering);
                    publish();
                    return snapshot.view();
                });
    }

    private void change(Steering steering) {
        ModelOptions steered = steering.applyTo(model.options());
        limits.check(steered, model.corpus());
        model.steer(steered.learningRate(), steered.numSteps(), steered.batchSize());
        timeline.begin(model.step(), steered);
        timeline.add(SessionEvent.steered(model.step(), now(), steering));
    }

    /// A session of its own that goes on as this one does, or did: the same parameters, optimiser,
    /// generator, documents, losses and events up to then, but no run.
    ///
    /// @param step to begin at; null for the present one
    /// @throws InvalidInputException if the step is not between 0 and the present one
    /// @throws SessionException `not_loaded` or `wrong_state`
    Session fork(String newName, @Nullable Long step) {
        Branch branch = call(() -> branch(step));
        // On a lane of its own: neither this session nor any other has to wait for it.
        CompletableFuture<MicroGpt> replay = compute.newLane().train(branch.replay);
        MicroGpt child = await(replay, () -> replay.cancel(false));
        branch.past.add(SessionEvent.forked(child.step(), now(), name));
        return new Session(newName, child, branch.past, limits, compute);
    }

    /// What a session that is to begin at an earlier step needs.
    private record Branch(Replay replay, Timeline past) {}

    private Branch branch(@Nullable Long asked) {
        requireStep(asked);
        long step = asked == null ? model.step() : asked;
        return new Branch(
                new Replay(modelBefore(step), timeline.phasesUpTo(step), step),
                timeline.upTo(step));
    }

    /// A copy of the model at the step, or at a keyframe before it.
    private MicroGpt modelBefore(long step) {
        if (step == model.step() && state != SessionState.FAILED) {
            return model.copy();
        }
        RandomSource generator = timeline.generatorAt(step, model.random());
        for (ModelState keyframe : timeline.wayTo(step)) {
            MicroGpt past = model.goneBackTo(keyframe, generator);
            if (past != null) {
                return past;
            }
        }
        throw new IllegalStateException("the losses up to the first keyframe are unknown");
    }

    /// Ends the session: what waits for it fails, and so does what comes.
    void delete() {
        lane.close(new SessionException(ErrorCode.NOT_FOUND, "the session was deleted"));
        deleted = true;
        runs.askAllToCancel();
        snapshot = snapshot.afterDelete();
        listeners.forEach(SessionListener::changed);
    }

    // ---- to train

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
        requireTrainable(now.view());
        runs.requireNone();
        limits.checkTraces(now, call);
        Training training = new Training(call, expected);
        return await(lane.train(training), training::giveUp);
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

    /// Starts to train in the background.
    ///
    /// @throws InvalidInputException if it steers to a value out of range
    /// @throws SessionException `not_loaded`, `wrong_state`, or `busy` if a run is active
    public RunView startRun(RunCall call) {
        requireTrainable(snapshot.view());
        return call(
                () -> {
                    requireTrainable(snapshot.view());
                    runs.requireNone();
                    if (call.steering() != null) {
                        change(call.steering());
                    }
                    Run run = runs.start(call);
                    publish();
                    return run.view();
                });
    }

    /// The newest runs, oldest first.
    public List<RunView> runs() {
        return runs.views();
    }

    /// @throws SessionException `not_found`
    public RunView run(long id) {
        return runs.find(id).view();
    }

    /// Pauses a run after the slice that it is at. Changes nothing on one that is paused or has ended.
    ///
    /// @throws SessionException `not_found`
    public RunView pauseRun(long id) {
        Run run = runs.find(id);
        run.ask(Run.Request.PAUSE);
        return settle(run, () -> runs.obey(run));
    }

    /// Lets a paused run go on. Changes nothing on others.
    ///
    /// @throws SessionException `not_found`, or `wrong_state` if the session has failed
    public RunView resumeRun(long id) {
        Run run = runs.find(id);
        return settle(run, () -> runs.resume(run));
    }

    /// Ends a run after the slice that it is at. Changes nothing on one that has ended.
    ///
    /// @throws SessionException `not_found`
    public RunView cancelRun(long id) {
        Run run = runs.find(id);
        run.ask(Run.Request.CANCEL);
        return settle(run, () -> runs.obey(run));
    }

    private RunView settle(Run run, Runnable change) {
        return call(
                () -> {
                    change.run();
                    publish();
                    return run.view();
                });
    }

    // ---- to be asked, on the lane

    /// The model as it is; or, where a step is named, a copy of it as it was at the newest keyframe up
    /// to that step.
    AsOf<LanguageModel> modelAsOf(@Nullable Long step) {
        if (step == null) {
            requireStep(null);
            return new AsOf<>(model.step(), model.languageModel());
        }
        ModelState past = stateAsOf(step);
        return new AsOf<>(past.step(), model.modelAt(past));
    }

    /// The model's state as it is or, where a step is named, as it was at the newest keyframe up to it.
    ModelState stateAsOf(@Nullable Long step) {
        requireStep(step);
        if (step == null || (step == model.step() && state != SessionState.FAILED)) {
            return model.state();
        }
        ModelState keyframe = timeline.keyframes().atOrBefore(step);
        if (keyframe == null) {
            throw new IllegalStateException("there is no keyframe for step " + step);
        }
        return keyframe;
    }

    /// A failed session cannot be used as it is, but as it was.
    ///
    /// @param step null for the present one
    private void requireStep(@Nullable Long step) {
        if (step == null) {
            requireUsable(snapshot.view());
        } else {
            requireLoaded(snapshot.view());
            InvalidInputException.requireRange(
                    "step", step, timeline.keyframes().firstStep(), model.step());
        }
    }

    // ---- on the lane

    Compute.Lane lane() {
        return lane;
    }

    Limits limits() {
        return limits;
    }

    MicroGpt model() {
        return model;
    }

    /// @throws SessionException `not_found`
    Matrix matrix(String matrixName) {
        return model.matrices().stream()
                .filter(matrix -> matrix.name().equals(matrixName))
                .findFirst()
                .orElseThrow(
                        () ->
                                new SessionException(
                                        ErrorCode.NOT_FOUND,
                                        "the model has no matrix '%s'".formatted(matrixName),
                                        "matrix",
                                        matrixName));
    }

    /// @throws SessionException `not_loaded` or `wrong_state`
    void requireUsable() {
        requireUsable(snapshot.view());
    }

    /// @throws SessionException `not_loaded`
    void requireLoaded() {
        requireLoaded(snapshot.view());
    }

    long step() {
        return model.step();
    }

    /// A generator for one call.
    RandomSource newRandom(long seed) {
        return model.newRandom(seed);
    }

    /// The seed of the session.
    long seed() {
        return model.options().seed();
    }

    /// The session's own generator, from which something is about to be drawn.
    RandomSource random() {
        timeline.beforeDraw(model.step(), model.random());
        return model.random();
    }

    void record(SessionEvent.Kind kind, @Nullable Long runId) {
        timeline.add(SessionEvent.of(model.step(), now(), kind, runId));
    }

    /// Makes steps until the deadline. Now and then one is looked at closely, for those who watch.
    void train(Steps steps, long deadline) {
        long before = model.step();
        long now = System.nanoTime();
        rate.resume(now);
        try {
            boolean isOver = false;
            while (!isOver && steps.hasNext()) {
                isOver = now >= deadline; // after this step: at least one is made
                if (steps.wantsTrace() || isLookDue(steps, now)) {
                    newest = model.trainStep(true);
                    steps.add(newest);
                    lookPace.took(now, System.nanoTime());
                } else if (steps.isLast()) {
                    newest = model.trainStep(false);
                    steps.add(newest);
                } else {
                    steps.add(model.advance());
                }
                if (Keyframes.isDue(model.step())) {
                    remember();
                }
                now = System.nanoTime();
            }
        } catch (Throwable e) {
            state = SessionState.FAILED; // should a step be left half done
            if (e instanceof DivergedException) {
                timeline.keyframes().add(model.state()); // the last that is good
            }
            throw e;
        } finally {
            rate.add(model.step() - before, System.nanoTime());
        }
    }

    /// Where anybody watches, the last of all steps is always looked at.
    private boolean isLookDue(Steps steps, long now) {
        return (steps.isLast() || lookPace.isDue(now)) && isWatched();
    }

    private boolean isWatched() {
        for (SessionListener listener : listeners) {
            if (listener.wantsTraces()) {
                return limits.allowsTrace(snapshot);
            }
        }
        return false;
    }

    /// Keeps the model as it is, and a text that it writes.
    private void remember() {
        timeline.keyframes().add(model.state());
        try {
            timeline.add(TextSample.of(model));
        } catch (DivergedException _) {
            // It cannot write, and training will soon tell why.
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
            requireSame();
            requireTrainable(snapshot.view());
            try {
                train(this, deadline);
                boolean over = givenUp || done == call.count();
                state = over ? SessionState.READY : SessionState.TRAINING;
            } finally {
                publish();
            }
            if (givenUp) {
                throw new SessionException(ErrorCode.BUSY, "the call was given up");
            }
            return done == call.count() ? outcome.build() : null;
        }

        private void requireSame() {
            if (expected != model.lossHistory()) {
                throw new SessionException(
                        ErrorCode.WRONG_STATE,
                        "the session was started anew after %d steps of this call".formatted(done));
            }
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

    <T> T call(Supplier<T> work) {
        return await(lane.call(_ -> work.get()));
    }

    <T> T await(CompletableFuture<T> result) {
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

    void publish() {
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
        Run run = runs.active();
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

    private static void requireTrainable(SessionView view) {
        requireUsable(view);
        Integer documents = view.numDocs();
        if (documents != null && documents == 0) {
            throw new SessionException(
                    ErrorCode.NOT_LOADED,
                    "session '%s' was restored without documents, and can only be asked"
                            .formatted(view.name()));
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

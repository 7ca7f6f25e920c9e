package dev.microgpt.session.actor;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.compute.Deadline;
import dev.microgpt.session.compute.Demand;
import dev.microgpt.session.compute.Scheduler;
import dev.microgpt.session.compute.Workload;
import dev.microgpt.session.history.SessionEvent;
import dev.microgpt.session.history.Timeline;
import dev.microgpt.session.persistence.AnswerStore;
import dev.microgpt.session.persistence.Change;
import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.session.persistence.StoredSession;
import dev.microgpt.session.run.Run;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// One session: a bounded mailbox of commands, carried out one slice at a time on the compute threads, and
/// the steps of its run in between. Nothing outside the mailbox changes a session.
///
/// Each command goes the same way, in this order: its preconditions are checked, it is carried out, what it
/// changed is stored together with its answer, what is to be seen is published, and whoever sent it is
/// answered. While a write is on its way the actor does nothing else. If the write fails, memory goes back
/// to what is stored before anybody is answered. The store's completion callback takes over from the
/// compute threads then; it is the only other place that touches the state.
public final class SessionActor implements Workload {

    private static final Logger log = LoggerFactory.getLogger(SessionActor.class);
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final SessionId id;
    private final Environment environment;
    private final Consumer<SessionActor> onEnd;
    private final Mailbox mailbox;
    private final Handlers handlers;
    private final RunTraining runs;
    private final Publisher publisher;
    private final Scheduler.Slot slot;

    /// Confined to the slices and, while a write is on its way, to its completion.
    private final Residency residency;

    private volatile @Nullable Commit<?> commit;
    private volatile long runDue = Long.MAX_VALUE; // when the next slice of a run is due
    private volatile long usedAt;

    private SessionActor(
            SessionId id,
            Environment environment,
            Snapshot first,
            Residency.@Nullable Stored stored,
            Consumer<SessionActor> onEnd) {
        this.id = id;
        this.environment = environment;
        this.onEnd = onEnd;
        mailbox = new Mailbox(environment.limits().queuedCalls());
        publisher = new Publisher(first, environment.memory().share());
        residency = new Residency(id, environment, stored);
        Trainer trainer =
                new Trainer(
                        environment.ticker(),
                        environment.metrics(),
                        () -> publisher.isWatched(environment.limits()),
                        mailbox::hasUrgent);
        handlers = new Handlers(id, environment, trainer);
        runs = new RunTraining(environment.ticker(), trainer);
        usedAt = environment.ticker().nanos();
        slot = environment.scheduler().add(id.owner(), this);
    }

    /// A session that is yet to begin, see [Command.Begin].
    ///
    /// @param past what it remembers
    /// @param kind how the model came to be; null for one without documents, or whose past tells it
    /// @param onEnd called when the session is gone, or could not begin
    public static SessionActor fresh(
            SessionId id,
            Environment environment,
            MicroGpt model,
            Timeline past,
            SessionEvent.@Nullable Kind kind,
            Consumer<SessionActor> onEnd) {
        ActiveSession session =
                new ActiveSession(
                        id.name(),
                        environment.epochs().incrementAndGet(),
                        model,
                        past,
                        past.isEmpty() ? SessionState.CREATED : SessionState.READY,
                        environment.ticker().now());
        if (kind != null) {
            session.begin(kind, environment.ticker().now());
        }
        SessionActor actor = new SessionActor(id, environment, session.snapshot(), null, onEnd);
        actor.residency.enter(session);
        actor.publishActive();
        return actor;
    }

    /// A session that is put away.
    public static SessionActor stored(
            StoredSession stored, Environment environment, Consumer<SessionActor> onEnd) {
        SessionId id = new SessionId(stored.owner(), stored.view().name());
        Integer numParams = stored.view().numParams();
        environment.parameters().set(id, numParams == null ? 0 : numParams);
        return new SessionActor(
                id,
                environment,
                Snapshot.ofStored(stored.epoch(), stored.view()),
                new Residency.Stored(stored.epoch(), stored.view()),
                onEnd);
    }

    /// The memory that a session takes at its start, about.
    public static long bytes(ModelOptions options, Corpus documents) {
        return ActiveSession.bytes(options, documents);
    }

    public SessionId id() {
        return id;
    }

    /// What is to be seen of the session.
    public Publisher published() {
        return publisher;
    }

    /// When the session was last used, in the time of the ticker.
    public long usedAt() {
        return usedAt;
    }

    /// Notes that the session is in use.
    public void touch() {
        usedAt = now();
    }

    /// Sends a command. The reply fails with a [SessionException] where the session refuses it. Whoever
    /// gives the call up cancels the reply.
    ///
    /// @throws SessionException `busy` if too much is waiting already, `not_found` if the session is gone
    public <R> CompletableFuture<R> send(Command<R> command, CallContext context) {
        if (!(command instanceof Command.Evict)) {
            touch();
        }
        Envelope<R> envelope = new Envelope<>(command, context);
        mailbox.add(envelope);
        slot.changed();
        return envelope.reply();
    }

    /// Whether such a command waits.
    public boolean isAsked(Command<?> command) {
        return mailbox.holds(command::equals);
    }

    private long now() {
        return environment.ticker().nanos();
    }

    // ---- turns

    @Override
    public Demand demand() {
        Commit<?> now = commit;
        if (now != null) {
            return now.failure == null ? Demand.NONE : Demand.CALL;
        }
        long due = runDue;
        return switch (mailbox.next(due <= now())) {
            case CALL -> Demand.CALL;
            case TRAINING -> Demand.TRAINING;
            case NONE -> due == Long.MAX_VALUE ? Demand.NONE : Demand.later(due);
        };
    }

    @Override
    public void stopped() {
        mailbox.close(new SessionException(ErrorCode.BUSY, "the service is shutting down"));
    }

    @Override
    public void slice(long deadlineNanos) {
        Deadline deadline = new Deadline(environment.ticker(), deadlineNanos);
        Commit<?> pending = commit;
        if (pending != null) {
            if (pending.failure != null) {
                goBack(pending, deadline);
            }
            return;
        }
        ActiveSession session = residency.active();
        if (session != null) {
            residency.journal().saveIfDue(session);
        }
        Envelope<?> next = mailbox.take(runDue <= now());
        if (next != null) {
            carryOut(next, deadline);
        } else if (session != null) {
            train(session, deadline);
        }
    }

    private <R> void carryOut(Envelope<R> envelope, Deadline deadline) {
        if (envelope.isAbandoned() && envelope.activity() == null) {
            mailbox.remove(envelope);
            return;
        }
        @Nullable Result<R> result;
        try {
            if (!prepare(envelope.command(), deadline)) {
                return;
            }
            ActiveSession session = residency.active();
            result =
                    session == null ? withoutSession(envelope) : slice(envelope, session, deadline);
        } catch (Throwable failure) {
            mailbox.remove(envelope);
            publishActive();
            envelope.reply().completeExceptionally(failure);
            return;
        }
        if (result == null) {
            publishActive();
        } else {
            mailbox.remove(envelope);
            finish(envelope, result);
        }
    }

    /// Has as much of the session in memory as a command needs.
    ///
    /// @return false if there is more to do
    private boolean prepare(Command<?> command, Deadline deadline) {
        if (residency.active() != null || command.need() == Command.Need.NOTHING) {
            return true;
        }
        try {
            if (!residency.rehydrate(deadline)) {
                return false;
            }
        } catch (RuntimeException e) {
            if (command.need() == Command.Need.ALL) {
                throw e;
            }
            log.warn("Session '{}' is replaced without its past: {}", id.name(), e.getMessage());
            residency.enterWithoutPast();
        }
        publishActive();
        return true;
    }

    private <R> @Nullable Result<R> slice(
            Envelope<R> envelope, ActiveSession session, Deadline deadline) throws Exception {
        Activity<R> activity = envelope.activity();
        if (activity == null) {
            requireAdmission(envelope, session.version());
            activity = handlers.activity(envelope, session);
            envelope.begin(activity);
        }
        long start = now();
        Result<R> result = activity.slice(session, deadline);
        if (envelope.command().isTraining()) {
            residency.journal().trained(now() - start);
        }
        return result;
    }

    /// What can be done while the session is put away.
    @SuppressWarnings("unchecked") // both commands reply with a Boolean
    private <R> Result<R> withoutSession(Envelope<R> envelope) {
        requireAdmission(envelope, publisher.snapshot().version());
        boolean isDelete = envelope.command() instanceof Command.Delete;
        Result.Effect effect = isDelete ? new Result.Effect.Deleted() : new Result.Effect.None();
        return (Result<R>) Result.of(isDelete, effect);
    }

    private void requireAdmission(Envelope<?> envelope, String version) {
        envelope.context().condition().require(version);
        if (envelope.command().needsRoom()) {
            environment.store().requireRoom();
        }
    }

    private void train(ActiveSession session, Deadline deadline) {
        Journal journal = residency.journal();
        Run run = session.runs().current();
        if (run != null && run.state().isActive()) {
            long start = now();
            List<Change> changes = runs.slice(session, run, deadline);
            journal.trained(now() - start);
            publishActive();
            if (!changes.isEmpty()) {
                write(new Commit<>(null, null), journal.append(changes, session, null));
            }
        } else if (journal.hasBacklog()) {
            write(new Commit<>(null, null), journal.append(List.of(), session, null));
        }
    }

    // ---- store, publish, answer

    /// A write that is on its way.
    private static final class Commit<R> {

        /// Null where nobody waits.
        final @Nullable Envelope<R> envelope;

        final @Nullable Result<R> result;
        volatile @Nullable Throwable failure;
        boolean isGoingBack;

        Commit(@Nullable Envelope<R> envelope, @Nullable Result<R> result) {
            this.envelope = envelope;
            this.result = result;
        }
    }

    private <R> void finish(Envelope<R> envelope, Result<R> result) {
        ActiveSession session = residency.active();
        Commit<R> pending = new Commit<>(envelope, result);
        try {
            if (result.effect() instanceof Result.Effect.None || mayNotLeave(envelope, result)) {
                publishActive();
                Answers.give(envelope, result);
            } else {
                write(
                        pending,
                        store(result.effect(), session, Answers.entry(envelope, result, session)));
            }
        } catch (RuntimeException e) { // as where the answer cannot be encoded
            fail(pending, e);
        }
    }

    private CompletableFuture<Void> store(
            Result.Effect effect,
            @Nullable ActiveSession session,
            AnswerStore.@Nullable Entry answer) {
        if (effect instanceof Result.Effect.Deleted || session == null) {
            return environment.store().delete(publisher.snapshot().epoch());
        }
        Journal journal = residency.journal();
        return switch (effect) {
            case Result.Effect.Appended(List<Change> changes) ->
                    journal.append(changes, session, answer);
            case Result.Effect.Begun _ -> journal.begin(session, answer);
            case Result.Effect.Evicted _ -> journal.saveAll(session);
            case Result.Effect.None _, Result.Effect.Deleted _ ->
                    throw new IllegalStateException("there is nothing to store");
        };
    }

    /// Whether a session that is to leave the memory is in use.
    private boolean mayNotLeave(Envelope<?> envelope, Result<?> result) {
        ActiveSession session = residency.active();
        return result.effect() instanceof Result.Effect.Evicted
                && envelope.command() instanceof Command.Evict(long unusedSince)
                && (session == null
                        || usedAt - unusedSince > 0
                        || !session.isIdle()
                        || residency.journal().hasBacklog()
                        || publisher.hasListeners());
    }

    /// The last thing that a slice does: from here on the completion owns the state.
    private <R> void write(Commit<R> pending, CompletableFuture<Void> written) {
        commit = pending;
        var _ =
                written.whenComplete(
                        (_, failure) -> {
                            if (failure == null) {
                                succeed(pending);
                            } else {
                                fail(pending, failure);
                            }
                        });
    }

    private <R> void succeed(Commit<R> done) {
        Result<R> result = done.result;
        try {
            settle(result == null ? new Result.Effect.Appended(List.of()) : result.effect());
        } catch (RuntimeException e) {
            log.error("Session '{}' cannot show what it has stored", id.name(), e);
        }
        commit = null;
        if (done.envelope != null && result != null) {
            Answers.give(done.envelope, result);
        }
        slot.changed();
    }

    private void settle(Result.Effect stored) {
        ActiveSession session = residency.active();
        if (stored instanceof Result.Effect.Deleted || session == null) {
            end();
            return;
        }
        if (stored instanceof Result.Effect.Evicted) {
            if (residency.journal().isSaved(session)) { // and not an older save alone
                residency.stored(session);
                putAway();
            }
            return;
        }
        residency.journal().appended();
        residency.stored(session);
        publishActive();
    }

    private <R> void fail(Commit<R> pending, Throwable failure) {
        if (pending.envelope == null) { // nobody was told, and the journal has kept it
            log.warn(
                    "The end of a run of '{}' is stored later: {}",
                    id.name(),
                    failure.getMessage());
            runDue = now() + RETRY_NANOS;
            commit = null;
        } else {
            pending.failure = failure;
            commit = pending;
        }
        slot.changed();
    }

    /// Goes back to what is stored, and only then answers.
    private <R> void goBack(Commit<R> refused, Deadline deadline) {
        Envelope<R> envelope = refused.envelope;
        Throwable failure = refused.failure;
        if (envelope == null || failure == null) {
            throw new IllegalStateException("there is nothing to go back from");
        }
        if (residency.stored() == null) {
            end(); // it never began
        } else if (envelope.command().changesMemory() && !isBack(refused, deadline)) {
            return;
        }
        commit = null;
        envelope.reply().completeExceptionally(failure);
    }

    private boolean isBack(Commit<?> refused, Deadline deadline) {
        if (!refused.isGoingBack) {
            refused.isGoingBack = true;
            residency.leave();
        }
        try {
            if (!residency.rehydrate(deadline)) {
                return false;
            }
            publishActive();
        } catch (RuntimeException e) {
            log.error("Session '{}' cannot go back to what is stored", id.name(), e);
            putAway();
        }
        return true;
    }

    /// Leaves the memory, as the store has it.
    private void putAway() {
        Residency.Stored stored = residency.stored();
        residency.leave();
        runDue = Long.MAX_VALUE;
        if (stored != null) {
            publisher.publishAway(Snapshot.ofStored(stored.epoch(), stored.view()));
        }
    }

    /// The session is gone: what waits for it fails, and so does what comes.
    private void end() {
        mailbox.close(new SessionException(ErrorCode.NOT_FOUND, "the session was deleted"));
        residency.leave();
        runDue = Long.MAX_VALUE;
        long _ = environment.parameters().set(id, 0);
        publisher.end();
        onEnd.accept(this);
    }

    private void publishActive() {
        ActiveSession session = residency.active();
        if (session == null) {
            return;
        }
        Run run = session.runs().current();
        if (run != null && run.state().isActive()) {
            runDue = run.nextStepNanos();
        } else {
            runDue = residency.journal().hasBacklog() ? now() + RETRY_NANOS : Long.MAX_VALUE;
        }
        Snapshot snapshot = session.snapshot();
        Integer numParams = snapshot.view().numParams();
        long _ = environment.parameters().set(id, numParams == null ? 0 : numParams);
        publisher.publish(snapshot, session.bytes());
    }

    /// Saves all of the session, once no thread computes any more.
    public void saveAtEnd() {
        ActiveSession session = residency.active();
        if (session != null && commit == null) {
            var _ = residency.journal().saveAll(session);
        }
    }
}

package dev.microgpt.session.actor;

import dev.microgpt.engine.MicroGpt;
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
import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.session.persistence.StoredSession;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.CompletableFuture;
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

    private final SessionId id;
    private final Environment environment;
    private final Consumer<SessionActor> onEnd;
    private final Mailbox mailbox;
    private final CommandHandlers handlers;
    private final RunTraining runs;
    private final Publisher publisher;
    private final Scheduler.Slot slot;

    /// Confined to the slices and, while a write is on its way, to [Commits].
    private final Residency residency;

    private final Commits commits;
    private volatile long usedAt;

    private SessionActor(
            SessionId id,
            Environment environment,
            PublishedState first,
            Residency.@Nullable Stored stored,
            Consumer<SessionActor> onEnd) {
        this.id = id;
        this.environment = environment;
        this.onEnd = onEnd;
        mailbox = new Mailbox(environment.limits().queuedCalls());
        publisher = new Publisher(first, environment.memory().share());
        residency = new Residency(id, environment, publisher, stored);
        Trainer trainer =
                new Trainer(
                        environment.ticker(),
                        environment.metrics(),
                        () -> publisher.isWatched(environment.limits()),
                        mailbox::hasUrgent);
        handlers = new CommandHandlers(id, environment, trainer);
        runs = new RunTraining(environment.ticker(), trainer);
        usedAt = environment.ticker().nanos();
        slot = environment.scheduler().add(id.owner(), this);
        commits = new Commits(environment, residency, this::mayLeave, this::end, slot::changed);
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
        actor.residency.publish();
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
                PublishedState.ofStored(stored.epoch(), stored.view()),
                new Residency.Stored(stored.epoch(), stored.view()),
                onEnd);
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
        if (commits.isPending()) {
            return commits.hasFailed() ? Demand.CALL : Demand.NONE;
        }
        long due = residency.runDue();
        return switch (mailbox.next(due <= now())) {
            case CALL -> Demand.CALL;
            case TRAINING -> Demand.TRAINING;
            case NONE -> due == Long.MAX_VALUE ? Demand.NONE : Demand.later(due);
        };
    }

    @Override
    public void stopped() {
        mailbox.interrupt();
        commits.giveUp();
    }

    @Override
    public void slice(long deadlineNanos) {
        Deadline deadline = new Deadline(environment.ticker(), deadlineNanos);
        if (commits.isPending()) {
            if (commits.hasFailed()) {
                commits.goBack(deadline);
            }
            return;
        }
        ActiveSession session = residency.active();
        if (session != null) {
            residency.journal().saveIfDue(session);
        }
        Envelope<?> next = mailbox.take(residency.runDue() <= now());
        if (next != null) {
            carryOut(next, deadline);
        } else if (session != null) {
            runs.advance(session, residency, commits, deadline);
        }
    }

    private <R> void carryOut(Envelope<R> envelope, Deadline deadline) {
        if (envelope.isAbandoned() && envelope.activity() == null) {
            mailbox.remove(envelope);
            return;
        }
        @Nullable Result<R> result;
        try {
            if (residency.mustWaitFor(envelope.command().need(), deadline)) {
                return;
            }
            ActiveSession session = residency.active();
            if (session != null) {
                result = slice(envelope, session, deadline);
            } else if (envelope.command().need() == Command.Need.NOTHING) {
                result = withoutSession(envelope);
            } else {
                result = replaceUnreadable(envelope, deadline);
            }
        } catch (Throwable failure) {
            mailbox.remove(envelope);
            residency.publish();
            envelope.reply().completeExceptionally(failure);
            return;
        }
        if (result == null) {
            residency.publish();
        } else {
            mailbox.remove(envelope);
            commits.finish(envelope, result);
        }
    }

    private <R> @Nullable Result<R> slice(
            Envelope<R> envelope, ActiveSession session, Deadline deadline) throws Exception {
        ActiveCommand<R> activity = envelope.activity();
        if (activity == null) {
            requireAdmission(envelope);
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

    /// What takes the place of a session that cannot be read.
    private <R> @Nullable Result<R> replaceUnreadable(Envelope<R> envelope, Deadline deadline)
            throws Exception {
        if (envelope.command() instanceof Command.Load(_, boolean overwrite)) {
            Preconditions.requireLoadable(publisher.snapshot().view(), overwrite);
        }
        ActiveSession blank = residency.withoutPast();
        Result<R> result = slice(envelope, blank, deadline);
        residency.enterAnew(blank);
        return result;
    }

    /// What can be done while the session is put away.
    @SuppressWarnings("unchecked") // both commands reply with a Boolean
    private <R> Result<R> withoutSession(Envelope<R> envelope) {
        requireAdmission(envelope);
        boolean isDelete = envelope.command() instanceof Command.Delete;
        Result.Effect effect = isDelete ? new Result.Effect.Deleted() : new Result.Effect.None();
        return (Result<R>) Result.of(isDelete, effect);
    }

    private void requireAdmission(Envelope<?> envelope) {
        envelope.context().condition().require(publisher.snapshot().version());
        if (envelope.command().needsRoom()) {
            environment.store().requireRoom();
        }
    }

    /// Whether nobody uses the session, and has not since a time.
    private boolean mayLeave(long unusedSince) {
        return usedAt - unusedSince <= 0 && !publisher.hasListeners();
    }

    /// The session is gone: what waits for it fails, and so does what comes.
    private void end() {
        mailbox.close(new SessionException(ErrorCode.NOT_FOUND, "the session was deleted"));
        residency.end();
        onEnd.accept(this);
    }

    /// Saves all of the session, once no thread computes any more.
    public void saveAtEnd() {
        ActiveSession session = residency.active();
        if (session != null && !commits.isPending()) {
            var _ = residency.journal().saveAll(session);
        }
    }
}

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
import dev.microgpt.session.persistence.Holding;
import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.session.persistence.StoredSession;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/// The actor of one session: executes the commands from its mailbox, and the steps of its run in between, one
/// slice at a time on the compute threads. Nothing else changes a session.
///
/// Every command goes through the same stages:
///
/// 1. [#slice] takes it from the [Mailbox], rehydrates the session and checks the caller's version condition;
/// 2. [CommandHandlers] checks the command's preconditions and changes the session in memory;
/// 3. [CommitStage] persists the changes together with the response for repeated calls, then publishes the
///    new state, then completes the reply. If the write fails, it first rolls the session back to what is
///    stored, then fails the reply.
///
/// While a write is in flight, the actor does nothing else. The thread that completes the write continues
/// with stage 3; apart from the slices, no other code touches the session's state.
public final class SessionActor implements Workload {

    private final Environment environment;
    private final Consumer<SessionActor> onEnd;
    private final Mailbox mailbox;
    private final CommandHandlers handlers;
    private final RunTraining runTraining;
    private final Publisher publisher;
    private final Scheduler.Slot slot;

    /// Confined to the slices and, while a write is in flight, to [CommitStage].
    private final Residency residency;

    private final CommitStage commitStage;

    private SessionActor(
            Holding holding,
            Environment environment,
            PublishedState first,
            Residency.@Nullable Stored stored,
            Consumer<SessionActor> onEnd) {
        this.environment = environment;
        this.onEnd = onEnd;
        mailbox = new Mailbox(environment.limits().queuedCalls());
        publisher = new Publisher(first, environment.memory().share());
        residency = new Residency(holding, environment, publisher, stored);
        Trainer trainer =
                new Trainer(
                        environment.ticker(),
                        environment.metrics(),
                        () -> publisher.wantsTraces(environment.limits()),
                        mailbox::hasUrgent);
        handlers = new CommandHandlers(holding, environment, trainer);
        runTraining = new RunTraining(environment.ticker(), trainer);
        touch();
        slot = environment.scheduler().add(id().owner(), this);
        commitStage =
                new CommitStage(
                        environment,
                        residency,
                        publisher::isUnusedSince,
                        this::end,
                        this::leave,
                        slot::demandChanged);
    }

    /// Creates a session in memory, which [Command.Begin] then stores.
    ///
    /// @param timeline empty, or that of a fork
    /// @param kind where the model comes from; null for a model without documents and for a fork
    /// @param onEnd called when the session was deleted, or could not be stored at its creation
    public static SessionActor create(
            SessionId id,
            Environment environment,
            MicroGpt model,
            Timeline timeline,
            SessionEvent.@Nullable Kind kind,
            Consumer<SessionActor> onEnd) {
        ActiveSession session =
                new ActiveSession(
                        id.name(),
                        environment.store().nextEpoch(),
                        model,
                        timeline,
                        timeline.isEmpty() ? SessionState.CREATED : SessionState.READY,
                        environment.ticker().now());
        if (kind != null) {
            session.begin(kind, environment.ticker().now());
        }
        Holding holding = environment.store().holding(id);
        SessionActor actor =
                new SessionActor(holding, environment, session.published(), null, onEnd);
        actor.residency.install(session);
        actor.residency.publish();
        return actor;
    }

    /// Creates the actor of a stored session, which is rehydrated when it is first needed.
    public static SessionActor restore(
            StoredSession stored, Environment environment, Consumer<SessionActor> onEnd) {
        return new SessionActor(
                stored.holding(),
                environment,
                PublishedState.ofStored(stored.epoch(), stored.view()),
                new Residency.Stored(stored.epoch(), stored.view()),
                onEnd);
    }

    public SessionId id() {
        return residency.id();
    }

    /// Returns the ownership under which the session was read or created.
    public Holding holding() {
        return residency.holding();
    }

    public Publisher publisher() {
        return publisher;
    }

    /// Notes that the session is being used.
    public void touch() {
        publisher.touch(now());
    }

    /// Sends a command. The reply fails with a [SessionException] if the session rejects the command. To
    /// abandon the call, cancel the reply.
    ///
    /// @throws SessionException `busy` if the mailbox is full, `not_found` if the session was deleted
    public <R> CompletableFuture<R> send(Command<R> command, CallContext context) {
        if (!(command instanceof Command.Evict)) {
            touch();
        }
        Envelope<R> envelope = new Envelope<>(command, context);
        mailbox.add(envelope);
        slot.demandChanged();
        return envelope.reply();
    }

    /// Returns whether an equal command waits in the mailbox.
    public boolean isQueued(Command<?> command) {
        return mailbox.holds(command::equals);
    }

    private long now() {
        return environment.ticker().nanos();
    }

    // ---- slices

    @Override
    public Demand demand() {
        if (commitStage.isPending()) {
            return commitStage.hasFailed() ? Demand.CALL : Demand.NONE;
        }
        long due = residency.trainingDue();
        return switch (mailbox.nextKind(due <= now())) {
            case CALL -> Demand.CALL;
            case TRAINING -> Demand.TRAINING;
            case NONE -> due == Long.MAX_VALUE ? Demand.NONE : Demand.later(due);
        };
    }

    @Override
    public void stopped() {
        mailbox.interrupt(Interruption.SHUTDOWN);
        commitStage.abandon();
    }

    @Override
    public void slice(long deadlineNanos) {
        Deadline deadline = new Deadline(environment.ticker(), deadlineNanos);
        if (commitStage.isPending()) {
            if (commitStage.hasFailed()) {
                commitStage.rollBack(deadline);
            }
            return;
        }
        ActiveSession session = residency.active();
        if (session != null) {
            residency.journal().writeSnapshotIfDue(session);
        }
        Envelope<?> next = mailbox.nextEnvelope(residency.trainingDue() <= now());
        if (next != null) {
            execute(next, deadline);
        } else if (session != null) {
            runTraining.advance(session, residency, commitStage, deadline);
        }
    }

    private <R> void execute(Envelope<R> envelope, Deadline deadline) {
        if (envelope.isDroppable()) {
            reject(envelope, new CancellationException());
            return;
        }
        @Nullable Result<R> result;
        try {
            if (!residency.prepareFor(envelope.command().need(), deadline)) {
                return;
            }
            ActiveSession session = residency.active();
            if (session != null) {
                result = slice(envelope, session, deadline);
            } else if (envelope.command().need() == Command.Need.NOTHING) {
                Preconditions.requireAdmission(envelope, publisher.state(), environment.store());
                result = CommandHandlers.executeWithoutSession(envelope.command());
            } else {
                result = replaceUnreadable(envelope, deadline);
            }
        } catch (Throwable failure) {
            reject(envelope, failure);
            return;
        }
        mailbox.endTurn(envelope, result != null);
        if (result == null) {
            residency.publish();
        } else {
            commitStage.commit(envelope, result);
        }
    }

    /// Fails the reply to a command that has changed nothing. A session whose creation is rejected ends, as it
    /// is not stored.
    private void reject(Envelope<?> envelope, Throwable reason) {
        mailbox.remove(envelope);
        if (envelope.command() instanceof Command.Begin) {
            end();
        } else {
            residency.publish();
        }
        envelope.fail(reason);
    }

    private <R> @Nullable Result<R> slice(
            Envelope<R> envelope, ActiveSession session, Deadline deadline) throws Exception {
        ActiveCommand<R> activeCommand = envelope.activeCommand();
        if (activeCommand == null) {
            Preconditions.requireAdmission(envelope, publisher.state(), environment.store());
            activeCommand = handlers.activeCommand(envelope, session);
            envelope.begin(activeCommand);
        }
        long start = now();
        Result<R> result = activeCommand.slice(session, deadline);
        if (envelope.command().isTraining()) {
            residency.addTrainingTime(now() - start);
        }
        return result;
    }

    /// Executes a command that replaces a session that cannot be read.
    private <R> @Nullable Result<R> replaceUnreadable(Envelope<R> envelope, Deadline deadline)
            throws Exception {
        if (envelope.command() instanceof Command.Load(_, _, boolean overwrite)) {
            Preconditions.requireLoadable(publisher.state().view(), overwrite);
        }
        ActiveSession blank = residency.blankSession();
        Result<R> result = slice(envelope, blank, deadline);
        residency.installReplacement(blank);
        return result;
    }

    /// Ends the actor of a deleted session. Waiting and later commands fail.
    private void end() {
        mailbox.close(new SessionException(ErrorCode.NOT_FOUND, "the session was deleted"));
        residency.end(PublishedState.End.DELETED);
        onEnd.accept(this);
    }

    /// Ends the actor of a session that has been handed over to another process. Waiting and later commands fail.
    private void leave(boolean isStored) {
        mailbox.interrupt(isStored ? Interruption.MOVE : Interruption.LOSS);
        residency.end(PublishedState.End.MOVED);
        onEnd.accept(this);
    }

    /// Stores the session's last steps, which is quick, or a snapshot. Must only be called after the compute
    /// threads have stopped.
    public void writeFinally(boolean asSnapshot) {
        if (!commitStage.isPending()) {
            residency.writeFinally(asSnapshot);
        }
    }
}

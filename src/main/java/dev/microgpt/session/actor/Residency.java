package dev.microgpt.session.actor;

import dev.microgpt.engine.MicroGpt;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.compute.Deadline;
import dev.microgpt.session.history.Timeline;
import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.session.persistence.SessionView;
import dev.microgpt.session.run.Run;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.TimeUnit;

/// A session's place in memory, what the store has of it, and what is shown of it. Confined to the session's
/// actor, except for [#runDue()].
final class Residency {

    private static final Logger log = LoggerFactory.getLogger(Residency.class);
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final SessionId id;
    private final Environment environment;
    private final Publisher publisher;
    private @Nullable ActiveSession active;
    private @Nullable Rehydration rehydration;
    private Journal journal;
    private @Nullable Stored stored;
    private volatile long runDue = Long.MAX_VALUE;

    /// What the store has.
    ///
    /// @param view as of its last change
    record Stored(long epoch, SessionView view) {}

    /// @param stored null before the first write
    Residency(SessionId id, Environment environment, Publisher publisher, @Nullable Stored stored) {
        this.id = id;
        this.environment = environment;
        this.publisher = publisher;
        this.stored = stored;
        journal = newJournal();
    }

    private Journal newJournal() {
        return new Journal(id, environment.store(), environment.ticker()::nanos);
    }

    /// Null while the session is put away.
    @Nullable ActiveSession active() {
        return active;
    }

    Journal journal() {
        return journal;
    }

    /// Null before the first write.
    @Nullable Stored stored() {
        return stored;
    }

    /// The store has the session as it is.
    void isStored(ActiveSession session) {
        stored = new Stored(session.epoch(), session.view());
    }

    /// Enters a session that has taken the place of one whose past cannot be read.
    void enterAnew(ActiveSession session) {
        journal = newJournal();
        enter(session);
    }

    void enter(ActiveSession session) {
        active = session;
        environment.keyframes().join(session.keyframes());
    }

    void leave() {
        rehydration = null;
        if (active != null) {
            environment.keyframes().leave(active.keyframes());
            active = null;
        }
    }

    /// Brings the session back to memory as the store has it.
    ///
    /// @return false if there is more to do
    /// @throws dev.microgpt.session.admission.SessionException `internal` if it cannot be read
    boolean rehydrate(Deadline deadline) {
        Stored last = stored;
        if (last == null) {
            throw new IllegalStateException("the session was never stored");
        }
        try {
            Rehydration now = rehydration;
            if (now == null) {
                now =
                        new Rehydration(
                                id, last.epoch, last.view.createdAt(), newJournal(), environment);
                rehydration = now;
            }
            if (!now.slice(deadline)) {
                return false;
            }
            journal = now.journal();
            rehydration = null;
            enter(now.session());
            return true;
        } catch (RuntimeException e) {
            rehydration = null;
            throw e;
        }
    }

    /// Has as much of the session in memory as a command needs.
    ///
    /// @return whether there is more to do
    boolean mustWaitFor(Command.Need need, Deadline deadline) {
        if (active != null || need == Command.Need.NOTHING) {
            return false;
        }
        try {
            if (!rehydrate(deadline)) {
                return true;
            }
            publish();
        } catch (RuntimeException e) {
            if (need == Command.Need.ALL) {
                throw e;
            }
            log.warn("The past of session '{}' cannot be read: {}", id.name(), e.getMessage());
        }
        return false;
    }

    /// A session in the place of one whose past cannot be read, so that it can be replaced. It is not in
    /// memory before it has been.
    ActiveSession withoutPast() {
        Stored last = stored;
        if (last == null) {
            throw new IllegalStateException("the session was never stored");
        }
        return new ActiveSession(
                id.name(),
                last.epoch,
                new MicroGpt(last.view.options()),
                new Timeline(),
                SessionState.CREATED,
                last.view.createdAt());
    }

    // ---- what is shown

    /// When training is to go on, in the time of the ticker; `Long.MAX_VALUE` for not at all. May be asked
    /// on any thread.
    long runDue() {
        return runDue;
    }

    /// Shows the session as it is.
    void publish() {
        ActiveSession session = active;
        if (session == null) {
            return;
        }
        Run run = session.runs().current();
        if (run != null && run.state().isActive()) {
            runDue = run.nextStepNanos();
        } else {
            long retry = environment.ticker().nanos() + RETRY_NANOS;
            runDue = journal.hasBacklog() ? retry : Long.MAX_VALUE;
        }
        PublishedState snapshot = session.snapshot();
        Integer numParams = snapshot.view().numParams();
        long _ = environment.parameters().set(id, numParams == null ? 0 : numParams);
        publisher.publish(snapshot, session.bytes());
    }

    /// Leaves the memory, as the store has the session.
    void putAway() {
        leave();
        runDue = Long.MAX_VALUE;
        if (stored != null) {
            Integer numParams = stored.view.numParams();
            long _ = environment.parameters().set(id, numParams == null ? 0 : numParams);
            publisher.publishAway(PublishedState.ofStored(stored.epoch, stored.view));
        }
    }

    /// Leaves for good.
    void end() {
        leave();
        runDue = Long.MAX_VALUE;
        long _ = environment.parameters().set(id, 0);
        publisher.end();
    }
}

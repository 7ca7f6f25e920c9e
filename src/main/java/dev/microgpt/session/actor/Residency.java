package dev.microgpt.session.actor;

import dev.microgpt.engine.MicroGpt;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.compute.Deadline;
import dev.microgpt.session.history.Timeline;
import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.session.persistence.SessionView;

import org.jspecify.annotations.Nullable;

/// A session's place in memory, and what the store has of it. Confined to the session's actor.
final class Residency {

    private final SessionId id;
    private final Environment environment;
    private @Nullable ActiveSession active;
    private @Nullable Rehydration rehydration;
    private Journal journal;
    private @Nullable Stored stored;

    /// What the store has.
    ///
    /// @param view as of its last change
    record Stored(long epoch, SessionView view) {}

    /// @param stored null before the first write
    Residency(SessionId id, Environment environment, @Nullable Stored stored) {
        this.id = id;
        this.environment = environment;
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
    void stored(ActiveSession session) {
        stored = new Stored(session.epoch(), session.view());
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

    /// Enters a session whose past cannot be read, so that it can be replaced.
    void enterWithoutPast() {
        Stored last = stored;
        if (last == null) {
            throw new IllegalStateException("the session was never stored");
        }
        journal = newJournal();
        enter(
                new ActiveSession(
                        id.name(),
                        last.epoch,
                        new MicroGpt(last.view.options()),
                        new Timeline(),
                        SessionState.CREATED,
                        last.view.createdAt()));
    }
}

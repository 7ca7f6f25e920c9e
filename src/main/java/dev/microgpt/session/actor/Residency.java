package dev.microgpt.session.actor;

import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.MicroGpt;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.compute.Deadline;
import dev.microgpt.session.history.Timeline;
import dev.microgpt.session.persistence.Holding;
import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.session.persistence.SessionView;
import dev.microgpt.session.run.Run;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.TimeUnit;

/// Manages whether a session is resident in memory: installs, evicts and rehydrates its [ActiveSession], and
/// keeps its quota, its share of the keyframe memory and its published state up to date.
///
/// Confined to the actor's slices and, while a write is in flight, to [CommitStage], except for
/// [#trainingDue()].
final class Residency {

    private static final Logger log = LoggerFactory.getLogger(Residency.class);
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /// More than watchers that fall behind and averages need.
    private static final int MIN_EXACT_LOSSES = 1 << 16;

    private final Holding holding;
    private final Environment environment;
    private final Publisher publisher;
    private @Nullable ActiveSession active;
    private @Nullable Rehydration rehydration;
    private Journal journal;
    private @Nullable Stored stored;
    private volatile long trainingDue = Long.MAX_VALUE;

    /// What the store contains of the session.
    ///
    /// @param view the session as of its last stored change
    record Stored(long epoch, SessionView view) {}

    /// @param stored null before the first write
    Residency(
            Holding holding,
            Environment environment,
            Publisher publisher,
            @Nullable Stored stored) {
        this.holding = holding;
        this.environment = environment;
        this.publisher = publisher;
        this.stored = stored;
        journal = newJournal();
        if (stored != null) {
            countParameters(stored.view);
        }
    }

    /// Notes for the quota how many parameters the session has.
    private void countParameters(SessionView view) {
        Integer numParams = view.numParams();
        long _ = environment.parameters().set(id(), numParams == null ? 0 : numParams);
    }

    private Journal newJournal() {
        return new Journal(holding, environment.store(), environment.ticker()::nanos);
    }

    SessionId id() {
        return holding.id();
    }

    /// Returns the ownership under which the session is written.
    Holding holding() {
        return holding;
    }

    /// Returns the session in memory; null while it is evicted.
    @Nullable ActiveSession active() {
        return active;
    }

    Journal journal() {
        return journal;
    }

    /// Adds time that the session has trained.
    void addTrainingTime(long nanos) {
        journal.addTrainingTime(nanos);
        publisher.addTrainingTime(nanos);
    }

    /// Returns what the store contains; null before the first write.
    @Nullable Stored stored() {
        return stored;
    }

    /// Notes that the current state of the session is stored.
    void markStored(ActiveSession session) {
        stored = new Stored(session.epoch(), session.view());
    }

    /// Installs a session that replaces one that cannot be read.
    void installReplacement(ActiveSession session) {
        journal = newJournal();
        install(session);
    }

    /// Makes a session resident.
    void install(ActiveSession session) {
        active = session;
        environment.keyframes().join(session.keyframes());
    }

    /// Drops the session, or its unfinished rehydration, from memory.
    void unload() {
        rehydration = null;
        if (active != null) {
            environment.keyframes().leave(active.keyframes());
            active = null;
        }
    }

    /// Brings the stored session into memory, slice by slice.
    ///
    /// @return whether the session is in memory; false if another slice is needed
    /// @throws dev.microgpt.session.admission.SessionException `internal` if the session cannot be read
    boolean rehydrate(Deadline deadline) {
        Stored last = stored;
        if (last == null) {
            throw new IllegalStateException("the session was never stored");
        }
        try {
            Rehydration current = rehydration;
            if (current == null) {
                current =
                        new Rehydration(
                                id(), last.epoch, last.view.createdAt(), newJournal(), environment);
                rehydration = current;
            }
            if (!current.slice(deadline)) {
                return false;
            }
            journal = current.journal();
            rehydration = null;
            install(current.session());
            return true;
        } catch (RuntimeException e) {
            rehydration = null;
            throw e;
        }
    }

    /// Rehydrates the session if a command needs it.
    ///
    /// @return whether the command can be executed; false if another slice is needed first
    boolean prepareFor(Command.Need need, Deadline deadline) {
        if (active != null || need == Command.Need.NOTHING) {
            return true;
        }
        try {
            if (!rehydrate(deadline)) {
                return false;
            }
            publish();
        } catch (RuntimeException e) {
            if (need == Command.Need.ALL) {
                throw e;
            }
            log.warn("Stored session '{}' cannot be read: {}", id().name(), e.getMessage());
        }
        return true;
    }

    /// Returns an empty session in place of one that cannot be read, so that it can be replaced. It is not
    /// resident before [#installReplacement].
    ActiveSession blankSession() {
        Stored last = stored;
        if (last == null) {
            throw new IllegalStateException("the session was never stored");
        }
        return new ActiveSession(
                id().name(),
                last.epoch,
                new MicroGpt(last.view.options()),
                new Timeline(),
                SessionState.CREATED,
                last.view.createdAt());
    }

    // ---- published state

    /// Returns when the actor's own next slice is due, in the time of the ticker; `Long.MAX_VALUE` for never:
    /// steps of the run or, if there is none and the journal has a backlog, its next attempt, 500 ms after the
    /// last one. Thread-safe.
    long trainingDue() {
        return trainingDue;
    }

    /// Publishes the current state of the session, if it is in memory.
    void publish() {
        ActiveSession session = active;
        if (session == null) {
            return;
        }
        Run run = session.runs().current();
        if (run != null && run.state().isActive()) {
            trainingDue = run.nextStepNanos();
        } else {
            long retry = environment.ticker().nanos() + RETRY_NANOS;
            trainingDue = journal.hasBacklog() ? retry : Long.MAX_VALUE;
        }
        if (environment.memory().isScarce()) {
            dropOldLosses(session.model().lossHistory());
        }
        PublishedState state = session.published();
        countParameters(state.view());
        publisher.publish(state, session.bytes() + journal.bytes());
    }

    /// Drops the older half of the exact losses, but none of the newest 65,536.
    private static void dropOldLosses(LossHistory losses) {
        long numExact = losses.size() - losses.oldestExact() + 1;
        if (numExact > MIN_EXACT_LOSSES) {
            losses.keepExact((int) Math.max(MIN_EXACT_LOSSES, numExact / 2));
        }
    }

    /// Drops the session from memory and publishes its stored state.
    void evict() {
        unload();
        trainingDue = Long.MAX_VALUE;
        if (stored != null) {
            countParameters(stored.view);
            publisher.publishEvicted(PublishedState.ofStored(stored.epoch, stored.view));
        }
    }

    /// Drops the session from this process for good and publishes why.
    void end(PublishedState.End why) {
        unload();
        trainingDue = Long.MAX_VALUE;
        long _ = environment.parameters().set(id(), 0);
        publisher.publishEnd(why);
    }

    /// Appends the steps that are not stored yet to the log, or writes a snapshot, if the session is in memory.
    void writeFinally(boolean asSnapshot) {
        ActiveSession session = active();
        Stored last = stored();
        if (session == null) {
            return;
        }
        if (asSnapshot) {
            var _ = journal().writeSnapshot(session);
        } else if (last != null && session.step() > last.view().step()) {
            journal().appendSteps(session);
        }
    }
}

package dev.microgpt.session.actor;

import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.compute.Deadline;
import dev.microgpt.session.compute.Ticker;
import dev.microgpt.session.history.SessionEvent;
import dev.microgpt.session.history.Timeline;
import dev.microgpt.session.persistence.Change;
import dev.microgpt.session.persistence.StoredSession;
import dev.microgpt.session.run.RunSnapshot;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Instant;
import java.util.ArrayDeque;

/// Brings a stored session back into memory: loads its newest snapshot, then repeats the steps and changes
/// made since. Training is deterministic, so the result equals the original session.
final class Rehydration {

    private static final Logger log = LoggerFactory.getLogger(Rehydration.class);

    private final ActiveSession session;
    private final Journal journal;
    private final Environment environment;
    private final ArrayDeque<Change> changes;
    private final long startNanos;
    private final long firstStep;
    private boolean differs;

    /// Loads the newest snapshot and the changes since.
    ///
    /// @throws dev.microgpt.session.admission.SessionException `internal` if the session cannot be read
    Rehydration(
            SessionId id, long epoch, Instant createdAt, Journal journal, Environment environment) {
        this.journal = journal;
        this.environment = environment;
        Ticker ticker = environment.ticker();
        startNanos = ticker.nanos();
        StoredSession.Contents contents = environment.store().load(epoch);
        changes = new ArrayDeque<>(contents.changes());
        firstStep = contents.model().step();
        journal.continueAfter(firstStep, contents.changeNumber(), contents.keyframes());
        session =
                new ActiveSession(
                        id.name(),
                        epoch,
                        contents.model(),
                        Timeline.restore(
                                contents.past(),
                                contents.keyframes(),
                                contents.model().options().random()),
                        contents.state(),
                        createdAt);
        for (RunSnapshot run : contents.runs()) {
            session.runs().apply(run, contents.model().lossHistory(), ticker.nanos());
        }
    }

    Journal journal() {
        return journal;
    }

    ActiveSession session() {
        return session;
    }

    /// Replays changes until the deadline.
    ///
    /// @return whether the rehydration is complete
    boolean slice(Deadline deadline) {
        Ticker ticker = environment.ticker();
        long start = ticker.nanos();
        boolean isDone = replay(deadline);
        // brings the next snapshot closer, so that this replay need not be repeated
        journal.addTrainingTime(ticker.nanos() - start);
        if (isDone) {
            environment
                    .metrics()
                    .recordRehydration(ticker.nanos() - startNanos, session.step() - firstStep);
        }
        return isDone;
    }

    private boolean replay(Deadline deadline) {
        while (!changes.isEmpty()) {
            Change change = changes.element();
            while (session.step() < change.step()) {
                if (!session.validate(deadline)) {
                    return false;
                }
                session.replayStep();
                if (deadline.hasPassed() && session.step() < change.step()) {
                    return false;
                }
            }
            if (endsTraining(change) && !session.validate(deadline)) {
                return false;
            }
            apply(change);
            journal.replayed();
            changes.remove();
        }
        return true;
    }

    /// Returns whether the loss of the held-out documents had been measured before a change, if it was due.
    private static boolean endsTraining(Change change) {
        return switch (change) {
            case Change.Trained _ -> true;
            case Change.Happened(SessionEvent event, _) ->
                    event.kind() == SessionEvent.Kind.SUCCEEDED;
            default -> false;
        };
    }

    private void apply(Change change) {
        switch (change) {
            case Change.Trained(long step, double loss) -> compareLoss(step, loss);
            case Change.Drawn(_, int[] words) -> session.setGenerator(words);
            case Change.Happened(SessionEvent event, RunSnapshot run) -> {
                if (run != null) {
                    session.runs()
                            .apply(
                                    run,
                                    session.model().lossHistory(),
                                    environment.ticker().nanos());
                }
                session.apply(event);
            }
            case Change.Failed _ -> session.fail(true);
        }
    }

    /// Compares the loss of a repeated step with the stored one. They may differ, as another CPU or another
    /// version of the kernels may round differently. The first difference is logged and added to the
    /// timeline.
    private void compareLoss(long step, double loss) {
        double replayed = session.model().lossHistory().exact(step, step)[0];
        if (replayed != loss && !differs) {
            differs = true;
            log.error(
                    "Session '{}' cannot be restored bit for bit: the loss of step {} was {}, but is"
                            + " {} now, as another CPU or version computes differently. The session"
                            + " continues with the steps recomputed from its snapshot",
                    session.view().name(),
                    step,
                    loss,
                    replayed);
            session.apply(
                    SessionEvent.of(
                            step, environment.ticker().now(), SessionEvent.Kind.DIFFERS, null));
        }
    }
}

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

/// Brings a session back to memory: reads its newest save, and makes the steps and changes since once more.
/// Training is deterministic, so it arrives where the session was.
final class Rehydration {

    private static final Logger log = LoggerFactory.getLogger(Rehydration.class);

    private final ActiveSession session;
    private final Journal journal;
    private final Environment environment;
    private final ArrayDeque<Change> changes;
    private final long startNanos;
    private final long firstStep;
    private boolean differs;

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
        journal.restore(firstStep, contents.changeNumber(), contents.keyframes());
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
            session.runs().restore(run, contents.model().lossHistory(), ticker.nanos());
        }
    }

    Journal journal() {
        return journal;
    }

    ActiveSession session() {
        return session;
    }

    /// @return whether it is done
    boolean slice(Deadline deadline) {
        Ticker ticker = environment.ticker();
        long start = ticker.nanos();
        boolean isDone = remake(deadline);
        journal.trained(ticker.nanos() - start); // so that it is not done again and again
        if (isDone) {
            environment.metrics().woke(ticker.nanos() - startNanos, session.step() - firstStep);
        }
        return isDone;
    }

    private boolean remake(Deadline deadline) {
        while (!changes.isEmpty()) {
            Change change = changes.element();
            while (session.step() < change.step()) {
                session.remake();
                if (deadline.hasPassed() && session.step() < change.step()) {
                    return false;
                }
            }
            apply(change);
            journal.remade();
            changes.remove();
        }
        return true;
    }

    private void apply(Change change) {
        switch (change) {
            case Change.Trained(long step, double loss) -> compare(step, loss);
            case Change.Drawn(_, int[] words) -> session.drawn(words);
            case Change.Happened(SessionEvent event, RunSnapshot run) -> {
                if (run != null) {
                    session.runs()
                            .restore(
                                    run,
                                    session.model().lossHistory(),
                                    environment.ticker().nanos());
                }
                session.apply(event);
            }
            case Change.Failed _ -> session.fail(true);
        }
    }

    /// Another CPU, or another version of the kernels, may round differently.
    private void compare(long step, double loss) {
        double again = session.model().lossHistory().exact(step, step)[0];
        if (again != loss && !differs) {
            differs = true;
            log.error(
                    "Session '{}' does not come back bit by bit: the loss of step {} was {}, but is {}"
                            + " now. Another CPU or another version computes differently; the session"
                            + " continues from its save with what is computed now",
                    session.view().name(),
                    step,
                    loss,
                    again);
            session.apply(
                    SessionEvent.of(
                            step, environment.ticker().now(), SessionEvent.Kind.DIFFERS, null));
        }
    }
}

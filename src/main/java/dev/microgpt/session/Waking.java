package dev.microgpt.session;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayDeque;

/// Brings a session back to memory: reads its newest save, and makes the steps and changes since once
/// more. Training is deterministic, so it arrives where the session was.
final class Waking {

    private static final Logger log = LoggerFactory.getLogger(Waking.class);

    private final ActiveSession session;
    private final ArrayDeque<Change> changes;
    private final WorkMetrics metrics;
    private final long startNanos = System.nanoTime();
    private final long firstStep;
    private boolean differs;

    Waking(Session owner, SessionEnvironment environment, Snapshot snapshot) {
        StoredSession.Contents contents = environment.store().load(snapshot.epoch());
        changes = new ArrayDeque<>(contents.changes());
        metrics = environment.metrics();
        firstStep = contents.model().step();
        Journal journal =
                new Journal(
                        environment.store(),
                        snapshot.epoch(),
                        contents.model().step(),
                        contents.changeNumber(),
                        contents.keyframes());
        session =
                new ActiveSession(
                        owner,
                        environment,
                        journal,
                        contents.model(),
                        Timeline.restore(
                                contents.past(),
                                contents.keyframes(),
                                contents.model().options().random()),
                        contents.state(),
                        snapshot.view().createdAt());
        for (SavedRun run : contents.runs()) {
            session.runs().restore(run, contents.model().lossHistory());
        }
    }

    /// @return null if there is more to do
    @Nullable ActiveSession slice(long deadline) {
        long start = System.nanoTime();
        boolean isDone = remake(deadline);
        session.journal()
                .trained(System.nanoTime() - start); // so that it is not for ever done again
        if (!isDone) {
            return null;
        }
        metrics.woke(System.nanoTime() - startNanos, session.step() - firstStep);
        return session;
    }

    private boolean remake(long deadline) {
        while (!changes.isEmpty()) {
            Change change = changes.element();
            while (session.step() < change.step()) {
                if (System.nanoTime() >= deadline) {
                    return false;
                }
                session.remake();
            }
            apply(change);
            session.journal().remade();
            changes.remove();
        }
        return true;
    }

    private void apply(Change change) {
        switch (change) {
            case Change.Trained(long step, double loss) -> compare(step, loss);
            case Change.Drawn(_, int[] words) -> {
                session.random(); // remembers the one before
                session.model().restoreRandom(words);
            }
            case Change.Happened(SessionEvent event, SavedRun run) -> {
                if (run != null) {
                    session.runs().restore(run, session.model().lossHistory());
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
                            + " goes on from its save with what is computed now",
                    session.name(),
                    step,
                    loss,
                    again);
            session.timeline()
                    .add(
                            SessionEvent.of(
                                    step, ActiveSession.now(), SessionEvent.Kind.DIFFERS, null));
        }
    }
}

package dev.microgpt.session.actor;

import dev.microgpt.session.compute.Deadline;
import dev.microgpt.session.compute.Ticker;
import dev.microgpt.session.history.SessionEvent;
import dev.microgpt.session.persistence.Change;
import dev.microgpt.session.run.Run;
import dev.microgpt.session.run.RunState;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Advances the active run of a session, a slice at a time.
final class RunTraining {

    private final Ticker ticker;
    private final Trainer trainer;

    RunTraining(Ticker ticker, Trainer trainer) {
        this.ticker = ticker;
        this.trainer = trainer;
    }

    /// Makes steps of the active run until the deadline. Commits the end of the run, or of an earlier one
    /// that could not be stored.
    void advance(
            ActiveSession session,
            Residency residency,
            CommitStage commitStage,
            Deadline deadline) {
        Journal journal = residency.journal();
        Run run = session.runs().current();
        if (run != null && run.state().isActive()) {
            long start = ticker.nanos();
            List<Change> changes = slice(session, run, deadline);
            residency.addTrainingTime(ticker.nanos() - start);
            residency.publish();
            if (!changes.isEmpty()) {
                commitStage.commitRunEnd(changes, session);
            }
        } else if (journal.hasBacklog()) {
            commitStage.commitRunEnd(List.of(), session);
        }
    }

    /// @return the changes if the run has ended; empty otherwise
    private List<Change> slice(ActiveSession session, Run run, Deadline deadline) {
        long before = session.step();
        run.beginSlice(ticker.nanos());
        run.noteLearningRate(session.nextLearningRate());
        try {
            trainer.train(session, new RunSteps(run, session, ticker), deadline);
        } catch (RuntimeException | Error e) {
            return fail(session, run, e);
        } finally {
            run.endSlice(session.step() - before, ticker.nanos());
            run.noteDivergence(session.divergence());
        }
        String goal = run.completionReason(session.step(), session.timeline());
        if (goal == null || !trainer.validate(session, deadline)) {
            return List.of();
        }
        end(session, run, RunState.Trigger.GOAL, goal, ticker.now());
        return List.of(event(session, SessionEvent.Kind.SUCCEEDED, run, ticker));
    }

    private List<Change> fail(ActiveSession session, Run run, Throwable why) {
        String reason = String.valueOf(why.getMessage());
        session.runs().end(run, RunState.Trigger.FAILURE, reason, ticker.now());
        return new ArrayList<>(StepTraining.fail(session, run, why, ticker.now()));
    }

    /// Ends a run. Its reason also tells of steps that could not change the model, and of divergence.
    ///
    /// @param why the reason, for the reader
    static void end(
            ActiveSession session, Run run, RunState.Trigger trigger, String why, Instant now) {
        run.noteDivergence(session.divergence());
        session.runs().end(run, trigger, run.withRemarks(why), now);
    }

    /// Adds an event of a run to the session's timeline and returns it as a change.
    static Change event(ActiveSession session, SessionEvent.Kind kind, Run run, Ticker ticker) {
        SessionEvent event = SessionEvent.of(session.step(), ticker.now(), kind, run.id());
        session.apply(event);
        return new Change.Happened(event, run.snapshot());
    }
}

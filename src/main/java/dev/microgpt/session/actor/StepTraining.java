package dev.microgpt.session.actor;

import dev.microgpt.engine.DivergedException;
import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.StepResult;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Idempotency;
import dev.microgpt.session.admission.Plural;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.compute.Deadline;
import dev.microgpt.session.history.SessionEvent;
import dev.microgpt.session.persistence.Change;
import dev.microgpt.session.persistence.Holding;
import dev.microgpt.session.persistence.IdempotencyStore;
import dev.microgpt.session.run.Run;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;

/// Executes [Command.Train]: makes the steps of one call, slice by slice.
final class StepTraining implements ActiveCommand<StepOutcome>, Steps {

    private final Holding holding;
    private final Envelope<StepOutcome> envelope;
    private final StepCall call;
    private final Environment environment;
    private final Trainer trainer;
    private final StepOutcome.Builder outcome;
    private final long epoch;
    private final ActiveSession session;
    private int done;
    private boolean isRateZero = true; // in all steps so far

    /// Begins the first slice: checks the preconditions and, with an idempotency key, stores where the call
    /// starts.
    ///
    /// @param session the session at that time, which must stay the same
    StepTraining(
            Holding holding,
            Envelope<StepOutcome> envelope,
            Command.Train command,
            ActiveSession session,
            Environment environment,
            Trainer trainer) {
        this.holding = holding;
        this.envelope = envelope;
        this.call = command.call();
        this.environment = environment;
        this.trainer = trainer;
        outcome = new StepOutcome.Builder(call);
        this.session = session;
        epoch = command.epoch() == null ? session.epoch() : command.epoch();
        requireUnchanged(session);
        Preconditions.requireTrainable(session.view());
        session.runs().requireNone();
        continueInterrupted();
    }

    @Override
    public @Nullable Result<StepOutcome> slice(ActiveSession present, Deadline deadline) {
        requireUnchanged(present);
        Preconditions.requireTrainable(session.view());
        // between two slices only: within one, the rate does not rise
        isRateZero = isRateZero && session.nextLearningRate() == 0;
        try {
            trainer.train(session, this, deadline);
        } catch (RuntimeException | Error e) {
            return Result.failed(
                    withStepsMade(e), fail(session, null, e, environment.ticker().now()));
        }
        session.setTraining(!envelope.isAbandoned() && done < call.count());
        if (envelope.isAbandoned() && done < call.count()) {
            return abandoned();
        }
        if (done < call.count() || !trainer.validate(session, deadline)) {
            return null;
        }
        StepOutcome result =
                outcome.build(
                        isRateZero,
                        session.view(),
                        Validator.lossAfter(session.step(), session.timeline()));
        return Result.of(result, new Change.Trained(session.step(), result.last().loss()));
    }

    /// Ends a call whose sender has given up. The session keeps the steps made, so they are stored. With all steps made,
    /// the call is not ended in this way: its response is stored for repeated calls.
    private Result<StepOutcome> abandoned() {
        SessionException reason =
                new SessionException(
                        ErrorCode.BUSY, "the call was cancelled after " + Plural.of(done, "step"));
        long step = session.step();
        return done == 0
                ? Result.failed(reason, List.of())
                : Result.failed(
                        reason,
                        List.of(
                                new Change.Trained(
                                        step, session.model().lossHistory().exact(step, step)[0])));
    }

    /// Adds to the reason of a divergence how many steps of the call came before it, which the session keeps.
    private Throwable withStepsMade(Throwable why) {
        return why instanceof DivergedException diverged && done > 0
                ? diverged.withConsequence(
                        "the session keeps the "
                                + Plural.of(done, "step")
                                + " of this call before it")
                : why;
    }

    /// Marks a session as failed after a step that could not be made.
    ///
    /// @param run the run that the step belongs to; null for a step call
    /// @return the changes to store
    static List<Change> fail(ActiveSession session, @Nullable Run run, Throwable why, Instant now) {
        session.fail(why instanceof DivergedException);
        SessionEvent event =
                SessionEvent.failed(
                        session.step(),
                        now,
                        run == null ? null : run.id(),
                        String.valueOf(why.getMessage()));
        session.apply(event);
        return List.of(
                new Change.Failed(session.step()),
                new Change.Happened(event, run == null ? null : run.snapshot()));
    }

    /// Continues an idempotent call that was interrupted: the steps that it has made already count.
    private void continueInterrupted() {
        Idempotency idempotency = envelope.context().idempotency();
        if (idempotency == null) {
            return;
        }
        Idempotency.Start now = new Idempotency.Start(epoch, session.step());
        Idempotency.Start start =
                Idempotency.Start.of(idempotency.interrupted(), now, call.count());
        if (start.equals(now)) {
            IdempotencyStore idempotencyStore = environment.idempotencyStore();
            idempotencyStore.started(holding, idempotency, now);
        }
        int made = (int) (now.step() - start.step());
        LossHistory.Segment losses = session.model().lossHistory().from(start.step() + 1, made);
        for (double loss : losses.losses()) {
            add(loss);
        }
    }

    @Override
    public SessionException interrupted(Interruption interruption) {
        return done == 0
                ? ActiveCommand.super.interrupted(interruption)
                : interruption.madeInPart("%d of the %d steps".formatted(done, call.count()));
    }

    private void requireUnchanged(ActiveSession present) {
        if (epoch != present.epoch()) {
            throw new SessionException(
                    ErrorCode.WRONG_STATE,
                    "the session was replaced after " + Plural.of(done, "step") + " of this call");
        }
        if (present != session) {
            throw new SessionException(
                    ErrorCode.WRONG_STATE,
                    "a change to the session could not be stored, so it was rolled back to step "
                            + present.step()
                            + " after this call had trained "
                            + Plural.of(done, "step"));
        }
    }

    @Override
    public boolean hasNext() {
        return !envelope.isAbandoned() && done < call.count();
    }

    @Override
    public boolean isLast() {
        return done == call.count() - 1;
    }

    @Override
    public boolean wantsTrace() {
        return call.wantsTrace(isLast());
    }

    @Override
    public void add(double loss) {
        outcome.add(loss);
        done++;
    }

    @Override
    public void add(StepResult result) {
        outcome.add(result);
        done++;
    }
}

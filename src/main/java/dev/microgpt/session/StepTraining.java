package dev.microgpt.session;

import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.StepResult;

import org.jspecify.annotations.Nullable;

/// The steps of one call.
final class StepTraining implements Work<StepOutcome>, Steps {

    private final StepCall call;
    private final StepOutcome.Builder outcome;
    private final long epoch;
    private final @Nullable Once once;
    private int done;
    private boolean hasBegun;
    private volatile boolean givenUp;

    /// @param epoch of the session, in which the steps are to be made
    /// @param once by which a call that was cut off goes on; null for none
    StepTraining(StepCall call, long epoch, @Nullable Once once) {
        this.call = call;
        this.epoch = epoch;
        this.once = once;
        outcome = new StepOutcome.Builder(call);
    }

    void giveUp() {
        givenUp = true;
    }

    @Override
    public @Nullable StepOutcome slice(ActiveSession session, long deadline) {
        requireSame(session);
        session.requireTrainable();
        if (!hasBegun) {
            hasBegun = true;
            goOn(session);
        }
        try {
            session.train(this, deadline);
            boolean over = givenUp || done == call.count();
            session.setTraining(!over);
        } finally {
            session.publish();
        }
        if (givenUp) {
            throw new SessionException(ErrorCode.BUSY, "the call was given up");
        }
        if (done < call.count()) {
            return null;
        }
        StepOutcome result = outcome.build();
        session.recordSteps(result.last().loss());
        return result;
    }

    /// The steps that were made before the call was cut off belong to it.
    private void goOn(ActiveSession session) {
        if (once != null) {
            long now = session.step();
            long start = once.start(new Once.Start(epoch, now), call.count()).step();
            LossHistory.Run made =
                    session.model().lossHistory().from(start + 1, (int) (now - start));
            for (double loss : made.losses()) {
                add(loss);
            }
        }
    }

    private void requireSame(ActiveSession session) {
        if (epoch != session.journal().epoch()) {
            throw new SessionException(
                    ErrorCode.WRONG_STATE,
                    "the session was started anew after %d steps of this call".formatted(done));
        }
    }

    @Override
    public boolean hasNext() {
        return !givenUp && done < call.count();
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

package dev.microgpt.session;

import dev.microgpt.engine.StepResult;

import org.jspecify.annotations.Nullable;

/// The steps of one call.
final class StepTraining implements Work<StepOutcome>, Steps {

    private final StepCall call;
    private final StepOutcome.Builder outcome;
    private final long epoch;
    private int done;
    private volatile boolean givenUp;

    /// @param epoch of the session, in which the steps are to be made
    StepTraining(StepCall call, long epoch) {
        this.call = call;
        this.epoch = epoch;
        outcome = new StepOutcome.Builder(call);
    }

    void giveUp() {
        givenUp = true;
    }

    @Override
    public @Nullable StepOutcome slice(ActiveSession session, long deadline) {
        requireSame(session);
        session.requireTrainable();
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

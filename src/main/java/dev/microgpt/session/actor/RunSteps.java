package dev.microgpt.session.actor;

import dev.microgpt.engine.StepResult;
import dev.microgpt.session.compute.Ticker;
import dev.microgpt.session.run.Run;

/// The steps of a run, as far as its speed limit allows them now.
record RunSteps(Run run, ActiveSession session, Ticker ticker) implements Steps {

    @Override
    public boolean hasNext() {
        return run.completionReason(session.step(), session.timeline()) == null
                && run.nextStepNanos() <= ticker.nanos();
    }

    @Override
    public boolean isLast() {
        return run.isLast();
    }

    @Override
    public boolean wantsTrace() {
        return false;
    }

    @Override
    public void add(double loss) {
        run.addLoss(loss);
    }

    @Override
    public void add(StepResult result) {
        run.addLoss(result.loss());
    }
}

package dev.microgpt.live;

import dev.microgpt.session.Session;
import dev.microgpt.session.actor.StepCall;
import dev.microgpt.session.actor.StepOutcome;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Memory;
import dev.microgpt.wire.StepReply;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// Trains for one `train` message, at the pace at which its sender reads the results. No thread waits
/// for a step: the next one is asked for when the one before it has been told.
final class TrainTask {

    private static final StepCall ONE_STEP = new StepCall(1, StepCall.Viz.LAST);

    /// What trainings of a connection share.
    record Surroundings(
            Connection connection, Executor workers, Memory memory, Duration callTime) {}

    private final Surroundings here;
    private final CallContext call;
    private final @Nullable JsonNode id;
    private final Session session;
    private final int steps;
    private final BooleanSupplier isStopped;
    private final long epoch;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private int made;

    /// @param isStopped whether to make no more steps
    TrainTask(
            Surroundings here,
            CallContext call,
            @Nullable JsonNode id,
            Session session,
            int steps,
            BooleanSupplier isStopped) {
        this.here = here;
        this.call = call;
        this.id = id;
        this.session = session;
        this.steps = steps;
        this.isStopped = isStopped;
        session.losses(call); // refuses where there are none
        epoch = session.published().epoch();
    }

    /// Begins.
    ///
    /// @return the step at which the session is in the end, when it is ready for others
    CompletableFuture<Long> start() {
        if (steps == 1) { // it shows by itself
            next();
            return end.thenApply(_ -> step());
        }
        var _ = session.announceTraining(call, true);
        next();
        return end.whenComplete((_, failure) -> announceEndAfter(failure))
                .thenCompose(_ -> announceEnd())
                .thenApply(_ -> step());
    }

    private long step() {
        return session.published().view().step();
    }

    /// Nobody waits until it is shown: that may take as long as the step that took too long.
    private void announceEndAfter(@Nullable Throwable failure) {
        if (failure != null) {
            var _ = session.announceTraining(call, false);
        }
    }

    private CompletableFuture<Boolean> announceEnd() {
        return session.announceTraining(call, false)
                .orTimeout(here.callTime.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void next() {
        if (made == steps || isStopped.getAsBoolean() || here.connection.isClosed()) {
            end.complete(null);
            return;
        }
        // One step's numbers must not be counted until the last step.
        Memory.Share share = here.memory.share();
        try {
            CallContext stepCall = CallContext.of(call.caller(), share);
            var _ =
                    session.stepAsync(stepCall, ONE_STEP, epoch)
                            .orTimeout(here.callTime.toNanos(), TimeUnit.NANOSECONDS)
                            .whenCompleteAsync(
                                    (outcome, failure) -> told(outcome, failure, share),
                                    here.workers);
        } catch (RuntimeException e) {
            share.close();
            end.completeExceptionally(e);
        }
    }

    private void told(
            @Nullable StepOutcome outcome, @Nullable Throwable failure, Memory.Share share) {
        try (share) {
            if (outcome == null) {
                end.completeExceptionally(
                        failure == null ? new IllegalStateException("no outcome") : failure);
                return;
            }
            made++;
            here.connection.send(
                    new ServerMessage.Step(id, session.name(), StepReply.of(outcome.last())));
        } catch (RuntimeException e) {
            end.completeExceptionally(e);
            return;
        }
        here.connection.whenRoom(() -> here.workers.execute(this::next));
    }
}

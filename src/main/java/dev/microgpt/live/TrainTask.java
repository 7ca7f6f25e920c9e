package dev.microgpt.live;

import dev.microgpt.session.Session;
import dev.microgpt.session.actor.StepCall;
import dev.microgpt.session.actor.StepOutcome;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Memory;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.wire.StepReply;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// Trains for one `train` message, at the pace at which the client reads the results. No thread waits for a
/// step: each step is requested when the result of the previous one is in the outbox.
final class TrainTask {

    private static final StepCall ONE_STEP = new StepCall(1, StepCall.Viz.LAST);

    /// What a training needs besides its session.
    record Environment(
            Answers answers, JsonMapper json, Executor workers, Memory memory, Duration callTime) {}

    private final Environment environment;
    private final CallContext call;
    private final @Nullable JsonNode id;
    private final Session session;
    private final int steps;
    private final BooleanSupplier isStopped;
    private final long epoch;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private int stepsDone;

    /// @param isStopped returns whether to make no more steps
    TrainTask(
            Environment environment,
            CallContext call,
            @Nullable JsonNode id,
            Session session,
            int steps,
            BooleanSupplier isStopped) {
        this.environment = environment;
        this.call = call;
        this.id = id;
        this.session = session;
        this.steps = steps;
        this.isStopped = isStopped;
        session.losses(call); // throws if no documents are loaded
        epoch = session.published().epoch();
    }

    /// Starts training.
    ///
    /// @return the session's last step; completes when the session is no longer shown as training
    CompletableFuture<Long> start() {
        if (steps == 1) { // a single step needs no announcement
            requestStep();
            return end.thenApply(_ -> step());
        }
        var _ = session.announceTraining(call, true);
        requestStep();
        return end.whenComplete((_, failure) -> announceEndAfterFailure(failure))
                .thenCompose(_ -> announceEnd())
                .thenApply(_ -> step());
    }

    private long step() {
        return session.published().view().step();
    }

    /// Announces the end after a failure without waiting for it, which may take as long as the step that
    /// timed out.
    private void announceEndAfterFailure(@Nullable Throwable failure) {
        if (failure != null) {
            var _ = session.announceTraining(call, false);
        }
    }

    private CompletableFuture<Boolean> announceEnd() {
        return session.announceTraining(call, false)
                .orTimeout(environment.callTime.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void requestStep() {
        if (stepsDone == steps || isStopped.getAsBoolean() || environment.answers.isClosed()) {
            end.complete(null);
            return;
        }
        // Each step has its own share, so that its memory is released before the last step.
        Memory.Share share = environment.memory.share();
        try {
            CallContext stepCall = CallContext.of(call.caller(), share);
            var _ =
                    session.stepAsync(stepCall, ONE_STEP, epoch)
                            .orTimeout(environment.callTime.toNanos(), TimeUnit.NANOSECONDS)
                            .whenCompleteAsync(
                                    (outcome, failure) -> stepCompleted(outcome, failure, share),
                                    environment.workers);
        } catch (RuntimeException e) {
            share.close();
            end.completeExceptionally(unrepeatable(e));
        }
    }

    /// Returns the failure of a training of which some steps were made, so that nobody repeats it as a whole.
    private Throwable unrepeatable(Throwable failure) {
        return stepsDone > 0 && SessionRouter.isMoving(failure)
                ? new SessionException(
                        ErrorCode.BUSY,
                        "the session has moved to another node after %d of %d steps, which it keeps"
                                .formatted(stepsDone, steps))
                : failure;
    }

    private void stepCompleted(
            @Nullable StepOutcome outcome, @Nullable Throwable failure, Memory.Share share) {
        try (share) {
            if (outcome == null) {
                end.completeExceptionally(
                        failure == null
                                ? new IllegalStateException("no outcome")
                                : unrepeatable(failure));
                return;
            }
            stepsDone++;
            environment.answers.send(
                    environment.json.writeValueAsString(
                            new ServerMessage.Step(
                                    id, session.name(), StepReply.of(outcome.last()))));
        } catch (RuntimeException e) {
            end.completeExceptionally(e);
            return;
        }
        environment.answers.whenNotFull(() -> environment.workers.execute(this::requestStep));
    }
}

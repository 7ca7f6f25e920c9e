package dev.microgpt.session;

import dev.microgpt.engine.GenerateOptions;
import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.session.actor.StepCall;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.Memory;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.persistence.SessionView;
import dev.microgpt.session.query.GenerateCall;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

import java.util.stream.Collectors;

/// Demonstrates the service when it starts without sessions: trains a session `names`, generates some names and logs
/// them. `microgpt.demo=false` turns it off.
@Component
@ConditionalOnBooleanProperty(name = "microgpt.demo", matchIfMissing = true)
final class DemoSession {

    static final String NAME = "names";

    private static final Logger log = LoggerFactory.getLogger(DemoSession.class);
    private static final int STEPS = 1000;

    /// Far more than the demonstration trains, so that a visitor who continues it finds a learning rate above
    /// 0: the Live page proposes 10,000 steps.
    private static final int NUM_STEPS = 20_000;

    private static final int STEPS_PER_LINE = 100;
    private static final int SAMPLES = 10;

    private final SessionService sessions;
    private final Datasets datasets;
    private final Memory memory;

    DemoSession(SessionService sessions, Datasets datasets, Memory memory) {
        this.memory = memory;
        this.sessions = sessions;
        this.datasets = datasets;
    }

    /// Starts the demonstration if there are no sessions. It has its own thread, which ends with the
    /// demonstration or, at the latest, when the compute threads shut down.
    @EventListener(ApplicationReadyEvent.class)
    void start() {
        if (sessions.isEmpty()) {
            Thread.ofPlatform().name("demo").daemon().start(this::train);
        }
    }

    private void train() {
        try (Memory.Share share = memory.share()) {
            CallContext call = CallContext.of(Caller.LOCAL, share);
            ModelOptions options = ModelOptions.builder().numSteps(NUM_STEPS).build();
            SessionView view =
                    sessions.init(call, NAME, options, datasets.corpus("names"), false).view();
            Session session = sessions.get(call, NAME);
            log.info(
                    "Session '{}': training {} parameters on {} names (microgpt.demo=false turns this"
                            + " off)",
                    NAME,
                    view.numParams(),
                    view.numDocs());
            for (int step = STEPS_PER_LINE; step <= STEPS; step += STEPS_PER_LINE) {
                session.step(call, new StepCall(STEPS_PER_LINE, StepCall.Viz.NONE));
                log.info(
                        "Session '{}': step {}, loss {}",
                        NAME,
                        step,
                        meanLoss(session.losses(call), step));
            }
            GenerateCall request =
                    new GenerateCall(GenerateOptions.defaults(), SAMPLES, null, null);
            log.info(
                    "Session '{}' generates: {}",
                    NAME,
                    session.queries().texts().generate(call, request).value().texts().stream()
                            .map(text -> text.sample().text())
                            .collect(Collectors.joining(", ")));
        } catch (SessionException e) {
            log.info("Session '{}': the demonstration ends early: {}", NAME, e.getMessage());
        }
    }

    private static String meanLoss(LossHistory losses, int step) {
        var bucket = losses.buckets(step - STEPS_PER_LINE + 1L, step, 1).getFirst();
        return "%.4f (mean of %d steps)".formatted(bucket.mean(), STEPS_PER_LINE);
    }
}

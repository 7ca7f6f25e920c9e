package dev.microgpt.session;

import dev.microgpt.session.compute.Compute;
import dev.microgpt.session.persistence.SessionState;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.stereotype.Component;

import java.util.Locale;

/// Registers gauges for the sessions and for the work that waits for the compute threads. The values are
/// computed when they are read.
@Component
final class SessionMetrics implements MeterBinder {

    private final SessionService sessions;
    private final Compute compute;

    SessionMetrics(SessionService sessions, Compute compute) {
        this.sessions = sessions;
        this.compute = compute;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (SessionState state : SessionState.values()) {
            Gauge.builder(
                            "microgpt.sessions",
                            () -> sessions.statistics().byState().getOrDefault(state, 0))
                    .description("Sessions in each state, in memory or not")
                    .tag("state", state.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
        Gauge.builder("microgpt.sessions.loaded", () -> sessions.statistics().inMemory())
                .description("Sessions in memory")
                .register(registry);
        Gauge.builder("microgpt.sessions.memory", () -> sessions.statistics().bytes())
                .description("Estimated memory of the sessions")
                .baseUnit(BaseUnits.BYTES)
                .register(registry);
        Gauge.builder("microgpt.steps.per.second", () -> sessions.statistics().stepsPerSecond())
                .description("Training steps per second of all sessions together")
                .register(registry);
        Gauge.builder("microgpt.compute.waiting", compute, Compute::waitingCalls)
                .description("Sessions with work that waits for a compute thread")
                .tag("work", "call")
                .register(registry);
        Gauge.builder("microgpt.compute.waiting", compute, Compute::waitingTraining)
                .description("Sessions with work that waits for a compute thread")
                .tag("work", "training")
                .register(registry);
        Gauge.builder("microgpt.compute.threads", compute, Compute::numThreads)
                .description("Compute threads")
                .register(registry);
    }
}

package dev.microgpt.sweep;

import dev.microgpt.engine.Corpus;
import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.Idempotency;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.compute.Ticker;
import dev.microgpt.session.persistence.IdempotencyStore;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Creates, shows, pauses, resumes, cancels and deletes sweeps. Each caller sees only its own.
public final class SweepService {

    private final SessionService sessions;
    private final SweepStore store;
    private final SweepDriver driver;
    private final TrialSessions trials;
    private final SweepLimits limits;
    private final Ticker ticker;

    SweepService(
            SessionService sessions,
            SweepStore store,
            SweepDriver driver,
            TrialSessions trials,
            SweepLimits limits,
            Ticker ticker) {
        this.sessions = sessions;
        this.store = store;
        this.driver = driver;
        this.trials = trials;
        this.limits = limits;
        this.ticker = ticker;
    }

    /// Creates a sweep, whose trials begin at once. If this fails, nothing has changed.
    ///
    /// @throws SessionException `invalid_name`, `exists`, `quota_exceeded`, `storage_full`, or `busy` if there are too
    ///     many sessions
    /// @throws InvalidInputException if the options of a trial exceed the limits
    public SweepView create(CallContext call, SweepPlan plan, Corpus documents) {
        requireValidName(call.caller(), plan);
        if (store.find(call.caller(), plan.name()) != null) {
            throw SweepErrors.exists(plan.name());
        }
        Map<String, Long> numParams = new LinkedHashMap<>();
        for (Trial trial : plan.trials()) {
            numParams.put(trial.session(), requireAllowed(trial, documents));
        }
        sessions.requireRoom(call, numParams, plan.overwrites());
        String taken =
                plan.overwrites() ? null : store.firstTaken(call.caller(), numParams.keySet());
        if (taken != null) { // in another process
            throw SessionException.exists(call.caller().sessionId(taken), "choose another name");
        }
        Sweep sweep = Sweep.begin(store.nextId(), call.caller(), ticker.now(), plan);
        SweepView view = SweepView.of(sweep, null);
        SweepDriver.await(store.create(sweep, documents, limits.sweeps(), response(call, view)));
        if (store.isOwner(sweep)) {
            driver.add(sweep);
            driver.wake();
        }
        return view;
    }

    private static void requireValidName(Caller caller, SweepPlan plan) {
        int count = plan.trials().size();
        String last = SweepPlan.sessionName(plan.name(), count, count);
        if (!caller.sessionId(plan.name()).isValid() || !caller.sessionId(last).isValid()) {
            throw SweepErrors.invalidName(plan.name(), SweepPlan.maxNameLength(count));
        }
    }

    private long requireAllowed(Trial trial, Corpus documents) {
        try {
            return sessions.requireAllowed(trial.options(), documents);
        } catch (InvalidInputException e) {
            throw SweepErrors.ofTrial(trial, new SessionException(e));
        }
    }

    private static IdempotencyStore.@Nullable Entry response(CallContext call, SweepView view) {
        Idempotency idempotency = call.idempotency();
        Idempotency.Response encoded = idempotency == null ? null : idempotency.encode(view);
        return idempotency == null || encoded == null
                ? null
                : IdempotencyStore.Entry.of(idempotency, null, encoded);
    }

    /// Returns the caller's sweeps without their trials, sorted by name.
    public List<SweepStore.Summary> list(CallContext call) {
        return store.list(call.caller());
    }

    /// Returns one of the caller's sweeps.
    ///
    /// @throws SessionException `not_found`
    public SweepView get(CallContext call, String name) {
        ActiveSweep active = driver.find(call.caller(), name);
        return active == null
                ? view(requireStored(call, name), null)
                : view(active.current(), active.message());
    }

    /// Shows how far the trials have come since their statuses were noted, and which sessions are gone.
    private SweepView view(Sweep sweep, @Nullable String message) {
        Map<Integer, TrialStatus> now = new LinkedHashMap<>();
        for (Trial trial : sweep.plan().trials()) {
            now.put(trial.number(), trials.show(sweep, trial, sweep.status(trial)));
        }
        return SweepView.of(sweep.showing(now), message);
    }

    private Sweep requireStored(CallContext call, String name) {
        if (!Sweep.home(call.caller(), name).isValid()) {
            throw SweepErrors.invalidName(name, SweepPlan.maxNameLength(1));
        }
        Sweep sweep = store.find(call.caller(), name);
        if (sweep == null) {
            throw SweepErrors.notFound(name);
        }
        return sweep;
    }

    /// Pauses a sweep with the runs of its trials. Has no effect if it has ended.
    ///
    /// @throws SessionException `not_found`
    public SweepView pause(CallContext call, String name) {
        return change(call, name, SweepState.PAUSED);
    }

    /// Resumes a paused sweep. Has no effect on one that is not paused.
    ///
    /// @throws SessionException `not_found`
    public SweepView resume(CallContext call, String name) {
        return change(call, name, SweepState.RUNNING);
    }

    /// Cancels a sweep with the runs of its trials, whose sessions remain. Has no effect if it has ended.
    ///
    /// @throws SessionException `not_found`
    public SweepView cancel(CallContext call, String name) {
        return change(call, name, SweepState.CANCELLED);
    }

    private SweepView change(CallContext call, String name, SweepState next) {
        ActiveSweep active = activeOrNull(call, name);
        if (active == null) {
            return get(call, name);
        }
        SweepDriver.await(active.change(next));
        driver.wake();
        return view(active.current(), active.message());
    }

    /// Returns a sweep that has not ended; null if it has.
    private @Nullable ActiveSweep activeOrNull(CallContext call, String name) {
        ActiveSweep active = driver.find(call.caller(), name);
        if (active != null) {
            return active;
        }
        Sweep stored = requireStored(call, name);
        if (!store.isOwner(stored)) {
            throw SessionException.moving();
        }
        return stored.hasEnded() ? null : driver.add(stored);
    }

    /// Deletes a sweep, after cancelling the runs of its trials.
    ///
    /// @param withSessions whether its sessions are deleted as well
    /// @throws SessionException `not_found`, `busy`, `storage_full` or `store_unavailable`
    public void delete(CallContext call, String name, boolean withSessions) {
        ActiveSweep active = activeOrNull(call, name);
        driver.delete(
                active == null ? new ActiveSweep(store, requireStored(call, name)) : active,
                withSessions);
    }
}

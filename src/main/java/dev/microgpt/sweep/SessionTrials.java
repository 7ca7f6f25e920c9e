package dev.microgpt.sweep;

import dev.microgpt.engine.Corpus;
import dev.microgpt.session.Session;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.actor.PublishedState;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Memory;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.history.ValidationLoss;
import dev.microgpt.session.persistence.SessionView;
import dev.microgpt.session.run.RunState;
import dev.microgpt.session.run.RunView;

import org.jspecify.annotations.Nullable;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/// The sessions of trials in this service. The run of a trial is the first of its session that was started
/// since the sweep.
final class SessionTrials implements TrialSessions {

    private static final String GONE = "the session was deleted or replaced";

    private final SessionService sessions;
    private final Memory memory;
    private final Function<Sweep, Corpus> documents;
    private final TrialWatches watches;

    /// @param documents returns the documents of a sweep
    SessionTrials(
            SessionService sessions,
            Memory memory,
            Function<Sweep, Corpus> documents,
            TrialWatches watches) {
        this.sessions = sessions;
        this.memory = memory;
        this.documents = documents;
        this.watches = watches;
    }

    @Override
    public TrialStatus begin(Sweep sweep, Trial trial) {
        return call(sweep, call -> begin(call, sweep, trial));
    }

    private TrialStatus begin(CallContext call, Sweep sweep, Trial trial) {
        boolean overwrites = sweep.plan().overwrites();
        Session present = find(call, trial);
        if (present == null || (overwrites && !isOfTrial(present, sweep, trial))) {
            sessions.init(
                    call, trial.session(), trial.options(), documents.apply(sweep), overwrites);
        } else if (!isOfTrial(present, sweep, trial)) {
            throw SessionException.exists(
                    call.caller().sessionId(trial.session()),
                    "it was created after the sweep, which does not replace it");
        }
        TrialStatus begun = begun(sessions.get(call, trial.session()));
        return look(call, sweep, trial, begun);
    }

    /// Returns the status of a trial that has just got its session.
    private static TrialStatus begun(Session session) {
        PublishedState now = session.published();
        return new TrialStatus(
                TrialState.RUNNING,
                now.epoch(),
                0,
                null,
                null,
                null,
                null,
                now.view().numParams(),
                null);
    }

    @Override
    public @Nullable TrialStatus findBegun(Sweep sweep, Trial trial) {
        return call(
                sweep,
                call -> {
                    Session present = find(call, trial);
                    return present == null || !isOfTrial(present, sweep, trial)
                            ? null
                            : begun(present);
                });
    }

    /// Returns whether a session was created for a trial, by an attempt that was cut off.
    private static boolean isOfTrial(Session session, Sweep sweep, Trial trial) {
        SessionView view = session.published().view();
        return view.options().equals(trial.options())
                && !view.createdAt().isBefore(sweep.createdAt());
    }

    @Override
    public TrialStatus look(Sweep sweep, Trial trial, TrialStatus known) {
        return call(sweep, call -> look(call, sweep, trial, known));
    }

    private TrialStatus look(CallContext call, Sweep sweep, Trial trial, TrialStatus known) {
        Session session = find(call, trial, known);
        long epoch = Objects.requireNonNull(known.epoch());
        if (session == null) {
            watches.remove(epoch);
            return known.with(TrialState.DELETED, GONE);
        }
        PublishedState now = session.ensureInMemory(call);
        RunView begun = runOf(sweep, now);
        RunView run = begun == null ? session.startRun(call, sweep.plan().run()) : begun;
        if (run.state().isActive()) {
            watches.add(epoch, session);
        } else {
            watches.remove(epoch);
        }
        return switch (run.state()) {
            case QUEUED, RUNNING, PAUSING, CANCELLING ->
                    progress(known, TrialState.RUNNING, now, run, null);
            case PAUSED -> progress(known, TrialState.PAUSED, now, run, null);
            case SUCCEEDED ->
                    progress(known, TrialState.COMPLETED, now, run, present(call, session, now));
            case FAILED -> progress(known, TrialState.FAILED, now, run, null);
            case CANCELLED -> progress(known, TrialState.CANCELLED, now, run, null);
        };
    }

    /// Returns the first run that was started since the sweep; null if there is none. A session that was replaced has
    /// earlier ones.
    private static @Nullable RunView runOf(Sweep sweep, PublishedState now) {
        return now.runs().stream()
                .filter(run -> !run.createdAt().isBefore(sweep.createdAt()))
                .findFirst()
                .orElse(null);
    }

    /// Returns the validation loss of the last step.
    private static ValidationLoss present(CallContext call, Session session, PublishedState now) {
        List<ValidationLoss> losses = now.validations();
        return !losses.isEmpty() && losses.getLast().step() == now.view().step()
                ? losses.getLast()
                : session.measurements().presentValidation(call);
    }

    /// @param last the validation loss of the last step; null if it is the last that was measured, or not known
    private static TrialStatus progress(
            TrialStatus known,
            TrialState state,
            PublishedState now,
            RunView run,
            @Nullable ValidationLoss last) {
        List<ValidationLoss> losses = now.validations();
        ValidationLoss newest = last != null || losses.isEmpty() ? last : losses.getLast();
        ValidationLoss best =
                losses.stream().min(Comparator.comparingDouble(ValidationLoss::loss)).orElse(null);
        if (last != null && (best == null || last.loss() < best.loss())) {
            best = last;
        }
        return new TrialStatus(
                state,
                known.epoch(),
                now.view().step(),
                run.loss(),
                finite(newest),
                finite(best),
                finite(best) == null ? null : Objects.requireNonNull(best).step(),
                now.view().numParams(),
                state == TrialState.COMPLETED ? null : run.reason());
    }

    private static @Nullable Double finite(@Nullable ValidationLoss loss) {
        return loss == null || !Double.isFinite(loss.loss()) ? null : (Double) loss.loss();
    }

    @Override
    public TrialStatus show(Sweep sweep, Trial trial, TrialStatus known) {
        if (known.epoch() == null) {
            return known;
        }
        return call(sweep, call -> show(call, sweep, trial, known));
    }

    private TrialStatus show(CallContext call, Sweep sweep, Trial trial, TrialStatus known) {
        Session session;
        try {
            session = find(call, trial, known);
        } catch (SessionException _) { // it moves
            return known;
        }
        if (session == null) {
            return known.with(TrialState.DELETED, GONE);
        }
        PublishedState now = session.published();
        RunView run = runOf(sweep, now);
        if (known.state().isEnd() || run == null) {
            return known;
        }
        TrialState state =
                known.state() == TrialState.PAUSED || run.state() == RunState.PAUSED
                        ? TrialState.PAUSED
                        : TrialState.RUNNING;
        return progress(known, state, now, run, null);
    }

    @Override
    public void forget(TrialStatus known) {
        if (known.epoch() != null) {
            watches.remove(known.epoch());
        }
    }

    @Override
    public void pause(Sweep sweep, Trial trial, TrialStatus known) {
        changeRun(sweep, trial, known, Session::pauseRun);
    }

    @Override
    public void resume(Sweep sweep, Trial trial, TrialStatus known) {
        changeRun(sweep, trial, known, Session::resumeRun);
    }

    @Override
    public void cancel(Sweep sweep, Trial trial, TrialStatus known) {
        changeRun(sweep, trial, known, Session::cancelRun);
    }

    /// A change of a run.
    private interface RunChange {
        RunView apply(Session session, CallContext call, long runId);
    }

    private void changeRun(Sweep sweep, Trial trial, TrialStatus known, RunChange change) {
        call(
                sweep,
                call -> {
                    Session session = find(call, trial, known);
                    if (session != null) {
                        var _ = change.apply(session, call, runId(call, sweep, session));
                    }
                    return trial;
                });
    }

    /// Returns the run of a trial, which has begun.
    private static long runId(CallContext call, Sweep sweep, Session session) {
        RunView run = runOf(sweep, session.ensureInMemory(call));
        return run == null ? session.startRun(call, sweep.plan().run()).id() : run.id();
    }

    @Override
    public void delete(Sweep sweep, Trial trial, TrialStatus known) {
        call(
                sweep,
                call -> {
                    if (find(call, trial, known) != null) {
                        sessions.delete(call, trial.session());
                    }
                    return trial;
                });
    }

    /// Returns the session of a trial that has begun; null if it was deleted or replaced.
    private @Nullable Session find(CallContext call, Trial trial, TrialStatus known) {
        Session session = find(call, trial);
        Long epoch = known.epoch();
        return session == null || epoch == null || session.published().epoch() != epoch
                ? null
                : session;
    }

    private @Nullable Session find(CallContext call, Trial trial) {
        try {
            return sessions.get(call, trial.session());
        } catch (SessionException e) {
            if (e.code() == ErrorCode.NOT_FOUND) {
                return null;
            }
            throw e;
        }
    }

    private <R extends @Nullable Object> R call(Sweep sweep, Function<CallContext, R> work) {
        try (Memory.Share share = memory.share()) {
            return work.apply(CallContext.of(sweep.owner(), share));
        }
    }
}

package dev.microgpt.live;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.StepResult;
import dev.microgpt.session.Session;
import dev.microgpt.session.SessionListener;
import dev.microgpt.session.SessionState;
import dev.microgpt.session.Snapshot;
import dev.microgpt.web.StepReply;
import dev.microgpt.web.Words;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// One watcher's place in the history of a session.
///
/// It holds no messages: the next frame is made from the session's history when the connection can
/// take it, and covers whatever has happened since the one before. So losses are never lost, however
/// slow the reader, and of traces it gets the newest.
final class Subscription implements SessionListener {

    private static final double DEFAULT_HZ = 20;
    private static final double MAX_HZ = 60;
    private static final int MAX_LOSSES = 20_000;
    private static final int MAX_BUCKETS = 500;

    /// A gap ends so many steps later than it must, or the next one would follow on its heels.
    private static final int MARGIN = 10_000;

    private enum LossFormat {
        RAW,
        BUCKETS
    }

    private enum Traces {
        LAST,
        NONE
    }

    private final Session session;
    private final boolean wantsTraces;
    private final boolean wantsBuckets;
    private final long intervalNanos;
    private final Runnable wake;

    private LossHistory losses;
    private long nextStep;
    private long newestTrace;
    private SessionState state; // as last sent
    private long dueNanos = System.nanoTime();

    /// Whether the writer has nothing to send and sleeps until it is woken.
    private volatile boolean isIdle = true;

    /// @param fromStep first step wanted; null for the next one
    /// @param viz `last` or `none`; null for `last`
    /// @param lossFormat `raw` or `buckets`; null for `raw`
    /// @param framesPerSecond at most so many; null for 20
    /// @param wake called when there may be something to send; must not block
    /// @throws InvalidInputException if a value is out of its range
    Subscription(
            Session session,
            @Nullable Long fromStep,
            @Nullable String viz,
            @Nullable String lossFormat,
            @Nullable Double framesPerSecond,
            Runnable wake) {
        double maxHz = framesPerSecond == null ? DEFAULT_HZ : framesPerSecond;
        if (!(maxHz > 0 && maxHz <= MAX_HZ)) {
            throw InvalidInputException.outOfRange(
                    "maxHz",
                    maxHz,
                    0,
                    MAX_HZ,
                    "maxHz must be above 0 and at most 60, but is " + maxHz);
        }
        Snapshot now = session.snapshot();
        losses = now.losses();
        state = now.view().state();
        long size = losses.size();
        if (fromStep != null) {
            InvalidInputException.requireRange("fromStep", fromStep, 1, size + 1);
        }
        this.session = session;
        wantsTraces = Words.parse("viz", viz, Traces.LAST) == Traces.LAST;
        wantsBuckets = Words.parse("losses", lossFormat, LossFormat.RAW) == LossFormat.BUCKETS;
        this.wake = wake;
        intervalNanos = (long) (1e9 / maxHz);
        nextStep = fromStep == null ? size + 1 : fromStep;
        newestTrace = nextStep - 1;
    }

    Session session() {
        return session;
    }

    /// The step before the first one that will be sent.
    long step() {
        return nextStep - 1;
    }

    @Override
    public void changed() {
        if (isIdle) {
            isIdle = false;
            wake.run();
        }
    }

    @Override
    public boolean wantsTraces() {
        return wantsTraces;
    }

    /// When the next frame may be sent, in the time of `System.nanoTime()`; `Long.MAX_VALUE` from now
    /// if there is nothing to send.
    long nanosUntilDue(long now) {
        isIdle = true; // before looking: what changes from now on wakes the writer
        Snapshot snapshot = session.snapshot();
        boolean isBehind =
                snapshot.losses() != losses
                        || snapshot.losses().size() >= nextStep
                        || snapshot.view().state() != state;
        if (!isBehind && !snapshot.deleted()) {
            return Long.MAX_VALUE;
        }
        isIdle = false;
        return Math.max(0, dueNanos - now);
    }

    /// Whether the session is gone, and all of it has been sent.
    boolean isOver() {
        return session.snapshot().deleted() && losses.size() < nextStep;
    }

    /// The next message; null if there is nothing new.
    @Nullable ServerMessage poll() {
        Snapshot snapshot = session.snapshot();
        if (snapshot.losses() != losses) {
            losses = snapshot.losses(); // started anew: it counts from 1 again
            nextStep = 1;
            newestTrace = 0;
        }
        long last = losses.size();
        if (last < nextStep) {
            return newState(snapshot);
        }
        if (wantsBuckets) {
            return frame(snapshot, nextStep, last, last, null);
        }
        LossHistory.Run run = losses.from(nextStep, MAX_LOSSES);
        if (run.from() > nextStep) {
            long gapStart = nextStep;
            nextStep = Math.min(last, run.from() + MARGIN);
            return new ServerMessage.Gap(session.name(), gapStart, nextStep - 1);
        }
        return frame(snapshot, nextStep, nextStep + run.losses().length - 1, last, run.losses());
    }

    /// A frame without steps that tells the session's state, unless it was sent already.
    private @Nullable ServerMessage newState(Snapshot snapshot) {
        if (snapshot.view().state() == state) {
            return null;
        }
        state = snapshot.view().state();
        dueNanos = System.nanoTime() + intervalNanos;
        return new ServerMessage.Frame(
                session.name(),
                nextStep,
                nextStep - 1,
                wantsBuckets ? null : new double[0],
                wantsBuckets ? List.of() : null,
                null,
                state,
                snapshot.view().stepsPerSecond());
    }

    /// @param last the newest step when this frame was begun
    private ServerMessage.Frame frame(
            Snapshot snapshot, long from, long to, long last, double @Nullable [] raw) {
        nextStep = to + 1;
        state = snapshot.view().state();
        if (to >= last) {
            dueNanos = System.nanoTime() + intervalNanos;
        }
        return new ServerMessage.Frame(
                session.name(),
                from,
                to,
                raw,
                raw == null ? losses.buckets(from, to, MAX_BUCKETS) : null,
                to >= last ? newTrace(snapshot.newest(), to) : null,
                snapshot.view().state(),
                snapshot.view().stepsPerSecond());
    }

    /// The newest trace, unless it was sent already.
    private @Nullable StepReply newTrace(@Nullable StepResult newest, long to) {
        if (!wantsTraces
                || newest == null
                || newest.vizData().isEmpty()
                || newest.step() <= newestTrace
                || newest.step() > to) {
            return null;
        }
        newestTrace = newest.step();
        return StepReply.of(newest);
    }
}

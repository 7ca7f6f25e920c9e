package dev.microgpt.live;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.StepResult;
import dev.microgpt.session.Session;
import dev.microgpt.session.actor.PublishedState;
import dev.microgpt.session.actor.SessionListener;
import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.wire.EnumNames;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// One watcher's place in the history of a session.
///
/// It holds no messages: the next frame is made from the session's history, or what other watchers got
/// of it, when the connection can take it, and covers whatever has happened since the one before. So
/// losses are never lost, however slow the reader, and of traces it gets the newest.
final class Subscription implements SessionListener {

    private static final double DEFAULT_HZ = 20;
    private static final double MAX_HZ = 60;
    private static final int MAX_LOSSES = 20_000;
    private static final int AVERAGED_LOSSES = 100;

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
    private final Broadcast broadcast;
    private final boolean wantsTraces;
    private final boolean wantsBuckets;
    private final long intervalNanos;
    private final Runnable wake;

    private long epoch;
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
            Broadcast broadcast,
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
        this.broadcast = broadcast;
        session = broadcast.session();
        PublishedState now = session.published();
        epoch = now.epoch();
        losses = now.losses();
        state = now.view().state();
        long size = losses.size();
        if (fromStep != null) {
            InvalidInputException.requireRange("fromStep", fromStep, 1, size + 1);
        }
        wantsTraces = EnumNames.parse("viz", viz, Traces.LAST) == Traces.LAST;
        wantsBuckets = EnumNames.parse("losses", lossFormat, LossFormat.RAW) == LossFormat.BUCKETS;
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

    /// When the next frame is due, in the time of `System.nanoTime()`.
    long dueNanos() {
        return dueNanos;
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

    /// How long the next frame has to wait; `Long.MAX_VALUE` if there is nothing to send.
    long nanosUntilDue(long now) {
        isIdle = true; // before looking: what changes from now on wakes the writer
        PublishedState snapshot = session.published();
        boolean isBehind =
                snapshot.losses() != losses
                        || snapshot.view().step() >= nextStep
                        || snapshot.view().state() != state;
        if (!isBehind && !snapshot.deleted()) {
            return Long.MAX_VALUE;
        }
        isIdle = false;
        return Math.max(0, dueNanos - now);
    }

    /// Whether the session is gone, and all of it has been sent.
    boolean isOver() {
        PublishedState snapshot = session.published();
        return snapshot.deleted() && snapshot.view().step() < nextStep;
    }

    /// A message to send.
    ///
    /// @param type as in [ServerMessage#type()]
    record Message(String type, String json) {}

    /// The next message; null if there is nothing new.
    @Nullable Message poll() {
        PublishedState snapshot = broadcast.cut(nextStep);
        boolean isUndone = snapshot.losses() != losses && snapshot.epoch() == epoch;
        boolean isNew = isUndone || snapshot.view().state() != state;
        follow(snapshot);
        long last = snapshot.view().step();
        if (last < nextStep) {
            return isNew ? frame(snapshot, nextStep - 1, null) : null;
        }
        long known = losses.firstKnown();
        if (nextStep < known) {
            return gap(Math.min(last, known - 1));
        }
        if (wantsBuckets) {
            return frame(snapshot, last, null);
        }
        LossHistory.Run run =
                losses.from(nextStep, (int) Math.min(MAX_LOSSES, last - nextStep + 1));
        if (run.from() > nextStep) {
            return gap(Math.min(last, run.from() + MARGIN) - 1);
        }
        return frame(snapshot, nextStep + run.losses().length - 1, run);
    }

    /// Takes note of another history than the one before.
    private void follow(PublishedState snapshot) {
        if (snapshot.losses() == losses) {
            return;
        }
        // Started again, it counts from 1; else steps that could not be stored may have been
        // undone.
        nextStep = snapshot.epoch() == epoch ? Math.min(nextStep, snapshot.view().step() + 1) : 1;
        newestTrace = Math.min(newestTrace, nextStep - 1);
        epoch = snapshot.epoch();
        losses = snapshot.losses();
    }

    private Message gap(long to) {
        ServerMessage.Gap gap = new ServerMessage.Gap(session.name(), nextStep, to);
        broadcast.metrics().gap(to + 1 - nextStep);
        nextStep = to + 1;
        return new Message(gap.type(), broadcast.text(gap));
    }

    /// @param to the last step of the frame; the one before its first for a new state alone
    /// @param run its losses; null for none, or for buckets
    private Message frame(PublishedState snapshot, long to, LossHistory.@Nullable Run run) {
        long from = nextStep;
        nextStep = to + 1;
        broadcast.metrics().frame(to + 1 - from);
        state = snapshot.view().state();
        boolean isCaughtUp = to >= snapshot.view().step();
        if (isCaughtUp) {
            dueNanos = nextDue(System.nanoTime());
        }
        StepResult look = isCaughtUp ? newLook(snapshot.newest(), to) : null;
        Broadcast.FrameKey key =
                new Broadcast.FrameKey(
                        new TextCache.Range(losses, from, to),
                        !wantsBuckets,
                        look == null ? 0 : look.step(),
                        snapshot.view());
        String json =
                broadcast.frame(
                        key,
                        () ->
                                new ServerMessage.Frame(
                                        session.name(),
                                        from,
                                        to,
                                        wantsBuckets ? null : losses(run),
                                        wantsBuckets ? buckets(from, to) : null,
                                        lossAverage(to),
                                        look == null ? null : broadcast.trace(losses, look),
                                        look == null ? null : broadcast.diagnostics(losses, look),
                                        snapshot.view().state(),
                                        snapshot.view().stepsPerSecond()));
        return new Message("frame", json);
    }

    private String losses(LossHistory.@Nullable Run run) {
        return run == null ? "[]" : broadcast.losses(losses, run);
    }

    private String buckets(long from, long to) {
        return to < from ? "[]" : broadcast.buckets(losses, from, to);
    }

    /// All watchers with the same rate are due at the same times, so that their frames are the same.
    /// Who comes late skips a time rather than to get two frames in quick succession.
    private long nextDue(long now) {
        long earliest = now + intervalNanos / 2;
        return earliest - Math.floorMod(earliest, intervalNanos) + intervalNanos;
    }

    /// The mean of the newest losses up to a step; null where none is known.
    private @Nullable Double lossAverage(long to) {
        LossHistory.Run run = losses.from(Math.max(1, to - AVERAGED_LOSSES + 1), AVERAGED_LOSSES);
        int count = (int) Math.min(run.losses().length, to - run.from() + 1);
        return count <= 0 ? null : Arrays.stream(run.losses(), 0, count).sum() / count;
    }

    /// The newest step that was looked at, unless it was sent already.
    private @Nullable StepResult newLook(@Nullable StepResult newest, long to) {
        if (!wantsTraces
                || newest == null
                || newest.diagnostics() == null
                || newest.step() <= newestTrace
                || newest.step() > to) {
            return null;
        }
        newestTrace = newest.step();
        return newest;
    }
}

package dev.microgpt.live;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.StepResult;
import dev.microgpt.session.Session;
import dev.microgpt.session.actor.PublishedState;
import dev.microgpt.session.actor.SessionListener;
import dev.microgpt.session.admission.SharedSession;
import dev.microgpt.session.history.ValidationLoss;
import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.wire.EnumNames;
import dev.microgpt.wire.ValidationLossReply;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;

/// The position of one watcher in the history of a session.
///
/// A subscription stores no messages. When the connection can take a message, the next frame is made from the
/// session's history, or reused from another watcher, and covers everything since the previous frame. So even
/// a slow reader receives every loss that is still in the history, and the newest of the traces.
final class Subscription implements Watch, SessionListener {

    private static final double DEFAULT_HZ = 20;
    private static final double MAX_HZ = 60;
    private static final int MAX_LOSSES = 20_000;
    private static final int AVERAGED_LOSSES = 100;

    /// How many more steps a gap covers than it must, so that no other gap follows at once.
    private static final int GAP_MARGIN = 10_000;

    private enum LossFormat {
        RAW,
        BUCKETS
    }

    private enum Traces {
        LAST,
        NONE
    }

    private final Session session;
    private final @Nullable SharedSession share;
    private final Broadcast broadcast;
    private final boolean wantsTraces;
    private final boolean wantsBuckets;
    private final long intervalNanos;
    private final Runnable wake;

    private long epoch;
    private LossHistory losses;
    private long nextStep;
    private long lastTraceStep;
    private long nextValidation; // the step from which on validation losses are sent
    private @Nullable SessionState sentState; // null if it is not known
    private int sentContinuations;
    private long dueNanos = System.nanoTime();

    /// Whether the connection has nothing to send and waits to be woken.
    private volatile boolean isIdle = true;

    /// @param share what the watcher may see; null for all
    /// @param wake called when there may be something to send; must not block
    /// @throws InvalidInputException if a value of the request is out of its range
    Subscription(
            Broadcast broadcast,
            @Nullable SharedSession share,
            WatchRequest request,
            Runnable wake) {
        double maxHz = request.maxHz() == null ? DEFAULT_HZ : request.maxHz();
        if (!(maxHz > 0 && maxHz <= MAX_HZ)) {
            throw InvalidInputException.outOfRange(
                    "maxHz",
                    Double.isFinite(maxHz) ? maxHz : String.valueOf(maxHz), // JSON has no NaN
                    0,
                    MAX_HZ,
                    "maxHz must be above 0 and at most 60, but is " + maxHz);
        }
        this.broadcast = broadcast;
        this.share = share;
        session = broadcast.session();
        PublishedState now = session.published();
        epoch = now.epoch();
        losses = now.losses();
        sentState = now.view().state();
        sentContinuations = now.view().continuations();
        WatchPosition after = request.after();
        if (after == null) {
            nextStep = firstStep(request.fromStep(), losses.size());
        } else {
            nextStep = stepAfter(after, losses.size());
            if (after.epoch() == epoch) {
                sentState = null; // it may have changed meanwhile
            }
        }
        wantsTraces = EnumNames.parse("viz", request.viz(), Traces.LAST) == Traces.LAST;
        wantsBuckets =
                EnumNames.parse("losses", request.losses(), LossFormat.RAW) == LossFormat.BUCKETS;
        this.wake = wake;
        intervalNanos = (long) (1e9 / maxHz);
        lastTraceStep = nextStep - 1;
        nextValidation = nextStep - 1; // that of the last step known may have been measured since
    }

    /// Starts to watch a session.
    ///
    /// @throws InvalidInputException if a value of the request is out of its range
    static Subscription open(
            Broadcast broadcast,
            @Nullable SharedSession share,
            WatchRequest request,
            Runnable wake) {
        Subscription subscription = new Subscription(broadcast, share, request, wake);
        subscription.session.addListener(subscription);
        return subscription;
    }

    private static long firstStep(@Nullable Long fromStep, long size) {
        if (fromStep == null) {
            return size + 1;
        }
        InvalidInputException.requireRange("fromStep", fromStep, 1, size + 1);
        return fromStep;
    }

    /// Returns the step at which a watcher continues. A session with fewer steps has been reinitialized, unless
    /// its epoch says otherwise.
    private long stepAfter(WatchPosition position, long size) {
        if (position.epoch() == epoch) {
            return Math.min(position.step(), size) + 1; // steps may have been undone
        }
        boolean mayContinue =
                position.epoch() == WatchPosition.UNKNOWN_EPOCH
                        && position.step() >= 0
                        && position.step() <= size;
        return mayContinue ? position.step() + 1 : 1;
    }

    @Override
    public WatchPosition position() {
        return new WatchPosition(epoch, nextStep - 1);
    }

    @Override
    public long dueNanos() {
        return dueNanos;
    }

    @Override
    public void close() {
        session.removeListener(this);
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

    @Override
    public long nanosUntilDue(long now) {
        isIdle = true; // before reading the state, so that any later change wakes the connection
        PublishedState state = session.published();
        boolean isBehind =
                state.losses() != losses
                        || state.view().step() >= nextStep
                        || hasValidation(state)
                        || isChanged(state);
        if (!isBehind && state.end() == null) {
            return Long.MAX_VALUE;
        }
        isIdle = false;
        return Math.max(0, dueNanos - now);
    }

    @Override
    public PublishedState.@Nullable End end() {
        PublishedState state = session.published();
        if (isHidden(state)) {
            return PublishedState.End.DELETED;
        }
        return state.view().step() < nextStep ? state.end() : null;
    }

    @Override
    public @Nullable Message poll() {
        PublishedState state = broadcast.stateForFrame(nextStep);
        if (isHidden(state)) {
            return null;
        }
        boolean stepsWereUndone = state.losses() != losses && state.epoch() == epoch;
        boolean hasNewState = stepsWereUndone || isChanged(state);
        adoptHistory(state);
        long last = state.view().step();
        if (last < nextStep) {
            return hasNewState ? frame(state, nextStep - 1, null) : null;
        }
        long known = losses.firstKnown();
        if (nextStep < known) {
            return gap(Math.min(last, known - 1));
        }
        if (wantsBuckets) {
            return frame(state, last, null);
        }
        LossHistory.Segment segment =
                losses.from(nextStep, (int) Math.min(MAX_LOSSES, last - nextStep + 1));
        if (segment.from() > nextStep) {
            return gap(Math.min(last, segment.from() + GAP_MARGIN) - 1);
        }
        return frame(state, nextStep + segment.losses().length - 1, segment);
    }

    /// Returns whether a state is of a session that has replaced the shared one.
    private boolean isHidden(PublishedState state) {
        return share != null && !share.shows(state.epoch());
    }

    /// Returns whether a state has something new besides steps.
    private boolean isChanged(PublishedState state) {
        return state.view().state() != sentState
                || state.view().continuations() != sentContinuations;
    }

    /// Switches to the history of a state if it is another one.
    private void adoptHistory(PublishedState state) {
        if (state.losses() == losses) {
            return;
        }
        // In a new epoch, steps start at 1. Within an epoch, steps that could not be stored may
        // have been undone.
        nextStep = state.epoch() == epoch ? Math.min(nextStep, state.view().step() + 1) : 1;
        lastTraceStep = Math.min(lastTraceStep, nextStep - 1);
        nextValidation = Math.min(nextValidation, nextStep - 1);
        epoch = state.epoch();
        losses = state.losses();
    }

    private Message gap(long to) {
        ServerMessage.Gap gap = new ServerMessage.Gap(session.name(), nextStep, to);
        broadcast.metrics().gap(to + 1 - nextStep);
        nextStep = to + 1;
        return new Message(gap.type(), broadcast.text(gap));
    }

    /// Returns the frame that starts at the next step.
    ///
    /// @param to the last step of the frame; the one before its first for a change of state alone
    /// @param segment the losses; null for none, or for buckets
    private Message frame(PublishedState state, long to, LossHistory.@Nullable Segment segment) {
        long from = nextStep;
        nextStep = to + 1;
        broadcast.metrics().frame(to + 1 - from);
        sentState = state.view().state();
        sentContinuations = state.view().continuations();
        boolean isCaughtUp = to >= state.view().step();
        if (isCaughtUp) {
            dueNanos = nextDue(System.nanoTime());
        }
        StepResult trace = isCaughtUp ? newTrace(state.lastObserved(), to) : null;
        List<ValidationLoss> validation = newValidation(state, to);
        Broadcast.FrameKey key =
                new Broadcast.FrameKey(
                        new TextCache.Range(losses, from, to),
                        !wantsBuckets,
                        trace == null ? 0 : trace.step(),
                        validation,
                        state.view());
        String json =
                broadcast.frame(
                        key,
                        () ->
                                new ServerMessage.Frame(
                                        session.name(),
                                        from,
                                        to,
                                        wantsBuckets ? null : losses(segment),
                                        wantsBuckets ? buckets(from, to) : null,
                                        validation.isEmpty()
                                                ? null
                                                : ValidationLossReply.of(validation),
                                        lossAverage(to),
                                        trace == null ? null : broadcast.trace(losses, trace),
                                        trace == null ? null : broadcast.diagnostics(losses, trace),
                                        continuations(state),
                                        state.view().state(),
                                        state.view().stepsPerSecond()));
        return new Message("frame", json);
    }

    private static @Nullable Integer continuations(PublishedState state) {
        int continuations = state.view().continuations();
        return continuations == 0 ? null : continuations;
    }

    private boolean hasValidation(PublishedState state) {
        List<ValidationLoss> all = state.validations();
        return !all.isEmpty() && all.getLast().step() >= nextValidation;
    }

    /// Returns the validation losses that have not been sent, up to a step.
    private List<ValidationLoss> newValidation(PublishedState state, long to) {
        if (!hasValidation(state)) {
            return List.of();
        }
        List<ValidationLoss> fresh =
                state.validations().stream()
                        .filter(loss -> loss.step() >= nextValidation && loss.step() <= to)
                        .toList();
        if (!fresh.isEmpty()) {
            nextValidation = fresh.getLast().step() + 1;
        }
        return fresh;
    }

    private String losses(LossHistory.@Nullable Segment segment) {
        return segment == null ? "[]" : broadcast.losses(losses, segment);
    }

    private String buckets(long from, long to) {
        return to < from ? "[]" : broadcast.buckets(losses, from, to);
    }

    /// Returns when the frame after the current one is due. Watchers with the same rate are due at the same
    /// times, so that they share frames. A late watcher skips a time instead of getting two frames in quick
    /// succession.
    private long nextDue(long now) {
        long interval = broadcast.frameRate().intervalAfterFrame(intervalNanos, now);
        long earliest = now + interval / 2;
        return earliest - Math.floorMod(earliest, interval) + interval;
    }

    /// Returns the mean of the last losses up to a step; null if none is known.
    private @Nullable Double lossAverage(long to) {
        LossHistory.Segment segment =
                losses.from(Math.max(1, to - AVERAGED_LOSSES + 1), AVERAGED_LOSSES);
        int count = (int) Math.min(segment.losses().length, to - segment.from() + 1);
        return count <= 0 ? null : Arrays.stream(segment.losses(), 0, count).sum() / count;
    }

    /// Returns the newest trace; null if it was already sent, or lies beyond the frame.
    private @Nullable StepResult newTrace(@Nullable StepResult newest, long to) {
        if (!wantsTraces
                || newest == null
                || newest.diagnostics() == null
                || newest.step() <= lastTraceStep
                || newest.step() > to) {
            return null;
        }
        lastTraceStep = newest.step();
        return newest;
    }
}

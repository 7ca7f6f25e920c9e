package dev.microgpt.live;

import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.StepResult;
import dev.microgpt.session.Session;
import dev.microgpt.session.actor.PublishedState;
import dev.microgpt.session.persistence.SessionView;
import dev.microgpt.wire.StepReply;

import tools.jackson.databind.json.JsonMapper;

import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// What the watchers of one session share: at which step their frames end, and the texts that the
/// frames are made of. So to write these is no more work for a hundred watchers than for one.
final class Broadcast {

    /// Frames made within this time of each other end with the same step, where that is possible.
    private static final long SHARED_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /// More than one range, for watchers with different rates.
    private static final int BUCKET_TEXTS = 4;

    /// For watchers with different rates, with and without traces.
    private static final int FRAME_TEXTS = 8;

    private static final int MAX_BUCKETS = 500;

    private final Session session;
    private final JsonMapper json;
    private final LiveMetrics metrics;
    private final TextCache buckets;
    private final TextCache traces;
    private final TextCache diagnostics;
    private final TextCache frames;
    private LossJson losses;
    private PublishedState cut;
    private long cutNanos = System.nanoTime();

    Broadcast(Session session, JsonMapper json, LiveMetrics metrics) {
        this.session = session;
        this.json = json;
        this.metrics = metrics;
        buckets = new TextCache(json, BUCKET_TEXTS);
        traces = new TextCache(json, 1);
        diagnostics = new TextCache(json, 1);
        frames = new TextCache(json, FRAME_TEXTS);
        cut = session.published();
        losses = new LossJson(json, cut.losses());
    }

    Session session() {
        return session;
    }

    LiveMetrics metrics() {
        return metrics;
    }

    /// The session as the next frame of a watcher shows it: as a frame of another watcher has just
    /// shown it, if there is something new in that, and as it is now otherwise.
    ///
    /// @param nextStep first step that the watcher has not seen
    synchronized PublishedState cut(long nextStep) {
        PublishedState now = session.published();
        long nanos = System.nanoTime();
        if (nanos - cutNanos > SHARED_NANOS
                || cut.losses() != now.losses()
                || cut.view().step() < nextStep) {
            cut = now;
            cutNanos = nanos;
        }
        return cut;
    }

    /// All that frames differ in.
    ///
    /// @param looked step of the trace; 0 for none
    record FrameKey(TextCache.Range range, boolean isRaw, long looked, SessionView view) {}

    /// A frame, as JSON.
    String frame(FrameKey key, Supplier<ServerMessage.Frame> frame) {
        return frames.get(key, frame);
    }

    /// Any other message, as JSON.
    String text(ServerMessage message) {
        return json.writeValueAsString(message);
    }

    /// The losses of a run, as JSON.
    String losses(LossHistory history, LossHistory.Run run) {
        return lossText(history).array(run);
    }

    private synchronized LossJson lossText(LossHistory history) {
        if (losses.history() != history) {
            losses = new LossJson(json, history);
        }
        return losses;
    }

    /// The steps `from` to `to` in at most 500 buckets, as JSON.
    String buckets(LossHistory history, long from, long to) {
        return buckets.get(
                new TextCache.Range(history, from, to),
                () -> history.buckets(from, to, MAX_BUCKETS));
    }

    /// A step that was looked at closely, as JSON.
    String trace(LossHistory history, StepResult result) {
        return traces.get(
                new TextCache.Range(history, result.step(), result.step()),
                () -> StepReply.of(result));
    }

    /// The health of training at such a step, as JSON.
    String diagnostics(LossHistory history, StepResult result) {
        return diagnostics.get(
                new TextCache.Range(history, result.step(), result.step()), result::diagnostics);
    }
}

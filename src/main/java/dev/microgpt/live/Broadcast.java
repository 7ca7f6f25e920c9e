package dev.microgpt.live;

import dev.microgpt.engine.LossHistory;
import dev.microgpt.engine.StepResult;
import dev.microgpt.session.Session;
import dev.microgpt.session.actor.PublishedState;
import dev.microgpt.session.history.ValidationLoss;
import dev.microgpt.session.persistence.SessionView;
import dev.microgpt.wire.StepReply;

import tools.jackson.databind.json.JsonMapper;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// Shares frames between the watchers of one session: their last step, and the JSON texts that they consist
/// of. So serializing them is no more work for a hundred watchers than for one.
final class Broadcast {

    /// Frames created within this time of each other end with the same step if possible.
    private static final long SHARED_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /// Cached bucket texts: several ranges, for watchers with different rates.
    private static final int BUCKET_TEXTS = 4;

    /// Cached frame texts, for watchers with different rates, with and without traces.
    private static final int FRAME_TEXTS = 8;

    private static final int MAX_BUCKETS = 500;

    private final Session session;
    private final JsonMapper json;
    private final LiveMetrics metrics;
    private final FrameRate frameRate;
    private final TextCache buckets;
    private final TextCache traces;
    private final TextCache diagnostics;
    private final TextCache frames;
    private LossJson losses;
    private PublishedState shared;
    private long sharedNanos = System.nanoTime();

    Broadcast(Session session, JsonMapper json, LiveMetrics metrics, FrameRate frameRate) {
        this.session = session;
        this.json = json;
        this.metrics = metrics;
        this.frameRate = frameRate;
        buckets = new TextCache(json, BUCKET_TEXTS);
        traces = new TextCache(json, 1);
        diagnostics = new TextCache(json, 1);
        frames = new TextCache(json, FRAME_TEXTS);
        shared = session.published();
        losses = new LossJson(json, shared.losses());
    }

    Session session() {
        return session;
    }

    LiveMetrics metrics() {
        return metrics;
    }

    FrameRate frameRate() {
        return frameRate;
    }

    /// Returns the state that the next frame of a watcher shows: the state in a recent frame of another
    /// watcher if that is news to this one, otherwise the current state.
    ///
    /// @param nextStep the first step that the watcher has not seen
    synchronized PublishedState stateForFrame(long nextStep) {
        PublishedState now = session.published();
        long nanos = System.nanoTime();
        if (nanos - sharedNanos > SHARED_NANOS
                || shared.losses() != now.losses()
                || shared.view().step() < nextStep) {
            shared = now;
            sharedNanos = nanos;
        }
        return shared;
    }

    /// Identifies a frame: two frames with equal keys are the same.
    ///
    /// @param isRaw whether it contains single losses, not buckets
    /// @param traceStep the step of the trace; 0 for none
    record FrameKey(
            TextCache.Range range,
            boolean isRaw,
            long traceStep,
            List<ValidationLoss> validation,
            SessionView view) {}

    /// Returns a frame as JSON.
    String frame(FrameKey key, Supplier<ServerMessage.Frame> frame) {
        return frames.get(key, frame);
    }

    /// Returns any other message as JSON.
    String text(ServerMessage message) {
        return json.writeValueAsString(message);
    }

    /// Returns consecutive losses as a JSON array.
    String losses(LossHistory history, LossHistory.Segment segment) {
        return lossJson(history).array(segment);
    }

    private synchronized LossJson lossJson(LossHistory history) {
        if (losses.history() != history) {
            losses = new LossJson(json, history);
        }
        return losses;
    }

    /// Returns the losses of steps `from` to `to` in at most 500 buckets, as JSON.
    String buckets(LossHistory history, long from, long to) {
        return buckets.get(
                new TextCache.Range(history, from, to),
                () -> history.buckets(from, to, MAX_BUCKETS));
    }

    /// Returns the trace of a step as JSON.
    String trace(LossHistory history, StepResult result) {
        return traces.get(
                new TextCache.Range(history, result.step(), result.step()),
                () -> StepReply.of(result));
    }

    /// Returns the training diagnostics at a traced step as JSON.
    String diagnostics(LossHistory history, StepResult result) {
        return diagnostics.get(
                new TextCache.Range(history, result.step(), result.step()), result::diagnostics);
    }
}

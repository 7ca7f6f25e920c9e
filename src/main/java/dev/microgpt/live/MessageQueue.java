package dev.microgpt.live;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/// The messages of one connection that wait for their turn, as a worker's queue does: those about one
/// session are done one after the other, in the order in which they came; those about different ones do
/// not wait for each other.
///
/// A `stop` overtakes: it ends the `train` at hand and all that wait, and comes right after them. To
/// watch waits for no more than the `init` before it.
final class MessageQueue {

    private static final int MAX_WAITING = 256;

    /// Whoever has filled the queue can still stop.
    private static final int MAX_WAITING_WITH_STOPS = 2 * MAX_WAITING;

    private static final int MAX_LANES = 128;
    private static final int MAX_CHARS = 2 << 20;

    private final Connection connection;
    private final Executor workers;
    private final Map<LaneKey, Lane> lanes = new HashMap<>();
    private int chars;
    private boolean closed;

    MessageQueue(Connection connection, Executor workers) {
        this.connection = connection;
        this.workers = workers;
    }

    /// @param isAside whether it is about watching alone
    private record LaneKey(String session, boolean isAside) {}

    /// The messages about one session.
    private static final class Lane {

        /// What is done before all that wait: trainings that were stopped, each `stop` after them.
        final ArrayDeque<QueuedTask> first = new ArrayDeque<>();

        final ArrayDeque<QueuedTask> waiting = new ArrayDeque<>();
        @Nullable QueuedTask current;

        int size() {
            return first.size() + waiting.size();
        }

        boolean has(QueuedTask.Kind kind) {
            return (current != null && current.kind() == kind)
                    || waiting.stream().anyMatch(task -> task.kind() == kind);
        }

        void stop(QueuedTask stop) {
            if (current != null) {
                current.stop();
            }
            for (QueuedTask task : List.copyOf(waiting)) {
                if (task.kind() == QueuedTask.Kind.TRAIN) {
                    task.stop();
                    waiting.remove(task);
                    first.add(task);
                }
            }
            first.add(stop);
        }

        @Nullable QueuedTask poll() {
            QueuedTask task = first.poll();
            return task == null ? waiting.poll() : task;
        }
    }

    /// Adds a message.
    ///
    /// @throws SessionException `busy` if too many wait already
    void add(String session, QueuedTask task) {
        LaneKey key;
        Lane lane;
        synchronized (this) {
            if (closed) {
                task.close();
                return;
            }
            key = laneFor(session, task);
            lane = lanes.get(key);
            requireRoom(lane, session, task);
            if (lane == null) {
                lane = new Lane();
                lanes.put(key, lane);
            }
            chars += task.chars();
            if (task.kind() == QueuedTask.Kind.STOP) {
                lane.stop(task);
            } else {
                lane.waiting.add(task);
            }
            if (lane.current != null) {
                return;
            }
        }
        next(key, lane);
    }

    private LaneKey laneFor(String session, QueuedTask task) {
        LaneKey main = new LaneKey(session, false);
        Lane lane = lanes.get(main);
        boolean waits =
                lane != null && (lane.has(QueuedTask.Kind.INIT) || lane.has(QueuedTask.Kind.WATCH));
        return task.kind() == QueuedTask.Kind.WATCH && !waits ? new LaneKey(session, true) : main;
    }

    private void requireRoom(@Nullable Lane lane, String session, QueuedTask task) {
        int size = lane == null ? 0 : lane.size();
        int most = task.kind() == QueuedTask.Kind.STOP ? MAX_WAITING_WITH_STOPS : MAX_WAITING;
        if (size >= most) {
            throw new SessionException(
                    ErrorCode.BUSY,
                    "%d messages of this connection wait for session '%s', as many as may wait"
                            .formatted(size, session));
        }
        if (lane == null && lanes.size() >= MAX_LANES) {
            throw new SessionException(
                    ErrorCode.BUSY, "this connection waits for too many sessions at a time");
        }
        if (chars > 0 && chars + task.chars() > MAX_CHARS) {
            throw new SessionException(
                    ErrorCode.BUSY,
                    "the messages of this connection that wait are too large together");
        }
    }

    /// Begins with the next one, unless one is at hand.
    private void next(LaneKey key, Lane lane) {
        QueuedTask task;
        synchronized (this) {
            if (lane.current != null) {
                return;
            }
            task = closed ? null : lane.poll();
            lane.current = task;
            if (task == null) {
                lanes.remove(key, lane);
                return;
            }
        }
        // Whoever does not read the answers gets no more of them.
        connection.whenRoom(() -> workers.execute(() -> run(key, lane, task)));
    }

    private void run(LaneKey key, Lane lane, QueuedTask task) {
        var _ = task.start().whenComplete((_, _) -> ended(key, lane, task));
    }

    private void ended(LaneKey key, Lane lane, QueuedTask task) {
        task.close();
        synchronized (this) {
            chars -= task.chars();
            lane.current = null;
        }
        next(key, lane);
    }

    /// Drops what waits, and ends what is at hand.
    void close() {
        List<QueuedTask> dropped = new ArrayList<>();
        synchronized (this) {
            closed = true;
            for (Lane lane : lanes.values()) {
                dropped.addAll(lane.first);
                dropped.addAll(lane.waiting);
                lane.first.clear();
                lane.waiting.clear();
                if (lane.current != null) {
                    lane.current.stop();
                }
            }
            lanes.clear();
        }
        dropped.forEach(QueuedTask::close);
    }
}

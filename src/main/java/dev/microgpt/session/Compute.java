package dev.microgpt.session;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The few platform threads that do all arithmetic, shared fairly among the owners of sessions, and
/// among the sessions of each.
///
/// Work is done in slices of a few milliseconds. Each session has a [Lane]; a lane is on one thread
/// at a time, and lanes take [Turns]. Within a lane, short calls (generate, look at embeddings, load)
/// go in between the slices of training, and both kinds keep the order in which they came.
public final class Compute implements AutoCloseable {

    /// Long enough to make the switch cheap, short enough that a waiting call does not notice.
    private static final Duration SLICE = Duration.ofMillis(2);

    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);
    private static final Duration STOP_TIME = Duration.ofSeconds(5);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition workCame = lock.newCondition();

    /// So many turns go to calls before training that waits gets one.
    private static final int CALL_TURNS = 8;

    private final Set<Lane> busyLanes = new HashSet<>();
    private final Turns<Lane> withCalls;
    private final Turns<Lane> withTraining;
    private final List<Thread> threads = new ArrayList<>();
    private final int queuedCalls;
    private final WorkMetrics metrics;
    private int callTurns;
    private boolean closed;

    /// @param threadCount number of threads
    /// @param queuedCalls how much work may wait in one lane
    /// @param trainingShare the part of the threads' time that the training of one owner may take
    public Compute(int threadCount, int queuedCalls, double trainingShare) {
        this(threadCount, queuedCalls, trainingShare, WorkMetrics.none());
    }

    Compute(int threadCount, int queuedCalls, double trainingShare, WorkMetrics metrics) {
        this.queuedCalls = queuedCalls;
        this.metrics = metrics;
        withCalls = new Turns<>(threadCount, 1);
        withTraining = new Turns<>(threadCount, trainingShare);
        for (int i = 0; i < threadCount; i++) {
            threads.add(Thread.ofPlatform().name("compute-" + i).daemon().start(this::work));
        }
    }

    /// Work that is done bit by bit.
    interface Sliced<T> {

        /// Goes on until done or until the deadline has passed, whichever is first.
        ///
        /// @param deadline in the time of `System.nanoTime()`
        /// @return the result, or null if there is more to do
        @Nullable T slice(long deadline) throws Exception;
    }

    private record Task<T>(Sliced<T> work, CompletableFuture<T> result) {

        /// @return whether the task is over
        boolean run(long deadline) {
            if (result.isDone()) {
                return true; // given up by the caller
            }
            try {
                T value = work.slice(deadline);
                return value != null && result.complete(value);
            } catch (Throwable failure) {
                return result.completeExceptionally(failure);
            }
        }
    }

    /// The work of one session, in order, never on two threads at once.
    final class Lane {

        private final String owner;
        private final ArrayDeque<Task<?>> calls = new ArrayDeque<>();
        private final ArrayDeque<Task<?>> training = new ArrayDeque<>();
        private int laneCallTurns;
        private boolean queuedOrRunning;
        private boolean laneClosed;

        private Lane(String owner) {
            this.owner = owner;
        }

        /// Adds a short piece of work, to be done before any more training.
        ///
        /// @throws SessionException if too much is waiting already
        <T> CompletableFuture<T> call(Sliced<T> work) {
            return add(work, true);
        }

        /// Adds a long piece of work, to be done after the training that came before it.
        ///
        /// @throws SessionException if too much is waiting already
        <T> CompletableFuture<T> train(Sliced<T> work) {
            return add(work, false);
        }

        private <T> CompletableFuture<T> add(Sliced<T> work, boolean isCall) {
            ArrayDeque<Task<?>> queue = isCall ? calls : training;
            CompletableFuture<T> result = new CompletableFuture<>();
            lock.lock();
            try {
                if (closed) {
                    throw new SessionException(ErrorCode.BUSY, "the service is shutting down");
                }
                if (laneClosed) {
                    throw new SessionException(ErrorCode.NOT_FOUND, "the session was deleted");
                }
                if (queue.size() >= queuedCalls) {
                    throw new SessionException(
                            ErrorCode.BUSY,
                            "%d calls are waiting for this session already"
                                    .formatted(queue.size()));
                }
                queue.add(new Task<>(work, result));
                busyLanes.add(this);
                if (!queuedOrRunning) {
                    enqueue(this);
                } else if (isCall && withTraining.remove(owner, this)) {
                    withCalls.add(owner, this, System.nanoTime()); // its turn comes sooner now
                    workCame.signal();
                }
            } finally {
                lock.unlock();
            }
            return result;
        }

        /// Refuses more work and fails what is waiting.
        void close(SessionException reason) {
            lock.lock();
            try {
                laneClosed = true;
                failAll(reason); // a running one ends with its slice
            } finally {
                lock.unlock();
            }
        }

        /// Calls first, but training does not wait for ever.
        private boolean isTrainingNext() {
            boolean trainingIsDue = !training.isEmpty() && laneCallTurns >= CALL_TURNS;
            return calls.isEmpty() || trainingIsDue;
        }

        private boolean hasWork() {
            return !calls.isEmpty() || !training.isEmpty();
        }

        private void failAll(SessionException reason) {
            calls.forEach(task -> task.result.completeExceptionally(reason));
            training.forEach(task -> task.result.completeExceptionally(reason));
        }
    }

    /// @param owner of the session
    Lane newLane(String owner) {
        return new Lane(owner);
    }

    private void enqueue(Lane lane) {
        lane.queuedOrRunning = true;
        Turns<Lane> turns = lane.isTrainingNext() ? withTraining : withCalls;
        turns.add(lane.owner, lane, System.nanoTime());
        workCame.signal();
    }

    private void work() {
        Lane lane;
        while ((lane = takeLane()) != null) {
            runTurn(lane);
        }
    }

    /// Waits for a lane with work; null when closed.
    private @Nullable Lane takeLane() {
        lock.lock();
        try {
            while (!closed) {
                long now = System.nanoTime();
                Lane lane = nextLane(now);
                if (lane != null) {
                    return lane;
                }
                // until work comes, or somebody whose share was used up has some again
                long nanos = Math.min(withTraining.nanosUntilDue(now), LONGEST_WAIT.toNanos());
                long _ = workCame.awaitNanos(nanos);
            }
            return null;
        } catch (InterruptedException _) {
            return null; // nobody does that, but to end the thread
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Lane nextLane(long now) {
        if (callTurns >= CALL_TURNS || withCalls.nanosUntilDue(now) > 0) {
            callTurns = 0;
            Lane lane = withTraining.take(now);
            if (lane != null) {
                return lane;
            }
        }
        callTurns++;
        return withCalls.take(now);
    }

    private void runTurn(Lane lane) {
        ArrayDeque<Task<?>> queue;
        Task<?> task;
        boolean isTraining;
        lock.lock();
        try {
            isTraining = lane.isTrainingNext();
            queue = isTraining ? lane.training : lane.calls;
            task = queue.element();
            lane.laneCallTurns = isTraining ? 0 : lane.laneCallTurns + 1;
        } finally {
            lock.unlock();
        }
        long start = System.nanoTime();
        boolean over = task.run(start + SLICE.toNanos());
        long took = System.nanoTime() - start;
        metrics.computed(took);
        lock.lock();
        try {
            (isTraining ? withTraining : withCalls).used(lane.owner, took);
            if (over) {
                queue.remove();
            }
            lane.queuedOrRunning = false;
            if (lane.hasWork()) {
                enqueue(lane);
            } else {
                busyLanes.remove(lane);
            }
        } finally {
            lock.unlock();
        }
    }

    int numThreads() {
        return threads.size();
    }

    /// How many lanes have a call as the next piece of work, and wait for a thread.
    int waitingCalls() {
        return sizeOf(withCalls);
    }

    /// How many lanes have training as the next piece of work, and wait for a thread.
    int waitingTraining() {
        return sizeOf(withTraining);
    }

    private int sizeOf(Turns<Lane> lanes) {
        lock.lock();
        try {
            return lanes.size();
        } finally {
            lock.unlock();
        }
    }

    /// Fails all work as `busy` and stops the threads after the slices that they are at. May be called
    /// several times.
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            SessionException reason =
                    new SessionException(ErrorCode.BUSY, "the service is shutting down");
            busyLanes.forEach(lane -> lane.failAll(reason));
            workCame.signalAll();
        } finally {
            lock.unlock();
        }
        long deadline = System.nanoTime() + STOP_TIME.toNanos();
        for (Thread thread : threads) {
            try {
                thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}

package dev.microgpt.cluster;

import dev.microgpt.session.SessionTransfer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Reconciles the partitions of this node again and again, on a thread of its own: at once after a change of the
/// members, otherwise four times a second. Also tells the others how busy this node is. Before the service stops, its
/// sessions are handed over.
final class PartitionLoop implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(PartitionLoop.class);

    private static final long INTERVAL_MILLIS = 250;
    private static final Duration MEASURING_TIME = Duration.ofSeconds(2);
    private static final Duration DRAIN_TIME = Duration.ofSeconds(3);

    /// How long this node answers after its sessions have been handed over: other nodes may have sent calls for them
    /// before they knew of it, and their connections must not be cut off.
    private static final Duration SETTLING_TIME = Duration.ofMillis(600);

    /// A node that sees too few others for this long says so.
    private static final Duration WARNING_TIME = Duration.ofSeconds(10);

    private static final Duration STOP_TIME = Duration.ofSeconds(1);

    private final PartitionKeeper keeper;
    private final Members members;
    private final Semaphore changed = new Semaphore(0);
    private final Thread thread;
    private volatile boolean running = true;
    private final LoadMeter meter;
    private volatile boolean isDraining;
    private long measuredNanos;
    private @Nullable String lastFailure;
    private @Nullable Long minoritySinceNanos;
    private boolean hasWarned;

    PartitionLoop(PartitionKeeper keeper, Members members, SessionTransfer sessions) {
        this.keeper = keeper;
        this.members = members;
        measuredNanos = System.nanoTime();
        meter = new LoadMeter(sessions, measuredNanos);
        members.onChange(changed::release);
        thread = Thread.ofPlatform().name("partitions").daemon().start(this::run);
    }

    private void run() {
        while (running) {
            reconcile();
            publishLoad();
            warnOfMinority();
            try {
                var _ = changed.tryAcquire(INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException _) {
                return; // only close() interrupts
            }
            changed.drainPermits();
        }
    }

    private void reconcile() {
        try {
            keeper.reconcile();
            lastFailure = null;
        } catch (RuntimeException e) {
            String failure = String.valueOf(e.getMessage());
            if (!failure.equals(lastFailure)) {
                log.warn("The partitions cannot be compared with the store: {}", failure);
                lastFailure = failure;
            }
        }
    }

    private void publishLoad() {
        long now = System.nanoTime();
        if (now - measuredNanos >= MEASURING_TIME.toNanos()) {
            measuredNanos = now;
            publish(meter.measure(now));
        }
    }

    private void warnOfMinority() {
        if (members.hasMajority()) {
            if (hasWarned) {
                log.info("This node sees the majority of the nodes again");
            }
            minoritySinceNanos = null;
            hasWarned = false;
            return;
        }
        long now = System.nanoTime();
        if (minoritySinceNanos == null) {
            minoritySinceNanos = now;
        }
        if (!hasWarned && now - minoritySinceNanos > WARNING_TIME.toNanos()) {
            hasWarned = true;
            log.warn(
                    "This node has seen fewer than the majority of the nodes for {} s, so it has no sessions and"
                            + " answers no calls for any: {}. If the others run, check that microgpt.cluster.members"
                            + " or dns names them, and that microgpt.cluster.secret is the same at all",
                    WARNING_TIME.toSeconds(),
                    members.nodes());
        }
    }

    private void publish(Map<Integer, Double> loads) {
        try {
            members.publish(new NodeStatus(isDraining, loads));
        } catch (RuntimeException e) {
            log.debug("The state of this node could not be published", e);
        }
    }

    /// Sets whether this node hands all sessions over to the other nodes, and takes none. Does not wait for it.
    void setDraining(boolean draining) {
        isDraining = draining;
        publish(Map.of());
        changed.release();
    }

    boolean isDraining() {
        return isDraining;
    }

    /// Returns the number of partitions that this node owns.
    int numPartitions() {
        return keeper.numPartitions();
    }

    /// Hands all sessions over to the other nodes, before anything of the service stops.
    @EventListener(ContextClosedEvent.class)
    void drain() {
        long end = System.nanoTime() + DRAIN_TIME.toNanos();
        setDraining(true);
        boolean hasOthers = members.hasMajority() && members.nodes().size() > 1;
        try {
            while (hasOthers && keeper.numPartitions() > 0 && System.nanoTime() < end) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
            if (hasOthers) {
                TimeUnit.MILLISECONDS.sleep(SETTLING_TIME.toMillis());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        running = false;
        thread.interrupt();
        try {
            if (!thread.join(STOP_TIME)) {
                log.warn("The thread of the partitions has not ended within {}", STOP_TIME);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}

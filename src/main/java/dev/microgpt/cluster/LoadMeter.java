package dev.microgpt.cluster;

import dev.microgpt.session.SessionTransfer;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.persistence.PartitionStore;

import java.util.Map;
import java.util.TreeMap;

/// Measures how much the sessions of each partition train. Not thread-safe.
final class LoadMeter {

    /// Less is not worth mentioning.
    private static final double MIN_LOAD = 0.01;

    private final SessionTransfer sessions;
    private Map<SessionId, Long> before;
    private long beforeNanos;

    LoadMeter(SessionTransfer sessions, long nowNanos) {
        this.sessions = sessions;
        before = sessions.trainingNanos();
        beforeNanos = nowNanos;
    }

    /// Returns the load of each partition since the last call, in threads, rounded to hundredths.
    Map<Integer, Double> measure(long nowNanos) {
        Map<SessionId, Long> now = sessions.trainingNanos();
        Map<Integer, Double> loads = new TreeMap<>();
        now.forEach(
                (id, nanos) -> {
                    double spent = nanos - before.getOrDefault(id, 0L);
                    loads.merge(
                            PartitionStore.partitionOf(id),
                            spent / (nowNanos - beforeNanos),
                            Double::sum);
                });
        loads.replaceAll((_, load) -> Math.round(load * 100) / 100.0);
        loads.values().removeIf(load -> load < MIN_LOAD);
        before = now;
        beforeNanos = nowNanos;
        return loads;
    }
}

package dev.microgpt.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.session.SessionTransfer;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.persistence.PartitionStore;
import dev.microgpt.session.persistence.StoredSession;
import dev.microgpt.support.SharesNothing;

import org.junit.jupiter.api.Test;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/// Tests the load of partitions.
@SharesNothing
final class LoadMeterTest {

    private static final SessionId EMMA = new SessionId("local", "emma");
    private static final SessionId AVA = new SessionId("local", "ava");

    private final Map<SessionId, Long> computed = new HashMap<>();

    private final SessionTransfer sessions =
            new SessionTransfer() {

                @Override
                public Map<SessionId, Long> trainingNanos() {
                    return Map.copyOf(computed);
                }

                @Override
                public long count(Predicate<SessionId> condition) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public void takeOver(Collection<StoredSession> stored, boolean continuesRuns) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public CompletableFuture<Void> handOver(Predicate<SessionId> condition) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public CompletableFuture<Void> drop(Predicate<SessionId> condition) {
                    throw new UnsupportedOperationException();
                }
            };

    @Test
    void theLoadIsThePartOfTheTimeSinceTheLastCall() {
        computed.put(EMMA, 5_000L);
        LoadMeter meter = new LoadMeter(sessions, 10_000);
        computed.put(EMMA, 5_500L); // half of the time
        computed.put(AVA, 1L); // next to nothing

        assertThat(meter.measure(11_000)).isEqualTo(Map.of(PartitionStore.partitionOf(EMMA), 0.5));
        assertThat(meter.measure(12_000)).isEmpty();
    }

    @Test
    void aStatusIsReadAsItWasWritten() {
        NodeStatus status = new NodeStatus(true, Map.of(3, 0.5, 270, 1.25));

        assertThat(NodeStatus.read(status.write())).isEqualTo(status);
        assertThat(NodeStatus.read(NodeStatus.IDLE.write())).isEqualTo(NodeStatus.IDLE);
    }
}

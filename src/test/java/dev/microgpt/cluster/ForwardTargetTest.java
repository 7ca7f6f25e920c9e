package dev.microgpt.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.persistence.PartitionStore;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockHttpServletRequest;

/// Tests which session a request is about.
final class ForwardTargetTest {

    @ParameterizedTest
    @CsvSource({
        "/api/v1/sessions/lr, lr",
        "/api/v1/sessions/lr/step, lr",
        "/api/v1/sessions/lr/events,",
        "/api/v1/sweeps/lr, lr-001",
        "/api/v1/sweeps/lr/pause, lr-001",
        "/api/v1/sweeps/A,",
        "/api/v1/sweeps,",
        "/api/v1/limits,"
    })
    void callsForSessionsAndSweepsHaveATarget(String path, String session) {
        SessionId target = ForwardTarget.of(new MockHttpServletRequest("GET", path));
        assertThat(target == null ? null : target.name()).isEqualTo(session);
    }

    @Test
    void sessionsOfASweepShareAPartition() {
        assertThat(partition("lr-001")).isEqualTo(partition("lr"));
        assertThat(partition("lr-1000")).isEqualTo(partition("lr"));
        assertThat(partition("lr-2024-001")).isEqualTo(partition("lr-2024-002"));
        assertThat(partition("lr-12")).isNotEqualTo(partition("lr"));
    }

    private static int partition(String name) {
        return PartitionStore.partitionOf(new SessionId("local", name));
    }
}

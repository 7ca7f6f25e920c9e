package dev.microgpt.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.SharesNothing;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;

/// Explores all schedules of two nodes, their clients and a database, up to a number of preemptions and faults.
///
/// The nodes run the real [PartitionKeeper]. After each call to the database another thread may go on, the call may
/// fail, or its confirmation may be lost; the nodes may lose sight of each other, and see each other again. In each
/// schedule a write is acknowledged at most once, by the owner alone, and none is lost; and when the faults end, each
/// partition is served by one node.
@SharesNothing
final class OwnershipModelTest {

    /// Thousands of lines.
    @BeforeAll
    static void logErrorsOnly() {
        setLevel(LogLevel.ERROR);
    }

    @AfterAll
    static void logAgain() {
        setLevel(null);
    }

    private static void setLevel(@Nullable LogLevel level) {
        LoggingSystem.get(OwnershipModelTest.class.getClassLoader())
                .setLogLevel(PartitionKeeper.class.getName(), level);
    }

    @Test
    void twoNodesThatSeeEachOther() {
        assertThat(Schedules.exploreAll(3, 0, SimulatedCluster::run)).isGreaterThan(1_000);
    }

    @Test
    void callsThatFailOrWhoseConfirmationIsLost() {
        assertThat(Schedules.exploreAll(1, 2, SimulatedCluster::run)).isGreaterThan(1_000);
    }

    @Test
    void aBrokenNetwork() {
        assertThat(Schedules.exploreAll(2, 1, SimulatedCluster::runWithBrokenNetwork))
                .isGreaterThan(1_000);
    }
}

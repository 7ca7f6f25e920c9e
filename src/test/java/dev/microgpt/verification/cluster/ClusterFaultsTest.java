package dev.microgpt.verification.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// Runs a small cluster test.
@Tag("slow")
final class ClusterFaultsTest {

    @Test
    @Timeout(600)
    void nothingIsLostOrMadeTwice(@TempDir Path directory) throws Exception {
        ClusterPlan plan =
                ClusterPlan.of("kills=2", "drains=1", "restarts=1", "partitions=0", "clients=3");

        ClusterTally tally =
                ClusterFaults.run(
                        plan,
                        directory.resolve("cluster"),
                        new PrintStream(System.out, true, StandardCharsets.UTF_8));

        assertThat(tally.violations()).isEmpty();
        assertThat(tally.faults()).isEqualTo(4);
        assertThat(tally.answers()).isPositive();
    }

    @Test
    void unknownArgumentsAreRejected() {
        assertThatThrownBy(() -> ClusterPlan.of("kils=5")).hasMessageContaining("kils=5");
    }
}

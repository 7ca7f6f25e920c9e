package dev.microgpt.verification.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/// Runs a small crash test.
@Tag("slow")
final class CrashRecoveryTest {

    @Test
    void confirmedChangesSurviveFiveKills(@TempDir Path directory) throws Exception {
        CrashPlan plan = CrashPlan.of("kills=5", "clients=3", "load=1000");

        Tally tally = CrashRecovery.run(plan, directory.resolve("data"));

        assertThat(tally.violations()).isEmpty();
        assertThat(tally.kills()).isEqualTo(5);
        assertThat(tally.responses()).isPositive();
    }

    @Test
    void unknownArgumentsAreRejected() {
        assertThatThrownBy(() -> CrashPlan.of("kils=5")).hasMessageContaining("kils=5");
    }
}

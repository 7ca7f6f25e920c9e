package dev.microgpt.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/// The crash test finds nothing, at a small scale.
final class CrashesTest {

    @Test
    void whatWasAnsweredSurvivesFiveKills(@TempDir Path directory) throws Exception {
        CrashPlan plan = CrashPlan.of("kills=5", "clients=3", "load=1000");

        Tally tally = Crashes.run(plan, directory.resolve("data"));

        assertThat(tally.violations()).isEmpty();
        assertThat(tally.kills()).isEqualTo(5);
        assertThat(tally.answers()).isPositive();
    }

    @Test
    void unknownArgumentsAreRefused() {
        assertThatThrownBy(() -> CrashPlan.of("kils=5")).hasMessageContaining("kils=5");
    }
}

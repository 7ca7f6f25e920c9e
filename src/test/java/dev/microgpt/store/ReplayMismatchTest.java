package dev.microgpt.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.LocalService;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;

/// Tests that a session continues on a machine that computes different losses, and that the log and the
/// history report the difference.
@ExtendWith(OutputCaptureExtension.class)
final class ReplayMismatchTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    /// Changes a stored loss, as if the machine that stored it had computed another one.
    private void changeLoss(Path data, long step) throws SQLException {
        try (var connection =
                        DriverManager.getConnection("jdbc:sqlite:" + data.resolve("microgpt.db"));
                var update =
                        connection.prepareStatement(
                                "UPDATE change SET body = ? WHERE kind = 'trained'")) {
            update.setBytes(1, new LogEntry.Trained(step, 0.5).write());
            assertThat(update.executeUpdate()).isEqualTo(1);
        }
    }

    @Test
    void differentLossesAreReported(CapturedOutput output) throws Exception {
        Path copy = directory.resolve("copy");
        double[] losses;
        try (LocalService service = LocalService.start(Shutdown.data(directory))) {
            service.api().initSixNames("moved");
            service.api().step("moved", 6);
            losses = service.api().losses("moved");
            Shutdown.copy(Shutdown.data(directory), copy);
        }
        changeLoss(copy, 6);

        try (LocalService next = LocalService.start(copy)) {
            Api api = next.api();
            assertThat(api.losses("moved")).isEqualTo(losses);
            assertThat(api.get("/sessions/moved/history").body()).contains("\"kind\":\"differs\"");
            assertThat(output).contains("Session 'moved' cannot be restored bit for bit");
            assertThat(api.step("moved", 1).path("step").asInt()).isEqualTo(7);
        }
    }
}

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

/// On a machine that computes differently, a session goes on all the same, and everybody is told.
@ExtendWith(OutputCaptureExtension.class)
final class OtherMachineTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    /// As if the loss had been another one on the machine that wrote it down.
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
    void differentLossesAreTold(CapturedOutput output) throws Exception {
        Path copy = directory.resolve("copy");
        double[] losses;
        try (LocalService service = LocalService.start(End.data(directory))) {
            service.api().initSixNames("moved");
            service.api().step("moved", 6);
            losses = service.api().losses("moved");
            End.copy(End.data(directory), copy);
        }
        changeLoss(copy, 6);

        try (LocalService next = LocalService.start(copy)) {
            Api api = next.api();
            assertThat(api.losses("moved")).isEqualTo(losses);
            assertThat(api.get("/sessions/moved/history").body()).contains("\"kind\":\"differs\"");
            assertThat(output).contains("Session 'moved' does not come back bit by bit");
            assertThat(api.step("moved", 1).path("step").asInt()).isEqualTo(7);
        }
    }
}

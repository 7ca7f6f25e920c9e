package dev.microgpt.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.LocalService;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import java.nio.file.Path;

/// Tests that a session continues on a machine that computes different losses, and that the log and the
/// history report the difference.
@ExtendWith(OutputCaptureExtension.class)
@ParameterizedClass
@EnumSource
final class ReplayMismatchTest {

    @Parameter
    @SuppressWarnings("NullAway.Init")
    private TestStore store;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    /// Changes a stored loss, as if the machine that stored it had computed another one.
    private void changeLoss(Path data, long step) {
        assertThat(
                        store.jdbc(data)
                                .sql("UPDATE change SET body = ? WHERE kind = 'trained'")
                                .param(new LogEntry.Trained(step, 0.5).write())
                                .update())
                .isEqualTo(1);
    }

    @Test
    void differentLossesAreReported(CapturedOutput output) throws Exception {
        Path copy = directory.resolve("copy");
        double[] losses;
        try (LocalService service = store.start(Shutdown.data(directory))) {
            service.api().initSixNames("moved");
            service.api().step("moved", 6);
            losses = service.api().losses("moved");
            store.copy(Shutdown.data(directory), copy);
        }
        changeLoss(copy, 6);

        try (LocalService next = store.start(copy)) {
            Api api = next.api();
            assertThat(api.losses("moved")).isEqualTo(losses);
            assertThat(api.get("/sessions/moved/history").body()).contains("\"kind\":\"differs\"");
            assertThat(output).contains("Session 'moved' cannot be restored bit for bit");
            assertThat(api.step("moved", 1).path("step").asInt()).isEqualTo(7);
        }
    }
}

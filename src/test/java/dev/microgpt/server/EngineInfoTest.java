package dev.microgpt.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.engine.MicroGpt;
import dev.microgpt.support.Api;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.OwnNode;
import dev.microgpt.support.Reply;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import java.nio.file.Path;

@ExtendWith(OutputCaptureExtension.class)
@Isolated
final class EngineInfoTest {

    @Test
    @OwnNode("reads the log of the process, which has two nodes")
    void kernelsAreLoggedOnceAndShownByTheActuator(@TempDir Path directory, CapturedOutput output) {
        assertThat(MicroGpt.kernels()).matches("\\d+-bit SIMD|portable: .+");

        try (LocalService service = LocalService.start(directory)) {
            assertThat(output.getOut().lines())
                    .filteredOn(line -> line.contains("Kernels of the tensor engine"))
                    .singleElement()
                    .asString()
                    .endsWith(MicroGpt.kernels());

            Api api = service.api();
            Reply info = api.send(api.root("/actuator/info"));
            assertThat(info.status()).isEqualTo(200);
            assertThat(info.json().get("engine").get("kernels").asString())
                    .isEqualTo(MicroGpt.kernels());
        }
    }
}

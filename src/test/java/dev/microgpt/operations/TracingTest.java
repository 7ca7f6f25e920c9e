package dev.microgpt.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;

import dev.microgpt.support.LocalService;

import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.trace.export.SpanExporter;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/// Traces go where they are wanted, and nowhere else.
@ExtendWith(OutputCaptureExtension.class)
@Isolated
final class TracingTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Test
    void nothingIsExportedUnlessAnEndpointIsSet(CapturedOutput output) {
        try (LocalService service = LocalService.start(directory)) {
            service.api().initSixNames("quiet");

            assertThat(service.has(SpanExporter.class)).isFalse();
            assertThat(service.has(LogRecordExporter.class)).isFalse();
            assertThat(service.has(io.micrometer.registry.otlp.OtlpMeterRegistry.class)).isFalse();
        }
        assertThat(output.getOut()).doesNotContain(" WARN ", " ERROR ");
    }

    @Test
    void tracesAreExportedToTheEndpointThatIsSet() throws IOException {
        AtomicInteger exports = new AtomicInteger();
        HttpServer collector =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext(
                "/v1/traces",
                exchange -> {
                    exchange.getRequestBody().readAllBytes();
                    exchange.sendResponseHeaders(200, -1);
                    exchange.close();
                    exports.incrementAndGet();
                });
        collector.start();
        String endpoint =
                "http://127.0.0.1:%d/v1/traces".formatted(collector.getAddress().getPort());
        try (LocalService service =
                LocalService.start(
                        directory,
                        "--management.tracing.sampling.probability=1",
                        "--management.opentelemetry.tracing.export.otlp.endpoint=" + endpoint)) {
            service.api().initSixNames("traced");

            await().until(() -> exports.get() > 0);
        } finally {
            collector.stop(0);
        }
    }
}

package dev.microgpt.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Isolated;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.time.Duration;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// The demonstration at the first start.
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@ExtendWith(OutputCaptureExtension.class)
@Isolated
final class DemoSessionTest {

    private static final Pattern LOSS = Pattern.compile("step (\\d+), loss (\\d+\\.\\d+)");
    private static final Pattern GENERATED = Pattern.compile("generates: (.*)");

    private final Api api;

    DemoSessionTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @Test
    void trainsOnNamesAndLogsLossesAndSamples(CapturedOutput output) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> GENERATED.matcher(output.getAll()).find());
        JsonNode view = api.view("names");

        assertThat(view.path("step").intValue()).isEqualTo(1000);
        assertThat(view.path("numParams").intValue()).isEqualTo(4192);
        assertThat(view.path("numDocs").intValue()).isEqualTo(32_257);
        assertThat(view.path("state").stringValue()).isEqualTo("ready");
        List<MatchResult> lines = LOSS.matcher(output.getAll()).results().toList();
        assertThat(lines.stream().map(line -> line.group(1)))
                .containsExactly(
                        "100", "200", "300", "400", "500", "600", "700", "800", "900", "1000");
        double first = Double.parseDouble(lines.getFirst().group(2));
        double last = Double.parseDouble(lines.getLast().group(2));
        assertThat(last).isLessThan(first).isLessThan(2.6);
        MatchResult names = GENERATED.matcher(output.getAll()).results().findFirst().orElseThrow();
        assertThat(names.group(1).split(", ", -1)).hasSize(10).allMatch(s -> s.matches("[a-z]+"));
    }
}

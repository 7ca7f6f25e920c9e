package dev.microgpt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.session.SessionService;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.Memory;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Runs what the README shows, in its order, against a real server: the output printed there is the
/// output that comes, where `…` stands for anything.
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "microgpt.demo=false")
final class ReadmeTest {

    private static final Pattern BLOCK =
            Pattern.compile("^```(\\w*)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final int TIMEOUT_SECONDS = 60;

    @LocalServerPort private int port;
    @TempDir private Path directory;

    @Autowired private SessionService sessions;
    @Autowired private Memory memory;

    /// The service may be shared with other tests.
    @BeforeEach
    void deleteSessions() {
        try (Memory.Share share = memory.share()) {
            CallContext call = CallContext.of(Caller.LOCAL, share);
            sessions.list(call, null, Integer.MAX_VALUE)
                    .forEach(session -> sessions.delete(call, session.name()));
        }
    }

    private record Block(String language, String text) {}

    private static List<Block> blocks() throws IOException {
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(Files.readString(Path.of("README.md")));
        while (matcher.find()) {
            blocks.add(new Block(matcher.group(1), matcher.group(2).strip()));
        }
        return blocks;
    }

    @Test
    void commandsPrintWhatTheReadmeShows() throws Exception {
        List<Block> blocks = blocks();
        int outputs = 0;
        String output = "";
        for (Block block : blocks) {
            if (block.language().equals("sh") && block.text().contains("$API")) {
                output = run(block.text());
            } else if (block.language().equals("json")) {
                assertThat(output).matches(pattern(block.text()));
                outputs++;
            }
        }
        assertThat(outputs).isGreaterThanOrEqualTo(15);
    }

    @Test
    void messagesAreAnsweredAsTheReadmeShows() throws Exception {
        BlockingQueue<String> received = new ArrayBlockingQueue<>(100);
        URI uri = URI.create("ws://localhost:" + port + "/api/v1/ws");
        int answers = 0;
        HttpClient client = HttpClient.newHttpClient();
        try {
            WebSocket socket =
                    client.newWebSocketBuilder()
                            .buildAsync(uri, new Collector(received))
                            .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            for (Block block : blocks()) {
                if (block.language().equals("ws")) {
                    answers += play(block.text(), socket, received);
                }
            }
        } finally {
            client.shutdownNow(); // close() would wait for the WebSocket
        }
        assertThat(answers).isGreaterThanOrEqualTo(12);
    }

    private static int play(String dialogue, WebSocket socket, BlockingQueue<String> received)
            throws Exception {
        int answers = 0;
        for (String line : dialogue.lines().toList()) {
            String message = line.substring(2);
            if (line.startsWith("> ")) {
                socket.sendText(message, true).get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            } else {
                String answer = received.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
                assertThat(answer).as("answer to be like %s", message).isNotNull();
                assertThat(answer).matches(pattern(message));
                answers++;
            }
        }
        return answers;
    }

    private String run(String commands) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder("bash", "-c", commands.replace(":8080", ":" + port))
                        .directory(directory.toFile())
                        .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("API", "http://localhost:%d/api/v1".formatted(port));
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(commands).isZero();
        return output.strip();
    }

    private static Pattern pattern(String expected) {
        String regex = "\\Q" + expected.replace("…", "\\E.*?\\Q") + "\\E";
        return Pattern.compile(regex, Pattern.DOTALL);
    }

    /// Puts whole text messages into a queue.
    private static final class Collector implements WebSocket.Listener {

        private final BlockingQueue<String> received;
        private final StringBuilder partial = new StringBuilder();

        Collector(BlockingQueue<String> received) {
            this.received = received;
        }

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket socket, CharSequence data, boolean last) {
            partial.append(data);
            if (last) {
                received.add(partial.toString());
                partial.setLength(0);
            }
            socket.request(1);
            return null;
        }
    }
}

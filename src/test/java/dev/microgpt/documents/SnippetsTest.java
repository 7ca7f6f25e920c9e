package dev.microgpt.documents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.KeyedService;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.SharesNothing;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Runs what the documents show: each from top to bottom, in one shell and against a service of its own.
/// Compares the output with the one shown.
@Timeout(300)
@SharesNothing
final class SnippetsTest {

    /// So that a reader of an endless stream that has gone away is soon noticed.
    private static final String PING_OFTEN = "--microgpt.live.ping-interval=1s";

    private static final Pattern PORT = Pattern.compile("\\blocalhost:8080\\b");

    @TempDir private Path directory;

    @ParameterizedTest
    @EnumSource
    void snippetsDoWhatTheDocumentSays(Documents document) throws Exception {
        Interpreter.assumeInstalled(document);
        try (Reader reader = new Reader(document)) {
            for (Fence fence : document.fences()) {
                reader.read(fence);
            }
            reader.end();
        }
    }

    /// Somebody who does what a document says.
    private final class Reader implements AutoCloseable {

        private final Documents document;
        private @Nullable LocalService service;
        private @Nullable KeyedService keyedService;
        private @Nullable Shell shell;
        private @Nullable Dialogue dialogue;

        /// What the snippet before has printed; null where that is not to be compared.
        private @Nullable String output;

        private String outputPlace = "";

        Reader(Documents document) {
            this.document = document;
        }

        void read(Fence fence) throws Exception {
            if (!fence.isRun()) {
                end();
                return;
            }
            switch (fence.language()) {
                case "sh" -> printed(fence, shell().run(fence.place(), withPort(fence.text())));
                case "java" -> printed(fence, shell().run(fence.place(), javaCommand(fence)));
                case "python" -> printed(fence, shell().run(fence.place(), pythonCommand(fence)));
                case "js" -> printed(fence, shell().run(fence.place(), nodeCommand(fence)));
                case "json", "text" -> compare(fence);
                case "ws" -> {
                    end();
                    dialogue().play(fence);
                }
                case "yaml" -> {
                    end();
                    startWith(fence);
                }
                case "math" -> end(); // a formula
                default ->
                        throw new AssertionError(
                                "%s: nothing runs '%s'; if it cannot be run, say why right before it:"
                                                .formatted(fence.place(), fence.language())
                                        + " <!-- not run: reason -->");
            }
        }

        private void printed(Fence fence, String text) {
            end();
            output = text;
            outputPlace = fence.place();
        }

        private void compare(Fence fence) {
            assertThat(output).as("%s shows the output of nothing", fence.place()).isNotNull();
            ExpectedOutput.check(fence.place(), fence.text(), String.valueOf(output));
            output = null;
        }

        /// The output of the snippet before is not shown: then it is no error.
        void end() {
            if (output != null) {
                assertThat(output).as(outputPlace).doesNotContain("urn:microgpt:problem:");
            }
            output = null;
        }

        private String withPort(String text) {
            return PORT.matcher(text).replaceAll("localhost:" + port());
        }

        private Shell shell() throws IOException {
            if (shell == null) {
                shell = new Shell(directory, environment());
            }
            return shell;
        }

        private Dialogue dialogue() {
            if (dialogue == null) {
                dialogue = new Dialogue(port());
            }
            return dialogue;
        }

        /// What the reader has set before.
        private Map<String, String> environment() {
            return switch (document) {
                case SECURITY -> Map.of("KEY", keyedService().aliceKey());
                case PYTHON ->
                        Map.of(
                                "MICROGPT_URL",
                                "http://localhost:" + port(),
                                "PYTHONPATH",
                                Path.of("src/client/python").toAbsolutePath().toString(),
                                "PYTHONDONTWRITEBYTECODE",
                                "1");
                case JAVASCRIPT -> Map.of("MICROGPT_URL", "http://localhost:" + port());
                default -> Map.of();
            };
        }

        private int port() {
            if (document == Documents.SECURITY) {
                return keyedService().port();
            }
            if (service == null) {
                service = LocalService.start(directory.resolve("data"), PING_OFTEN);
            }
            return service.api().port();
        }

        private KeyedService keyedService() {
            if (keyedService == null) {
                keyedService = new KeyedService(directory.resolve("data"), PING_OFTEN);
            }
            return keyedService;
        }

        private String pythonCommand(Fence fence) throws IOException {
            Path program = directory.resolve("example.py");
            Files.writeString(program, fence.text());
            return "python3 " + program;
        }

        private String nodeCommand(Fence fence) throws IOException {
            installJavaScriptClient();
            Path program = directory.resolve("example.mjs");
            Files.writeString(program, fence.text());
            return "node " + program;
        }

        /// Does what `npm install` would do with the tarball, which is not built yet.
        private void installJavaScriptClient() throws IOException {
            Path installed = directory.resolve("node_modules/microgpt-client");
            if (Files.exists(installed)) {
                return;
            }
            Files.createDirectories(installed);
            Path client = Path.of("src/main/resources/static/client");
            try (DirectoryStream<Path> modules = Files.newDirectoryStream(client)) {
                for (Path module : modules) {
                    Files.copy(module, installed.resolve(module.getFileName()));
                }
            }
            Files.copy(Path.of("src/build/npm/package.json"), installed.resolve("package.json"));
        }

        private String javaCommand(Fence fence) throws IOException {
            Path program = directory.resolve("Example.java");
            Files.writeString(program, fence.text());
            return "%s --add-modules jdk.incubator.vector -cp '%s' %s"
                    .formatted(
                            Path.of(System.getProperty("java.home"), "bin", "java"),
                            absoluteClassPath(),
                            program);
        }

        private void startWith(Fence fence) throws IOException {
            Path settings = directory.resolve("application.yaml");
            Files.writeString(settings, fence.text());
            try (LocalService configured =
                    LocalService.start(
                            directory.resolve("configured"),
                            "--spring.config.additional-location=file:" + settings)) {
                assertThat(configured.api().get("/limits").status())
                        .as(fence.place())
                        .isEqualTo(200);
            }
        }

        @Override
        public void close() {
            if (dialogue != null) {
                dialogue.close();
            }
            if (shell != null) {
                shell.close();
            }
            if (service != null) {
                service.close();
            }
            if (keyedService != null) {
                keyedService.close();
            }
        }
    }

    /// The shell is in another directory.
    private static String absoluteClassPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }
}

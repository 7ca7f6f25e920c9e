package dev.microgpt.client;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The packaged service in a process of its own, on a free port of this machine.
final class Service implements AutoCloseable {

    private static final Pattern STARTED = Pattern.compile("Tomcat started on port (\\d+)");
    private static final int START_SECONDS = 90;
    private static final int STOP_SECONDS = 20;

    private final Process process;
    private final int port;

    private Service(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /// @param directory for its data and its log
    static Service start(Path directory) throws IOException, InterruptedException {
        File log = directory.resolve("log.txt").toFile();
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--add-modules=jdk.incubator.vector",
                                "-jar",
                                jar().toString(),
                                "--server.port=0",
                                "--server.address=127.0.0.1",
                                "--microgpt.demo=false",
                                "--microgpt.data-dir=" + directory.resolve("data"))
                        .redirectErrorStream(true)
                        .redirectOutput(log)
                        .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (process.isAlive() && System.nanoTime() < end) {
            Matcher started = STARTED.matcher(Files.readString(log.toPath()));
            if (started.find()) {
                return new Service(process, Integer.parseInt(started.group(1)));
            }
            Thread.sleep(50);
        }
        process.destroyForcibly();
        throw new IOException("the service does not start:\n" + Files.readString(log.toPath()));
    }

    private static Path jar() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("service.target")))) {
            List<Path> jars =
                    files.filter(
                                    file ->
                                            file.getFileName()
                                                    .toString()
                                                    .matches(
                                                            "microgpt-server-[^-]+(-SNAPSHOT)?\\.jar"))
                            .toList();
            if (jars.size() != 1) {
                throw new IOException("package the service first: there are " + jars);
            }
            return jars.getFirst();
        }
    }

    ApiClient client() {
        ApiClient client = new ApiClient();
        client.updateBaseUri("http://127.0.0.1:" + port);
        return client;
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}

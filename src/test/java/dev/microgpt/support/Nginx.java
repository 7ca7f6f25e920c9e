package dev.microgpt.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.documents.Documents;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// An nginx with TLS before a service, configured as `src/site/markdown/operations.md` shows it, below
/// the path `/microgpt/`.
public final class Nginx implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final Process process;
    private final int port;
    private final HttpClient client;

    private Nginx(Process process, int port, HttpClient client) {
        this.process = process;
        this.port = port;
        this.client = client;
    }

    /// Returns the path of the nginx program; null if it is not installed.
    public static @Nullable Path program() {
        return Stream.of("/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }

    /// Starts nginx.
    ///
    /// @param upstream the port of the service
    /// @param directory for the files of nginx
    public static Nginx start(int upstream, Path directory) throws Exception {
        int port = FreePort.find();
        HttpClient client =
                SelfSigned.create("dns:localhost", directory, "server.pem", "server.key");
        Path configuration = directory.resolve("nginx.conf");
        Files.writeString(configuration, configuration(directory, port, upstream));
        Process process =
                new ProcessBuilder(
                                String.valueOf(program()),
                                "-p",
                                directory.toString(),
                                "-c",
                                configuration.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("nginx.log").toFile())
                        .start();
        await().atMost(TIMEOUT)
                .ignoreExceptionsInstanceOf(IOException.class)
                .untilAsserted(
                        () -> {
                            assertThat(process.isAlive())
                                    .as(Files.readString(directory.resolve("nginx.log")))
                                    .isTrue();
                            new Socket(InetAddress.getLoopbackAddress(), port).close();
                        });
        return new Nginx(process, port, client);
    }

    private static String configuration(Path directory, int port, int upstream) {
        String server =
                Documents.OPERATIONS
                        .onlyFence("nginx")
                        .replace("listen 443 ssl", "listen 127.0.0.1:" + port + " ssl")
                        .replace("127.0.0.1:8080", "127.0.0.1:" + upstream)
                        .replaceAll("/etc/ssl/\\w+/models\\.example\\.org", directory + "/server")
                        .replace("models.example.org", "localhost");
        return """
        daemon off;
        master_process off;
        pid nginx.pid;
        error_log stderr;
        events {}
        http {
        access_log off;
        # a browser reports an error if idle connections end just when it uses them
        keepalive_timeout 1h;
        client_body_temp_path body;
        proxy_temp_path proxy;
        fastcgi_temp_path fastcgi;
        uwsgi_temp_path uwsgi;
        scgi_temp_path scgi;
        %s
        }
        """
                .formatted(server);
    }

    /// Returns the public scheme, host and port.
    public String origin() {
        return "https://localhost:" + port;
    }

    /// Returns the public URL of the service, without a trailing slash.
    public String site() {
        return origin() + "/microgpt";
    }

    /// Returns a client that trusts the certificate.
    public HttpClient client() {
        return client;
    }

    /// Starts a request.
    ///
    /// @param path relative to the public URL of the service
    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(site() + path)).timeout(TIMEOUT);
    }

    public Reply send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return Reply.of(client.send(request.build(), BodyHandlers.ofString()));
    }

    @Override
    public void close() {
        client.shutdownNow();
        process.destroy();
        if (!process.onExit().completeOnTimeout(process, 5, TimeUnit.SECONDS).join().isAlive()) {
            return;
        }
        process.destroyForcibly();
    }
}

package dev.microgpt.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.documents.Documents;

import org.jspecify.annotations.Nullable;

import java.io.FileInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// An nginx with TLS before a service, configured as `src/site/markdown/operations.md` shows it, below
/// the path `/microgpt/`.
public final class Nginx implements AutoCloseable {

    private static final String PASSWORD = "changeit";
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
    static @Nullable Path program() {
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
        KeyStore keys = createCertificate(directory);
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
        return new Nginx(process, port, client(keys));
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

    /// Creates a self-signed certificate for localhost, and writes it in PEM format for nginx.
    private static KeyStore createCertificate(Path directory) throws Exception {
        Path store = directory.resolve("server.p12");
        Process keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-keyalg",
                                "EC",
                                "-dname",
                                "CN=localhost",
                                "-ext",
                                "san=dns:localhost",
                                "-alias",
                                "server",
                                "-storetype",
                                "PKCS12",
                                "-keystore",
                                store.toString(),
                                "-storepass",
                                PASSWORD)
                        .inheritIO()
                        .start();
        assertThat(keytool.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (FileInputStream in = new FileInputStream(store.toFile())) {
            keys.load(in, PASSWORD.toCharArray());
        }
        byte[] key = keys.getKey("server", PASSWORD.toCharArray()).getEncoded();
        writePem(directory.resolve("server.key"), "PRIVATE KEY", key);
        writePem(
                directory.resolve("server.pem"),
                "CERTIFICATE",
                keys.getCertificate("server").getEncoded());
        return keys;
    }

    private static void writePem(Path file, String type, byte[] content) throws IOException {
        Base64.Encoder base64 = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
        Files.write(
                file,
                List.of(
                        "-----BEGIN " + type + "-----",
                        base64.encodeToString(content),
                        "-----END " + type + "-----"));
    }

    private static HttpClient client(KeyStore keys) throws GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        try {
            trusted.load(null, null);
        } catch (IOException e) {
            throw new AssertionError("loading an empty key store does not read anything", e);
        }
        trusted.setCertificateEntry("server", keys.getCertificate("server"));
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);
        return HttpClient.newBuilder().sslContext(tls).connectTimeout(TIMEOUT).build();
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

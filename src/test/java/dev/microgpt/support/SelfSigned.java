package dev.microgpt.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// Creates self-signed certificates.
public final class SelfSigned {

    private static final String PASSWORD = "changeit";
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private SelfSigned() {}

    /// Creates a certificate, and writes it in PEM format.
    ///
    /// @param names for example `dns:localhost,ip:127.0.0.1`
    /// @param certificate the name of its file in the directory
    /// @param key the name of the file with its private key
    /// @return a client that trusts it
    public static HttpClient create(String names, Path directory, String certificate, String key)
            throws Exception {
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
                                "san=" + names,
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
        writePem(
                directory.resolve(key),
                "PRIVATE KEY",
                keys.getKey("server", PASSWORD.toCharArray()).getEncoded());
        writePem(
                directory.resolve(certificate),
                "CERTIFICATE",
                keys.getCertificate("server").getEncoded());
        return client(keys);
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
}

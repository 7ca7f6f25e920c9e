package dev.microgpt.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.verification.coldstart.PackagedService;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/// What the jar serves to browsers: files at an address with their digest, which are compressed by the build.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
final class PackagedFilesTest {

    private static final Pattern ROOT = Pattern.compile("_static/dashboard/[0-9a-f]{24}/");
    private static final Pattern ECHARTS = Pattern.compile("_static/echarts/[^\"]+esm.min.js");
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final HttpClient client = HttpClient.newHttpClient();
    private PackagedService service;
    private String page;
    private String root;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        Path jar = PackagedService.jarIn(Path.of(System.getProperty("service.target")));
        service = PackagedService.start(jar, directory, List.of());
        page = text(get("/s/names", "identity"));
        root = '/' + found(ROOT, page);
    }

    @AfterAll
    void stop() {
        client.close();
        service.close();
    }

    private static String found(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(MatchResult::group).findFirst().orElseThrow();
    }

    private HttpRequest.Builder request(String path) {
        URI address = URI.create("http://127.0.0.1:" + service.port()).resolve(path);
        return HttpRequest.newBuilder(address).timeout(TIMEOUT);
    }

    private HttpResponse<byte[]> get(String path, String encoding) throws Exception {
        return client.send(
                request(path).header("Accept-Encoding", encoding).build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    private static String header(HttpResponse<?> response, String name) {
        return String.join(", ", response.headers().allValues(name));
    }

    private static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    private static String unzipped(HttpResponse<byte[]> response) throws IOException {
        try (var in = new GZIPInputStream(new ByteArrayInputStream(response.body()))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void thePageLoadsNoFileWithoutItsDigest() {
        assertThat(page.split(ROOT.pattern())).hasSizeGreaterThan(20);
        assertThat(page).doesNotContainPattern("(src|href)=\"(\\.\\./)+(js|css|img|client|texts)/");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "js/pages/live.js",
                "client/http.js",
                "css/tokens.css",
                "texts/de/live.json"
            })
    void filesAreCompressedForThoseWhoAcceptIt(String file) throws Exception {
        HttpResponse<byte[]> compressed = get(root + file, "br, gzip");
        HttpResponse<byte[]> plain = get(root + file, "identity");

        assertThat(header(compressed, "Content-Encoding")).isEqualTo("gzip");
        assertThat(header(compressed, "Vary")).containsIgnoringCase("Accept-Encoding");
        assertThat(header(compressed, "Content-Length"))
                .isEqualTo(String.valueOf(compressed.body().length));
        assertThat(header(plain, "Content-Encoding")).isEmpty();
        assertThat(header(plain, "Vary")).containsIgnoringCase("Accept-Encoding");
        assertThat(unzipped(compressed)).isEqualTo(text(plain));
        for (HttpResponse<byte[]> response : List.of(compressed, plain)) {
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(header(response, "Cache-Control")).contains("immutable", "max-age=31536000");
            assertThat(header(response, "Content-Type")).isEqualTo(header(plain, "Content-Type"));
        }
    }

    @Test
    void soAreLibraries() throws Exception {
        HttpResponse<byte[]> compressed = get('/' + found(ECHARTS, page), "gzip");

        assertThat(header(compressed, "Content-Encoding")).isEqualTo("gzip");
        assertThat(unzipped(compressed))
                .isEqualTo(text(get('/' + found(ECHARTS, page), "identity")));
    }

    @Test
    void headAndRangesAreOfTheFileAsItIsSent() throws Exception {
        HttpResponse<byte[]> whole = get(root + "js/pages/live.js", "gzip");
        HttpResponse<byte[]> head =
                client.send(
                        request(root + "js/pages/live.js")
                                .HEAD()
                                .header("Accept-Encoding", "gzip")
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());
        HttpResponse<byte[]> part =
                client.send(
                        request(root + "js/pages/live.js")
                                .header("Accept-Encoding", "gzip")
                                .header("Range", "bytes=10-19")
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());

        assertThat(head.body()).isEmpty();
        assertThat(header(head, "Content-Length")).isEqualTo(header(whole, "Content-Length"));
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.body()).isEqualTo(Arrays.copyOfRange(whole.body(), 10, 20));
    }

    @Test
    void filesWithoutADigestAreRevalidated() throws Exception {
        for (String encoding : List.of("gzip", "identity")) {
            HttpResponse<byte[]> file = get("/client/http.js", encoding);
            HttpResponse<byte[]> again =
                    client.send(
                            request("/client/http.js")
                                    .header("Accept-Encoding", encoding)
                                    .header("If-None-Match", header(file, "ETag"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofByteArray());

            assertThat(header(file, "Cache-Control")).isEqualTo("no-cache");
            assertThat(again.statusCode()).isEqualTo(304);
        }
    }

    @Test
    void anotherDigestIsNotFound() throws Exception {
        String other = root.replaceFirst("[0-9a-f]{24}", "0".repeat(24));

        assertThat(get(other + "js/pages/live.js", "gzip").statusCode()).isEqualTo(404);
    }

    /// The manifest lets the service load the module of the Vector API.
    @Test
    void theKernelsAreNotWithoutAFlag() throws Exception {
        assertThat(text(get("/actuator/info", "identity")))
                .contains("kernels")
                .doesNotContain("--add-modules");
    }
}

package dev.microgpt.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/// Tests that compressible responses are compressed for clients that accept it.
@ServiceTest
final class ResponseCompressionTest {

    private static final String SESSION = "/api/v1/sessions/compressed";

    private final Api api;

    ResponseCompressionTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    private static HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request.build(), BodyHandlers.ofByteArray());
        }
    }

    private HttpResponse<byte[]> getCompressed(String path) throws Exception {
        return send(api.root(path).header("Accept-Encoding", "gzip"));
    }

    private static String encoding(HttpResponse<?> response) {
        return response.headers().firstValue("Content-Encoding").orElse("");
    }

    private static byte[] unzipped(byte[] body) throws IOException {
        return new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                SESSION + "/losses",
                SESSION + "/losses?maxPoints=500",
                "/",
                "/js/data/api.js",
                "/css/tokens.css",
                "/v3/api-docs",
                "/v3/api-docs.yaml",
                "/swagger-ui/swagger-ui-bundle.js",
                "/actuator/prometheus",
                "/actuator/metrics",
                "/actuator/sbom/application"
            })
    void compressesCompressibleResponses(String path) throws Exception {
        api.initSixNames("compressed");
        api.step("compressed", 1000);
        HttpResponse<byte[]> plain = send(api.root(path));
        HttpResponse<byte[]> small = getCompressed(path);

        assertThat(plain.statusCode()).isEqualTo(200);
        assertThat(encoding(plain)).isEmpty();
        assertThat(encoding(small)).isEqualTo("gzip");
        assertThat(small.headers().allValues("Vary"))
                .anyMatch(names -> names.toLowerCase(Locale.ROOT).contains("accept-encoding"));
        assertThat(small.body().length).isLessThan(plain.body().length * 7 / 10);
        if (!path.equals("/actuator/prometheus")) { // which changes all the time
            assertThat(unzipped(small.body())).isEqualTo(plain.body());
        }
        assertThat(small.headers().firstValue("ETag"))
                .isEqualTo(plain.headers().firstValue("ETag"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/js/data/api.js", SESSION + "/losses", "/v3/api-docs"})
    void headHasTheHeadersOfGet(String path) throws Exception {
        api.initSixNames("compressed");
        api.step("compressed", 1000);
        for (String encoding : new String[] {"gzip", "identity"}) {
            var get = send(api.root(path).header("Accept-Encoding", encoding));
            var head = send(api.root(path).header("Accept-Encoding", encoding).HEAD());

            assertThat(head.statusCode()).isEqualTo(200);
            assertThat(head.body()).isEmpty();
            for (String name : new String[] {"Content-Type", "Content-Encoding", "ETag", "Vary"}) {
                assertThat(head.headers().allValues(name))
                        .as(encoding + " " + name)
                        .isEqualTo(get.headers().allValues(name));
            }
            head.headers()
                    .firstValueAsLong("Content-Length")
                    .ifPresent(length -> assertThat(length).isEqualTo(get.body().length));
        }
    }

    @Test
    void aCompressedFileIsNotSentAgain() throws Exception {
        HttpResponse<byte[]> first = getCompressed("/js/data/api.js");
        String tag = first.headers().firstValue("ETag").orElseThrow();
        HttpResponse<byte[]> second =
                send(
                        api.root("/js/data/api.js")
                                .header("Accept-Encoding", "gzip")
                                .header("If-None-Match", tag));

        assertThat(encoding(first)).isEqualTo("gzip");
        assertThat(second.statusCode()).isEqualTo(304);
        assertThat(second.body()).isEmpty();
    }

    @Test
    void compressesLongProblems() throws Exception {
        String body = "{\"engine\": \"" + "x".repeat(5000) + "\"}";
        HttpResponse<byte[]> response =
                send(
                        api.body(
                                        "/sessions/compressed-2/init",
                                        "application/json",
                                        BodyPublishers.ofString(body))
                                .header("Accept-Encoding", "gzip"));

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(encoding(response)).isEqualTo("gzip");
        assertThat(new String(unzipped(response.body()), StandardCharsets.UTF_8))
                .contains("out_of_range");
    }

    @Test
    void leavesOtherResponsesUncompressed() throws Exception {
        api.init("compressed", Map.of("dataset", "names"));
        var small = getCompressed(SESSION);
        var file = getCompressed(SESSION + "/checkpoint");
        var events =
                send(
                        api.request("/sessions/compressed/generate")
                                .header("Accept", "text/event-stream")
                                .header("Accept-Encoding", "gzip")
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString("{\"count\": 20, \"seed\": 1}")));

        assertThat(encoding(small)).isEmpty();
        assertThat(encoding(file)).isEmpty();
        assertThat(file.headers().firstValueAsLong("Content-Length")).hasValue(file.body().length);
        assertThat(encoding(events)).isEmpty();
        assertThat(events.body().length).isGreaterThan(1024);
    }
}

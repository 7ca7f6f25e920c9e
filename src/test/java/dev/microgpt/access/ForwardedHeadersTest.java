package dev.microgpt.access;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.LocalService;
import dev.microgpt.support.RawHttp;
import dev.microgpt.support.Reply;
import dev.microgpt.support.SharesNothing;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Tests whose forwarded headers are trusted. The client of these tests has the address 127.0.0.1.
@SharesNothing
final class ForwardedHeadersTest {

    private static final String[] X_FORWARDED = {
        "X-Forwarded-Proto: https",
        "X-Forwarded-Host: models.example",
        "X-Forwarded-Port: 8443",
        "X-Forwarded-Prefix: /gpt"
    };
    private static final String ORIGIN = "Origin: https://models.example:8443";

    @SuppressWarnings("NullAway.Init")
    private LocalService service;

    private void start(Path data, String... settings) {
        List<String> all = new ArrayList<>(List.of(settings));
        all.add("--microgpt.security.allowed-hosts=models.example");
        service = LocalService.start(data, all.toArray(String[]::new));
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private Reply init(String... headers) {
        List<String> all = new ArrayList<>(List.of(headers));
        if (all.stream().noneMatch(header -> header.startsWith("Host:"))) {
            all.add("Host: localhost:" + service.api().port());
        }
        all.add("Content-Length: 0");
        return RawHttp.send(
                service.api().port(),
                "POST /api/v1/sessions/x/init?overwrite=true HTTP/1.1",
                all.toArray(String[]::new));
    }

    private static String[] with(String[] headers, String more) {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add(more);
        return all.toArray(String[]::new);
    }

    @ParameterizedTest
    @ValueSource(strings = {"native", "framework"})
    void headersOfATrustedProxyAreApplied(String strategy, @TempDir Path data) {
        start(data, "--server.forward-headers-strategy=" + strategy);

        Reply reply = init(with(X_FORWARDED, ORIGIN));
        assertThat(reply.status()).as(reply.body()).isEqualTo(201);
        assertThat(reply.header("Location")).isEqualTo("/gpt/api/v1/sessions/x");
        Reply standard =
                init(
                        "Forwarded: proto=https;host=\"models.example:8443\"",
                        "X-Forwarded-Prefix: /gpt",
                        ORIGIN);
        assertThat(standard.status()).as(standard.body()).isEqualTo(201);
        assertProblem(
                init(with(X_FORWARDED, "Origin: http://models.example:8443")),
                403,
                "forbidden_origin");
        assertThat(init().header("Location")).isEqualTo("/api/v1/sessions/x");

        // Filters that depend on the path see it without the prefix.
        assertThat(init(X_FORWARDED).header("RateLimit")).isNotEmpty();
    }

    @Test
    void noHeadersAreTrustedByDefault(@TempDir Path data) {
        start(data);

        assertThat(init(X_FORWARDED).header("Location")).isEqualTo("/api/v1/sessions/x");
        assertProblem(init(with(X_FORWARDED, ORIGIN)), 403, "forbidden_origin");
    }

    @ParameterizedTest
    @ValueSource(strings = {"native", "framework"})
    void headersOfOtherClientsAreIgnored(String strategy, @TempDir Path data) {
        start(
                data,
                "--server.forward-headers-strategy=" + strategy,
                "--server.tomcat.remoteip.internal-proxies=10.0.0.0/8");

        assertThat(init(X_FORWARDED).header("Location")).isEqualTo("/api/v1/sessions/x");
        assertProblem(init(with(X_FORWARDED, ORIGIN)), 403, "forbidden_origin");
    }

    /// After DNS rebinding, calls of a page in a browser on this machine come from a trusted address. They may
    /// have any header, but not another Host.
    @ParameterizedTest
    @ValueSource(strings = {"native", "framework"})
    void anAllowedForwardedHostDoesNotReplaceAForbiddenHost(String strategy, @TempDir Path data) {
        start(data, "--server.forward-headers-strategy=" + strategy);

        assertProblem(
                        init("Host: evil.example", "X-Forwarded-Host: models.example"),
                        403,
                        "forbidden_host")
                .hasValue("evil.example");
        assertProblem(init("X-Forwarded-Host: evil.example"), 403, "forbidden_host")
                .hasValue("evil.example");
    }

    @Test
    void aPrefixMustBeAPlainPath(@TempDir Path data) {
        start(data, "--server.forward-headers-strategy=framework");

        for (String prefix :
                new String[] {"//evil.example", "/a/../b", "/a b", "/<script>", "https://x", "a"}) {
            assertProblem(init("X-Forwarded-Prefix: " + prefix), 400, "invalid_name")
                    .hasField("X-Forwarded-Prefix");
        }
        assertThat(init("X-Forwarded-Prefix: /a, /b_2").header("Location"))
                .isEqualTo("/a/b_2/api/v1/sessions/x");
    }
}

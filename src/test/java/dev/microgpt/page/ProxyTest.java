package dev.microgpt.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.Nginx;
import dev.microgpt.support.Reply;
import dev.microgpt.support.WithNginx;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A service behind an nginx with TLS, below a path prefix.
@ExtendWith({WithNginx.class, Chromium.class})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ProxyTest {

    private static final String SESSIONS = "/microgpt/api/v1/sessions/";

    private LocalService service;
    private Nginx nginx;

    @BeforeAll
    void start(@TempDir Path data, @TempDir Path proxy) throws Exception {
        service = LocalService.start(data, "--server.forward-headers-strategy=framework");
        nginx = Nginx.start(service.api().port(), proxy);
    }

    @AfterAll
    void stop() {
        nginx.close();
        service.close();
    }

    private HttpRequest.Builder post(String path, Map<String, ?> body) {
        return nginx.request(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(Json.write(body)));
    }

    private Reply browse(URI uri) throws Exception {
        Reply reply =
                nginx.send(HttpRequest.newBuilder(uri).header("Accept", "text/html,*/*;q=0.8"));
        assertThat(reply.status()).as(uri.toString()).isLessThan(400);
        return reply;
    }

    @Test
    void locationsArePublicPaths() throws Exception {
        String text = Api.SIX_NAMES;
        Reply made =
                nginx.send(post("/api/v1/sessions/made/init?overwrite=true", Map.of("text", text)));
        assertThat(made.header("Location")).isEqualTo(SESSIONS + "made");
        Reply run = nginx.send(post("/api/v1/sessions/made/runs", Map.of("steps", 3)));
        assertThat(run.header("Location")).isEqualTo(SESSIONS + "made/runs/1");
        Reply fork = nginx.send(post("/api/v1/sessions/made/fork", Map.of("name", "forked")));
        assertThat(fork.header("Location")).isEqualTo(SESSIONS + "forked");
        byte[] file =
                nginx.client()
                        .send(
                                nginx.request("/api/v1/sessions/made/checkpoint").build(),
                                BodyHandlers.ofByteArray())
                        .body();
        Reply put =
                nginx.send(
                        nginx.request("/api/v1/sessions/put/checkpoint")
                                .header("Content-Type", "application/octet-stream")
                                .PUT(BodyPublishers.ofByteArray(file)));
        assertThat(put.header("Location")).isEqualTo(SESSIONS + "put");
    }

    @Test
    void theOpenApiDocumentNamesThePublicServer() throws Exception {
        JsonNode document = nginx.send(nginx.request("/v3/api-docs")).ok();

        assertThat(document.path("servers").get(0).path("url").stringValue())
                .isEqualTo(nginx.site());
    }

    @Test
    void swaggerUiLoads() throws Exception {
        URI start = URI.create(nginx.site() + "/swagger-ui.html");
        URI index = start.resolve(browse(start).header("Location"));
        assertThat(index.toString()).startsWith(nginx.site() + "/swagger-ui/");
        assertThat(browse(index).body()).contains("swagger-ui-bundle.js");
        assertThat(browse(index.resolve("swagger-ui-bundle.js")).status()).isEqualTo(200);
        String initializer = browse(index.resolve("swagger-initializer.js")).body();
        assertThat(initializer).contains("/microgpt/v3/api-docs/swagger-config");
        JsonNode config = nginx.send(nginx.request("/v3/api-docs/swagger-config")).ok();
        assertThat(config.path("url").stringValue()).isEqualTo("/microgpt/v3/api-docs");
    }

    @Test
    void onlyThePublicOriginMaySendChanges() throws Exception {
        service.api().initSixNames("origins");
        String step = "/api/v1/sessions/origins/step";

        assertThat(nginx.send(post(step, Map.of()).header("Origin", nginx.origin())).status())
                .isEqualTo(200);
        for (String other :
                new String[] {
                    "https://localhost", "http://localhost", service.api().origin(), "null"
                }) {
            assertProblem(
                    nginx.send(post(step, Map.of()).header("Origin", other)),
                    403,
                    "forbidden_origin");
        }
    }

    @Test
    void aTrailingSlashRedirectsToThePage() throws Exception {
        Reply reply = nginx.send(nginx.request("/s/names/"));

        assertThat(reply.status()).isEqualTo(308);
        assertThat(URI.create(nginx.site() + "/s/names/").resolve(reply.header("Location")))
                .hasToString(nginx.site() + "/s/names");
        assertThat(nginx.send(nginx.request("/api/v1/limits/")).status()).isEqualTo(200);
    }

    @Test
    void webSocketMessagesAreNotBuffered() {
        CompletableFuture<String> ready = new CompletableFuture<>();
        WebSocket socket =
                nginx.client()
                        .newWebSocketBuilder()
                        .header("Origin", nginx.origin())
                        .buildAsync(
                                URI.create(nginx.site().replace("https:", "wss:") + "/api/v1/ws"),
                                new WebSocket.Listener() {
                                    @Override
                                    public CompletionStage<?> onText(
                                            WebSocket from, CharSequence text, boolean last) {
                                        ready.complete(text.toString());
                                        return CompletableFuture.completedFuture(null);
                                    }
                                })
                        .join();
        socket.sendText(
                        Json.write(
                                Map.of("type", "init", "session", "by-ws", "text", Api.SIX_NAMES)),
                        true)
                .join();

        assertThat(ready.orTimeout(10, TimeUnit.SECONDS).join()).contains("\"ready\"");
        socket.abort();
    }

    @Test
    void serverSentEventsAreNotBuffered() throws Exception {
        service.api().initSixNames("watched");
        service.api().step("watched", 1);
        try (Stream<String> lines =
                nginx.client()
                        .send(
                                nginx.request("/api/v1/sessions/watched/events?fromStep=1").build(),
                                BodyHandlers.ofLines())
                        .body()) {
            Iterator<String> events = lines.iterator();
            for (int step = 1; step <= 3; step++) {
                String id = "id: " + step;
                CompletableFuture<Void> found =
                        CompletableFuture.runAsync(
                                () -> {
                                    while (!events.next().equals(id)) {
                                        // other lines come before it
                                    }
                                });
                found.get(5, TimeUnit.SECONDS);
                service.api().step("watched", 1);
            }
        }
    }

    @Test
    void thePagesWorkBelowThePathPrefix(Browser browser) {
        service.api().initSixNames("shown");
        service.api().initSixNames("other");
        try (Tab tab = Tab.openSite(browser, nginx.site())) {
            Page page = tab.page();
            page.navigate(nginx.site() + "/");
            page.getByText("shown", new Page.GetByTextOptions().setExact(true)).first().click();
            assertThat(page).hasURL(nginx.site() + "/s/shown");
            Tab.button(page, "Train 1 step")
                    .click(); // a POST, whose effect arrives through the WebSocket
            assertThat(page.locator(".badge dd").first()).hasText("1");

            for (String link : new String[] {"Lab", "Tour", "Compare"}) {
                page.locator("mg-session-nav")
                        .getByText(link, new Locator.GetByTextOptions().setExact(true))
                        .click();
                assertThat(
                                page.locator("mg-session-nav a[aria-current]")
                                        .or(page.locator("mg-compare-page"))
                                        .first())
                        .isVisible();
            }
            assertThat(page).hasURL(nginx.site() + "/compare?s=shown");
            page.locator("mg-header .home").click();
            assertThat(page).hasURL(nginx.site() + "/");
            assertThat(page.getByText("other", new Page.GetByTextOptions().setExact(true)).first())
                    .isVisible();
        }
    }
}

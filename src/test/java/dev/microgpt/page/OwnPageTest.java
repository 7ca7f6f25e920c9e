package dev.microgpt.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.sun.net.httpserver.HttpServer;

import dev.microgpt.documents.Documents;
import dev.microgpt.support.Api;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// The pages that documents show work when a web server of their user's own serves them, whose origin the service
/// allows.
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "microgpt.demo=false")
@ExtendWith(Chromium.class)
final class OwnPageTest {

    /// Counts the columns of the canvas in which something is drawn.
    private static final String DRAWN_COLUMNS =
            """
            () => {
              const canvas = document.getElementById('chart');
              const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
              const columns = new Set();
              for (let i = 3; i < data.length; i += 4) if (data[i] > 0) columns.add((i >> 2) % canvas.width);
              return columns.size;
            }""";

    /// Takes the place of `python3 -m http.server`. A page that the test set without a server would not do:
    /// Chromium treats it as one from the internet, which may not call this machine.
    private static final HttpServer PAGES = startPages();

    private final Api api;
    private final Browser browser;

    OwnPageTest(@LocalServerPort int port, Browser browser) {
        api = new Api(port);
        this.browser = browser;
    }

    private static HttpServer startPages() {
        try {
            HttpServer server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterAll
    static void stopPages() {
        PAGES.stop(0);
    }

    private static String origin() {
        return "http://localhost:" + PAGES.getAddress().getPort();
    }

    @DynamicPropertySource
    static void allowOrigin(DynamicPropertyRegistry registry) {
        registry.add("microgpt.security.allowed-origins", OwnPageTest::origin);
    }

    @BeforeEach
    void servePages() {
        List<String> snippets = Documents.JAVASCRIPT.testedBy("page/OwnPageTest");
        assertThat(snippets).hasSize(2);
        serve("/loss.html", Documents.README.onlyFence("html"));
        serve("/client.html", snippets.getFirst());
        serve("/worker.html", "<script type=\"module\">" + snippets.getLast() + "</script>");
    }

    /// Serves a page of a document, for the port of this service.
    private void serve(String path, String text) {
        assertThat(text).contains("//localhost:8080/");
        byte[] page =
                text.replace("localhost:8080", "localhost:" + api.port())
                        .getBytes(StandardCharsets.UTF_8);
        PAGES.createContext(
                path,
                exchange -> {
                    exchange.getResponseHeaders().set("Content-Type", "text/html");
                    exchange.sendResponseHeaders(200, page.length);
                    exchange.getResponseBody().write(page);
                    exchange.close();
                });
    }

    @AfterEach
    void removePages() {
        List.of("/loss.html", "/client.html", "/worker.html").forEach(PAGES::removeContext);
    }

    @Test
    void drawsTheLossesOfASession() {
        api.initSixNames("names");
        api.step("names", 300);
        List<String> errors = new ArrayList<>();
        try (BrowserContext context = browser.newContext()) {
            Page page = context.newPage();
            page.onPageError(errors::add);
            page.navigate(origin() + "/loss.html");
            Locator line = page.locator("#line");
            assertThat(line).hasText(Pattern.compile("^names: step 300, loss 0\\.\\d{4}, "));
            assertThat((int) page.evaluate(DRAWN_COLUMNS)).isGreaterThan(850); // of 900

            api.step("names", 50);
            assertThat(line).hasText(Pattern.compile("^names: step 350, "));
            api.initSixNames("names");
            api.step("names", 1);
            assertThat(line).hasText(Pattern.compile("^names: step 1, loss 2\\."));
        }
        assertThat(errors).isEmpty();
    }

    @Test
    void saysThatThereIsNoSuchSession() {
        try (BrowserContext context = browser.newContext()) {
            Page page = context.newPage();
            page.navigate(origin() + "/loss.html?session=nobody");
            assertThat(page.locator("#line")).hasText("there is no session 'nobody'");
        }
    }

    @Test
    void theClientTrainsAndWatches() {
        List<String> errors = new ArrayList<>();
        try (BrowserContext context = browser.newContext()) {
            Page page = context.newPage();
            page.onPageError(errors::add);
            page.navigate(origin() + "/client.html");

            assertThat(page.locator("#line"))
                    .hasText(Pattern.compile("^step 500, loss 0\\.\\d{4}, text charlie$"));
        }
        assertThat(errors).isEmpty();
    }

    @Test
    void theWorkerTrainsStepByStep() {
        List<String> lines = new ArrayList<>();
        try (BrowserContext context = browser.newContext()) {
            Page page = context.newPage();
            page.onConsoleMessage(message -> lines.add(message.text()));
            page.onPageError(lines::add);
            page.navigate(origin() + "/worker.html");
            page.waitForCondition(() -> lines.size() >= 20);
        }
        api.post("/sessions/same/init", Map.of("numSteps", 500, "text", Api.SIX_NAMES));
        api.step("same", 20);
        double[] losses = api.losses("same");
        assertThat(lines)
                .containsExactlyElementsOf(
                        IntStream.range(0, 20).mapToObj(i -> (i + 1) + " " + losses[i]).toList());
    }
}

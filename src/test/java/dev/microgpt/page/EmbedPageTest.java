package dev.microgpt.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.FrameLocator;
import com.microsoft.playwright.Page;
import com.sun.net.httpserver.HttpServer;

import dev.microgpt.support.Api;
import dev.microgpt.support.KeyedService;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.Reply;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Panels in frames of pages of another origin: a web server on another port.
@ExtendWith(Chromium.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EmbedPageTest {

    private static final Set<String> PANELS = PageController.PANELS;

    private final Browser browser;
    private HttpServer site;
    private LocalService open;
    private LocalService closed;
    private KeyedService keyed;

    EmbedPageTest(Browser browser) {
        this.browser = browser;
    }

    @BeforeAll
    void start(@TempDir Path a, @TempDir Path b, @TempDir Path c) throws IOException {
        site = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        site.createContext(
                "/",
                exchange -> {
                    // the address of the frame is what follows the first slash
                    String frame = exchange.getRequestURI().getRawPath().substring(1);
                    String query = exchange.getRequestURI().getRawQuery();
                    byte[] html =
                            """
                            <!doctype html><html lang="en"><title>A course</title>
                            <iframe title="Panel" width="320" height="240"></iframe>
                            <script>
                              document.querySelector('iframe').src = '%s' + location.hash;
                            </script>
                            """
                                    .formatted(query == null ? frame : frame + "?" + query)
                                    .getBytes(StandardCharsets.UTF_8);
                    exchange.getResponseHeaders().set("Content-Type", "text/html");
                    exchange.sendResponseHeaders(200, html.length);
                    exchange.getResponseBody().write(html);
                    exchange.close();
                });
        site.start();
        String origins = "--microgpt.embed.origins=https://course.example," + origin();
        open = LocalService.start(a, origins);
        closed = LocalService.start(b);
        keyed = new KeyedService(c, origins);
        for (Api api : List.of(open.api(), closed.api(), keyed.alice())) {
            api.initSixNames("embedded");
            api.step("embedded", 100);
        }
    }

    @AfterAll
    void stop() {
        site.stop(0);
        open.close();
        closed.close();
        keyed.close();
    }

    private String origin() {
        return "http://127.0.0.1:" + site.getAddress().getPort();
    }

    private static String embed(Api api, String rest) {
        return api.origin() + "/embed/s/embedded/" + rest;
    }

    private interface FrameTest {
        void test(Page page, FrameLocator frame);
    }

    /// Opens a page of the other site with a frame.
    private void open(String address, FrameTest test) {
        try (BrowserContext context = browser.newContext()) {
            Page page = context.newPage();
            page.navigate(origin() + "/" + address);
            test.test(page, page.frameLocator("iframe"));
        }
    }

    @Test
    void aPanelIsShownLiveInAPageOfAnAllowedOrigin() {
        Api api = open.api();
        open(
                embed(api, "loss"),
                (_, frame) -> {
                    assertThat(frame.locator("mg-loss-panel mg-chart")).isVisible();
                    int before = api.view("embedded").path("step").intValue();
                    api.step("embedded", 7);
                    assertThat(frame.locator("mg-loss-panel"))
                            .containsText(String.valueOf(before + 7));
                    assertThat(frame.getByText("Open"))
                            .hasAttribute("href", Pattern.compile("/s/embedded\\?panel=loss$"));
                    assertThat(frame.locator("mg-header")).hasCount(0);
                });
    }

    @Test
    void aPanelIsNotShownInAPageOfAnotherOrigin() {
        open(
                embed(closed.api(), "loss"),
                (page, frame) -> {
                    assertThat(frame.locator("mg-loss-panel")).hasCount(0);
                    page.waitForLoadState();
                    assertThat(frame.locator("mg-embed-page")).hasCount(0);
                });
        Reply reply = get(closed.api(), "/embed/s/embedded/loss");
        assertThat(reply.header("Content-Security-Policy")).contains("frame-ancestors 'none'");
        open(
                open.api().origin() + "/s/embedded",
                (_, frame) -> assertThat(frame.locator("mg-live-page")).hasCount(0));
    }

    private static Reply get(Api api, String path) {
        return api.send(api.root(path).header("Accept", "text/html"));
    }

    @Test
    void onlyThePagesThatCanBeEmbeddedNameTheOrigins() {
        Api api = open.api();
        Reply embedded = get(api, "/embed/s/embedded/loss");
        assertThat(embedded.header("Content-Security-Policy"))
                .contains("frame-ancestors " + origin() + " https://course.example;");
        assertThat(embedded.headers().map()).doesNotContainKey("x-frame-options");
        for (String path : List.of("/", "/s/embedded", "/sweeps")) {
            Reply page = get(api, path);
            assertThat(page.header("Content-Security-Policy")).contains("frame-ancestors 'none'");
            assertThat(page.header("X-Frame-Options")).isEqualTo("DENY");
        }
    }

    @Test
    void aSessionOfAServiceWithKeysIsEmbeddedWithAShare() {
        var share = keyed.alice().post("/sessions/embedded/shares", Map.of()).ok();
        String address = embed(keyed.alice(), "samples");
        open(
                address + "#share=" + share.path("token").stringValue(),
                (page, frame) -> {
                    assertThat(frame.locator("mg-samples-panel .list li").first()).isVisible();
                    keyed.alice()
                            .delete("/sessions/embedded/shares/" + share.path("id").stringValue());
                    assertThat(frame.getByText("has expired or was withdrawn")).isVisible();
                });
        open(
                address,
                (_, frame) -> {
                    assertThat(frame.getByText("This session is not public")).isVisible();
                    assertThat(frame.getByLabel("Key")).hasCount(0);
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void theSiteChoosesTheColours(String theme) {
        open(
                embed(open.api(), "loss") + "?theme=" + theme,
                (_, frame) -> assertThat(frame.locator("html")).hasAttribute("data-theme", theme));
    }

    @Test
    void theQueryHoldsWhatThePanelShows() {
        open(
                embed(open.api(), "samples") + "?at=0",
                (_, frame) -> {
                    assertThat(frame.locator("mg-samples-panel .list li.shown")).isVisible();
                    assertThat(frame.getByText("Open"))
                            .hasAttribute("href", Pattern.compile("at=0.*panel=samples$"));
                });
    }

    @ParameterizedTest
    @FieldSource("PANELS")
    void everyPanelFitsASmallFrameAndIsAccessible(String panel) {
        try (BrowserContext context = browser.newContext()) {
            Page page = context.newPage();
            page.setViewportSize(320, 240);
            page.navigate(embed(open.api(), panel));
            assertThat(page.locator("mg-" + panel + "-panel h2")).isVisible();
            assertThat(Tab.contentWidth(page)).isEqualTo(320);
            assertThat(AccessibilityTest.seriousViolations(page)).isEmpty();
        }
    }

    @Test
    void allPanelsOfTheLivePageCanBeEmbedded() throws IOException {
        String index = Files.readString(Path.of("src/main/resources/static/js/panels/index.js"));
        Set<String> panels =
                Pattern.compile("tag: 'mg-([a-z]+)-panel'")
                        .matcher(index)
                        .results()
                        .map(match -> match.group(1))
                        .collect(Collectors.toSet());
        assertThat(panels).isEqualTo(PANELS);
    }

    @Test
    void thereIsNoOtherPanel() {
        Reply page = get(open.api(), "/embed/s/embedded/none");
        assertThat(page.status()).isEqualTo(404);
        assertThat(page.body()).contains("mg-not-found-page");
        assertThat(page.header("Content-Security-Policy")).contains("frame-ancestors 'none'");
    }

    @Test
    void theMenuOfAPanelCopiesTheCode() {
        String copied =
                "() => { navigator.clipboard.writeText = async (text) => { window.copied = text; }; }";
        try (BrowserContext context = browser.newContext()) {
            Page page = context.newPage();
            page.navigate(open.api().origin() + "/s/embedded?at=0&panels=loss");
            page.evaluate(copied);
            Tab.button(page, "Loss: menu").click();
            Tab.button(page, "Copy embed code").click();
            assertThat(page.getByText("Embed code copied")).isVisible();
            assertThat((String) page.evaluate("() => window.copied"))
                    .startsWith(
                            "<iframe src=\""
                                    + embed(open.api(), "loss").replace("127.0.0.1", "localhost")
                                    + "?at=0");
        }
        try (BrowserContext context = browser.newContext()) {
            Page page = context.newPage();
            page.navigate(closed.api().origin() + "/s/embedded");
            Tab.button(page, "Loss: menu").click();
            assertThat(Tab.button(page, "Save as CSV")).isVisible();
            assertThat(Tab.button(page, "Copy embed code")).hasCount(0);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "course.example",
                "https://course.example/",
                "https://*.example",
                "https://a; script-src *"
            })
    void aValueThatIsNoOriginIsRefusedAtTheStart(String value) {
        assertThatThrownBy(() -> new EmbedSettings(Set.of(value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("microgpt.embed.origins")
                .hasMessageContaining("'" + value + "'");
    }
}

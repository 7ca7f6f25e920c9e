package dev.microgpt.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.LoadState;

import dev.microgpt.support.Api;
import dev.microgpt.support.Reply;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

import java.util.List;

/// The address of the files with a digest, as in the packaged service. They are not compressed here.
@ServiceTest
@ExtendWith(Chromium.class)
final class CachedFilesTest {

    private static final String ROOT = "_static/dashboard/d1ce5/";

    /// Files that were transferred, by whatever response.
    private static final String TRANSFERRED =
            """
            () => performance.getEntriesByType('resource')
              .filter((entry) => /\\.(js|css|json|svg)$/.test(entry.name) && entry.transferSize > 0)
              .map((entry) => new URL(entry.name).pathname)""";

    @TestConfiguration(proxyBeanMethods = false)
    static class Packaged {

        @Bean
        @Primary
        DashboardFiles packagedFiles() {
            return new DashboardFiles(ROOT, /* areCompressed= */ false);
        }
    }

    private final Api api;
    private final Browser browser;

    CachedFilesTest(@LocalServerPort int port, Browser browser) {
        api = new Api(port);
        this.browser = browser;
    }

    private Reply get(String path) {
        return api.send(api.root(path));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/s/cached", "/s/cached/lab", "/compare", "/sweeps"})
    void theNextVisitTransfersNoFileAgain(String path) {
        api.initSixNames("cached");
        try (BrowserContext visitor = browser.newContext()) {
            List<String> first = visit(visitor, path);
            List<String> next = visit(visitor, path);

            assertThat(first).anyMatch(file -> file.startsWith("/" + ROOT + "js/"));
            assertThat(next).doesNotContainAnyElementsOf(first);
        }
    }

    private List<String> visit(BrowserContext visitor, String path) {
        try (Page page = visitor.newPage()) {
            page.navigate(api.origin() + path);
            page.locator("mg-header nav").waitFor();
            page.waitForLoadState(LoadState.LOAD);
            return ((List<?>) page.evaluate(TRANSFERRED)).stream().map(Object::toString).toList();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "js/pages/live.js",
                "client/http.js",
                "css/base.css",
                "img/icon.svg",
                "texts/en/common.json"
            })
    void filesWithTheDigestNeverChange(String file) {
        Reply reply = get("/" + ROOT + file);

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("Cache-Control"))
                .contains("max-age=31536000", "public", "immutable");
        assertThat(reply.body()).isEqualTo(get("/" + file).body());
    }

    @Test
    void filesWithoutTheDigestAreRevalidated() {
        assertThat(get("/js/pages/live.js").header("Cache-Control")).isEqualTo("no-cache");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "_static/dashboard/abcde/js/pages/live.js",
                "_static/dashboard/js/pages/live.js",
                ROOT + "js/pages/nothing.js",
                ROOT + "js/pages/../../../application.yaml"
            })
    void thereIsNothingAtOtherAddresses(String path) {
        assertThat(get("/" + path).status()).isGreaterThanOrEqualTo(400);
    }

    @Test
    void thePagesShowAHeaderBeforeTheirModulesHaveLoaded() {
        try (BrowserContext visitor = browser.newContext();
                Page page = visitor.newPage()) {
            page.route("**/js/pages/sessions.js", Route::abort);
            page.navigate(api.origin() + "/");
            assertThat(page.locator(".first-header").boundingBox().height).isEqualTo(53);
            page.unroute("**/js/pages/sessions.js");
            page.reload();
            page.locator("mg-header nav").waitFor();

            assertThat(page.locator(".first-header").count()).isZero();
            assertThat(page.locator("mg-header").boundingBox().height).isEqualTo(53);
        }
    }
}

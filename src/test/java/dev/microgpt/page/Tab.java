package dev.microgpt.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;

import dev.microgpt.support.Json;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;

/// A browser tab with a fresh profile that records errors and requests to anywhere but the service. Closing
/// it fails if there were any.
final class Tab implements AutoCloseable {

    static final int PHONE = 390;
    static final int DESKTOP = 1440;

    private static final double TIMEOUT_MILLIS = 20_000;

    private final String site;
    private final BrowserContext context;
    private final Page page;
    private final List<String> complaints = new ArrayList<>();
    private final List<String> requests = new ArrayList<>();
    private boolean expectsErrors;

    private Tab(Browser browser, String site, Browser.NewContextOptions options) {
        this.site = site;
        context = browser.newContext(options.setBaseURL(site));
        context.setDefaultTimeout(TIMEOUT_MILLIS);
        page = context.newPage();
        page.onConsoleMessage(
                message -> {
                    if (List.of("error", "warning").contains(message.type())) {
                        complaints.add(message.text());
                    }
                });
        page.onPageError(complaints::add);
        page.onRequest(request -> requests.add(request.url()));
    }

    static Tab open(Browser browser, int port) {
        return open(browser, port, ColorScheme.LIGHT, DESKTOP);
    }

    static Tab open(Browser browser, int port, ColorScheme colours, int width) {
        return new Tab(browser, "http://localhost:" + port, options(colours, width));
    }

    /// Opens a tab with a touch screen as wide as a phone.
    static Tab openPhone(Browser browser, int port) {
        return new Tab(
                browser,
                "http://localhost:" + port,
                options(ColorScheme.LIGHT, PHONE).setHasTouch(true));
    }

    /// Opens a tab for a service with a self-signed certificate.
    ///
    /// @param site the URL of its pages, without a trailing slash
    static Tab openSite(Browser browser, String site) {
        return new Tab(
                browser, site, options(ColorScheme.LIGHT, DESKTOP).setIgnoreHTTPSErrors(true));
    }

    /// Runs the body of an asynchronous function on the page.
    ///
    /// @return what it returns
    static JsonNode run(Browser browser, int port, String body) {
        try (Tab tab = open(browser, port)) {
            tab.page().navigate("/");
            return Json.parse(Json.write(tab.page().evaluate("async () => {\n" + body + "\n}")));
        }
    }

    private static Browser.NewContextOptions options(ColorScheme colours, int width) {
        return new Browser.NewContextOptions().setColorScheme(colours).setViewportSize(width, 900);
    }

    Page page() {
        return page;
    }

    /// Returns the button with exactly this name.
    static Locator button(Page page, String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    /// Returns the URLs of all requests.
    List<String> requests() {
        return List.copyOf(requests);
    }

    /// Ignores console errors: the browser logs each error response, even if the page handles it.
    Tab expectingErrors() {
        expectsErrors = true;
        return this;
    }

    @Override
    public void close() {
        context.close();
        assertThat(requests)
                .allMatch(
                        url ->
                                url.startsWith(site + "/")
                                        || url.startsWith("data:")
                                        || url.startsWith("blob:"));
        assertThat(complaints)
                .noneMatch(complaint -> complaint.contains("Content Security Policy"));
        if (!expectsErrors) {
            assertThat(complaints).isEmpty();
        }
    }
}

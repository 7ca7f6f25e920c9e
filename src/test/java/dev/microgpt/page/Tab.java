package dev.microgpt.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;

import java.util.ArrayList;
import java.util.List;

/// A tab of a fresh profile, which keeps a record of what must not happen: errors, and requests to
/// anywhere but the service. Closing it fails where there were any.
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

    /// One that is touched.
    static Tab openPhone(Browser browser, int port) {
        return new Tab(
                browser,
                "http://localhost:" + port,
                options(ColorScheme.LIGHT, PHONE).setHasTouch(true));
    }

    /// For a service whose certificate nobody knows.
    ///
    /// @param site where its pages are, without a slash at the end
    static Tab openSite(Browser browser, String site) {
        return new Tab(
                browser, site, options(ColorScheme.LIGHT, DESKTOP).setIgnoreHTTPSErrors(true));
    }

    private static Browser.NewContextOptions options(ColorScheme colours, int width) {
        return new Browser.NewContextOptions().setColorScheme(colours).setViewportSize(width, 900);
    }

    Page page() {
        return page;
    }

    /// The button of that very name.
    static Locator button(Page page, String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    /// The URLs that were asked for.
    List<String> requests() {
        return List.copyOf(requests);
    }

    /// A refusal by the server is an error in the console, whatever the page makes of it.
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

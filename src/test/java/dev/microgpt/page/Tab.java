package dev.microgpt.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;

import dev.microgpt.support.Json;

import tools.jackson.databind.JsonNode;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// A browser tab that records errors and requests to anywhere but the service. Closing it fails if there were
/// any.
///
/// A tab starts with empty storage. Its page may have served another tab before: a page whose scripts are
/// already compiled opens the next one in a fraction of the time.
final class Tab implements AutoCloseable {

    static final int PHONE = 390;
    static final int DESKTOP = 1440;

    private static final double TIMEOUT_MILLIS = 20_000;
    private static final int HEIGHT = 900;
    private static final String ENGLISH = "en-US";

    /// An address of every service without scripts.
    private static final String NEUTRAL_PATH = "/api/v1/limits";

    /// The pages that no tab uses, which end with the browser. Confined to the thread of the browser tests, as
    /// Playwright is.
    private static final Map<Kind, Deque<Page>> idlePages = new HashMap<>();

    /// What cannot be changed once a page is open.
    ///
    /// @param site the URL of the service, without a trailing slash
    /// @param locale the language that the browser prefers, such as `de-DE`
    private record Kind(
            Browser browser,
            String site,
            String locale,
            boolean hasTouch,
            boolean ignoresHttpsErrors) {

        Page openPage() {
            Page page =
                    browser.newContext(
                                    new Browser.NewContextOptions()
                                            .setBaseURL(site)
                                            .setLocale(locale)
                                            .setHasTouch(hasTouch)
                                            .setIgnoreHTTPSErrors(ignoresHttpsErrors))
                            .newPage();
            page.setDefaultTimeout(TIMEOUT_MILLIS);
            page.setDefaultNavigationTimeout(TIMEOUT_MILLIS);
            return page;
        }
    }

    private final Kind kind;
    private final Page page;
    private final List<String> complaints = new ArrayList<>();
    private final List<String> requests = new ArrayList<>();
    private final Consumer<ConsoleMessage> onConsoleMessage = this::recordMessage;
    private final Consumer<String> onPageError = complaints::add;
    private final Consumer<Request> onRequest = this::recordRequest;
    private boolean expectsErrors;
    private boolean isForOneUse;

    private Tab(Kind kind, ColorScheme colours, int width) {
        this.kind = kind;
        Page idle = idlePages(kind).poll();
        page = idle == null ? kind.openPage() : idle;
        page.setViewportSize(width, HEIGHT);
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(colours));
        page.onConsoleMessage(onConsoleMessage);
        page.onPageError(onPageError);
        page.onRequest(onRequest);
    }

    private static Deque<Page> idlePages(Kind kind) {
        return idlePages.computeIfAbsent(kind, _ -> new ArrayDeque<>());
    }

    private void recordMessage(ConsoleMessage message) {
        if (List.of("error", "warning").contains(message.type())) {
            complaints.add(message.text());
        }
    }

    private void recordRequest(Request request) {
        requests.add(request.url());
    }

    static Tab open(Browser browser, int port) {
        return open(browser, port, ColorScheme.LIGHT, DESKTOP);
    }

    static Tab open(Browser browser, int port, ColorScheme colours, int width) {
        return new Tab(new Kind(browser, local(port), ENGLISH, false, false), colours, width);
    }

    /// Opens a tab of a browser that prefers another language.
    static Tab openIn(Browser browser, int port, String locale) {
        return new Tab(
                new Kind(browser, local(port), locale, false, false), ColorScheme.LIGHT, DESKTOP);
    }

    /// Opens a tab with a touch screen as wide as a phone.
    static Tab openPhone(Browser browser, int port) {
        return new Tab(
                new Kind(browser, local(port), ENGLISH, true, false), ColorScheme.LIGHT, PHONE);
    }

    /// Opens a tab for a service with a self-signed certificate.
    ///
    /// @param site the URL of its pages, without a trailing slash
    static Tab openSite(Browser browser, String site) {
        return new Tab(new Kind(browser, site, ENGLISH, false, true), ColorScheme.LIGHT, DESKTOP)
                .forOneUse();
    }

    private static String local(int port) {
        return "http://localhost:" + port;
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

    Page page() {
        return page;
    }

    /// Returns the button with exactly this name.
    static Locator button(Page page, String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    /// Returns the card of a session on the page of all sessions.
    static Locator card(Page page, String session) {
        return page.getByRole(
                AriaRole.ARTICLE, new Page.GetByRoleOptions().setName(session).setExact(true));
    }

    /// Returns the width of a page's content in px, which is more than that of the window if it scrolls sideways.
    static int contentWidth(Page page) {
        return (Integer) page.evaluate("() => document.documentElement.scrollWidth");
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

    /// Closes the page with the tab, for tests that change it in a way that cannot be undone.
    Tab forOneUse() {
        isForOneUse = true;
        return this;
    }

    @Override
    public void close() {
        page.offConsoleMessage(onConsoleMessage);
        page.offPageError(onPageError);
        page.offRequest(onRequest);
        if (isForOneUse) {
            page.context().close();
        } else {
            reset();
            idlePages(kind).add(page);
        }
        assertThat(requests)
                .allMatch(
                        url ->
                                url.startsWith(kind.site + "/")
                                        || url.startsWith("data:")
                                        || url.startsWith("blob:"));
        assertThat(complaints)
                .noneMatch(complaint -> complaint.contains("Content Security Policy"));
        if (!expectsErrors) {
            assertThat(complaints).isEmpty();
        }
    }

    private void reset() {
        page.unrouteAll();
        page.mouse().move(-1, -1); // nothing is hovered
        page.navigate(kind.site + NEUTRAL_PATH);
        page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }");
    }
}

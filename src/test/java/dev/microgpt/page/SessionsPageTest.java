package dev.microgpt.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static dev.microgpt.page.Tab.button;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.FilePayload;

import dev.microgpt.support.Api;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.web.server.LocalServerPort;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Pattern;

/// The page of all sessions. It also shows those of other tests, so each test filters for its own.
@ServiceTest
@ExtendWith(Chromium.class)
final class SessionsPageTest {

    private static final String MARKUP = "<img src=x onerror=hacked=1>";

    private final Api api;
    private final Browser browser;

    SessionsPageTest(@LocalServerPort int port, Browser browser) {
        api = new Api(port);
        this.browser = browser;
    }

    private Tab open() {
        return Tab.open(browser, api.port());
    }

    private static Locator card(Page page, String name) {
        return page.getByRole(
                AriaRole.ARTICLE, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    private static void beginSession(Page page, String name) {
        button(page, "New session").click();
        page.getByLabel("Name", new Page.GetByLabelOptions().setExact(true)).fill(name);
    }

    @Test
    void createsTrainsClonesAndDeletesASession() {
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/?q=page-story");
            beginSession(page, "page-story");
            page.getByLabel("Pasted").check();
            page.getByLabel("Text", new Page.GetByLabelOptions().setExact(true))
                    .fill(Api.SIX_NAMES);
            page.getByLabel("Embedding width").fill("8");
            button(page, "Create").click();

            Locator card = card(page, "page-story");
            assertThat(card).containsText("Not trained yet");
            assertThat(card).containsText("nEmbd 8");
            assertThat(api.view("page-story").path("options").path("nEmbd").intValue())
                    .isEqualTo(8);

            page.getByLabel("Steps to train page-story").fill("300");
            button(page, "Train page-story").click();
            assertThat(card.locator("dd").first()).hasText("300");
            assertThat(card.getByRole(AriaRole.IMG))
                    .hasAttribute(
                            "aria-label",
                            Pattern.compile("Loss over 300 steps: from 2\\.\\d+ to \\d.*"));
            assertThat(card).containsText(Pattern.compile("Writes: \\w+"));

            button(page, "Clone page-story").click();
            button(page, "Clone").click();
            assertThat(card(page, "page-story-2").locator("dd").first()).hasText("300");

            button(page, "Delete page-story").click();
            assertThat(button(page, "Keep")).isFocused();
            button(page, "Keep").click();
            assertThat(api.view("page-story").path("step").intValue()).isEqualTo(300);
            button(page, "Delete page-story").click();
            button(page, "Delete").click();
            assertThat(card).isHidden();
            assertThat(api.get("/sessions/page-story").status()).isEqualTo(404);
        }
    }

    @Test
    void showsErrorsAtTheirField() {
        api.initSixNames("page-taken");
        try (Tab tab = open().expectingErrors()) {
            Page page = tab.page();
            page.navigate("/");
            beginSession(page, "page-refused");
            Locator heads = page.getByLabel("Attention heads");
            heads.fill("3");
            button(page, "Create").click();
            assertThat(heads).hasAttribute("aria-invalid", "true");
            assertThat(heads).isFocused();
            assertThat(heads)
                    .hasAccessibleDescription(
                            Pattern.compile(".*nHead must divide nEmbd \\(16\\), but is 3"));

            heads.fill("four");
            button(page, "Create").click();
            assertThat(heads).hasAccessibleDescription(Pattern.compile(".*must be a number"));

            heads.fill("");
            Locator name = page.getByLabel("Name", new Page.GetByLabelOptions().setExact(true));
            name.fill("page-taken");
            button(page, "Create").click();
            assertThat(name).hasAccessibleDescription(Pattern.compile(".*page-taken.*exists.*"));

            page.getByLabel("From a file").check();
            page.getByLabel("File", new Page.GetByLabelOptions().setExact(true))
                    .setInputFiles(
                            new FilePayload(
                                    "latin.txt", "text/plain", new byte[] {'a', (byte) 0xE9, 'b'}));
            assertThat(page.getByText("latin.txt is not text in UTF-8")).isVisible();
        }
    }

    @Test
    void showsTheDefaultsAndRangesThatTheServerReturns() {
        try (Tab tab = open()) {
            Page page = tab.page();
            page.route(
                    "**/api/v1/limits",
                    route -> {
                        String limits = route.fetch().text();
                        route.fulfill(
                                new Route.FulfillOptions()
                                        .setContentType("application/json")
                                        .setBody(
                                                limits.replace(
                                                        "\"nEmbd\",\"type\":\"integer\","
                                                                + "\"default\":16,\"min\":1,"
                                                                + "\"max\":1024",
                                                        "\"nEmbd\",\"type\":\"integer\","
                                                                + "\"default\":24,\"min\":2,"
                                                                + "\"max\":4096")));
                    });
            page.navigate("/");
            button(page, "New session").first().click();

            Locator width = page.getByLabel("Embedding width");
            assertThat(width).hasAttribute("placeholder", "24");
            assertThat(width).hasAccessibleDescription("2 to 4,096");
            assertThat(page.getByLabel("Learning rate"))
                    .hasAccessibleDescription("at the first step; above 0");
            assertThat(page.getByLabel("Seed"))
                    .hasAccessibleDescription("mulberry32: -2^31 to 2^32-1; python: 0 to 2^63-1");
            assertThat(page.getByLabel("Engine")).hasValue("tensor");
        }
    }

    @Test
    void loadsAFile() {
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/?q=page-file");
            beginSession(page, "page-file");
            page.getByLabel("From a file").check();
            byte[] text = "čeněk\nžofie\n".getBytes(StandardCharsets.UTF_8);
            page.getByLabel("File", new Page.GetByLabelOptions().setExact(true))
                    .setInputFiles(new FilePayload("names.txt", "text/plain", text));
            button(page, "Create").click();

            assertThat(card(page, "page-file")).containsText("2 documents");
        }
    }

    @Test
    void showsMarkupInSamplesAsText() {
        String name = "page-markup";
        api.init(name, Map.of("text", MARKUP, "blockSize", 32, "numSteps", 400));
        api.step(name, 300);
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/?q=" + name);

            assertThat(card(page, name)).containsText(MARKUP);
            assertThat(card(page, name).locator("img[src=x]")).hasCount(0);
            assertThat(page.evaluate("() => typeof hacked")).isEqualTo("undefined");
        }
    }

    @Test
    void pausesAndResumesAllRuns() {
        api.initSlow("page-pause");
        api.post("/sessions/page-pause/runs", Map.of("steps", 1_000_000_000)).ok();
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/?q=page-pause");
            button(page, "Pause all").click();
            assertThat(card(page, "page-pause").locator(".chip")).hasText("paused");
            button(page, "Resume all").click();
            assertThat(card(page, "page-pause").locator(".chip")).hasText("training");
            button(page, "Cancel the run of page-pause").click();
            assertThat(card(page, "page-pause").locator(".chip")).hasText("ready");
        }
    }

    @Test
    void offersToCreateTheFirstSession() {
        try (Tab tab = open()) {
            Page page = tab.page();
            page.route(
                    Pattern.compile("/api/v1/sessions\\?"),
                    route ->
                            route.fulfill(
                                    new Route.FulfillOptions()
                                            .setContentType("application/json")
                                            .setBody("{\"sessions\": [], \"nextCursor\": null}")));
            page.navigate("/");
            assertThat(page.getByText("No sessions yet")).isVisible();
            button(page, "New session").last().click();
            assertThat(page.getByRole(AriaRole.DIALOG)).isVisible();
            assertThat(page).hasURL(Pattern.compile(".*\\?new=$"));
        }
    }

    @Test
    void keyboardShortcutsOpenTheHelpAndFocusTheFilter() {
        api.initSixNames("page-keys");
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/");
            page.getByLabel("Filter by name").waitFor(); // appears with the sessions
            page.keyboard().press("?");
            assertThat(page.getByText("pause all runs")).isVisible();
            page.keyboard().press("Escape");
            assertThat(page.getByText("pause all runs")).isHidden();
            Locator filter = page.getByLabel("Filter by name");
            await().until(
                            () ->
                                    isFocusedAfter(
                                            page, "/", filter)); // the dialog may still be closing
            page.keyboard().type("n?/");
            assertThat(filter).hasValue("n?/");
            assertThat(page.getByText("No session has “n?/” in its name.")).isVisible();
            assertThat(page).hasURL(Pattern.compile(".*\\?q=n%3F%2F$"));
        }
    }

    private static boolean isFocusedAfter(Page page, String key, Locator locator) {
        page.keyboard().press(key);
        return (boolean) locator.evaluate("it => it.getRootNode().activeElement === it");
    }

    @Test
    void saysThatTheServerDoesNotRespond() {
        api.initSixNames("page-away");
        try (Tab tab = open().expectingErrors()) {
            Page page = tab.page();
            page.navigate("/?q=page-away");
            card(page, "page-away").waitFor();
            page.route("**/api/v1/sessions?*", Route::abort);
            assertThat(page.getByText("The server does not respond")).isVisible();
            page.unroute("**/api/v1/sessions?*");
            assertThat(page.getByText("The server does not respond")).isHidden();
        }
    }

    @Test
    void coloursFollowTheSystemAndTheSwitch() {
        try (Tab tab = Tab.open(browser, api.port(), ColorScheme.DARK, Tab.PHONE)) {
            Page page = tab.page();
            page.navigate("/");
            String background = "() => getComputedStyle(document.documentElement).backgroundColor";
            Object dark = page.evaluate(background);
            button(page, "Colours: as the system").click();
            Object light = page.evaluate(background);
            assertThat(light).isNotEqualTo(dark);
            page.reload();
            assertThat(button(page, "Colours: light")).isVisible();
            assertThat(page.evaluate(background)).isEqualTo(light);
        }
    }
}

package dev.microgpt.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static dev.microgpt.page.ShownNumbers.loss;
import static dev.microgpt.page.ShownNumbers.number;
import static dev.microgpt.page.Tab.button;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions.HasTextOptions;

import dev.microgpt.support.Api;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// The pages of sweeps: the list with its form, and the page of one sweep.
@ServiceTest
@ExtendWith(Chromium.class)
final class SweepsPageTest {

    private static final long ENDLESS = 1_000_000_000_000L;
    private static final double END_TIMEOUT_MILLIS = 120_000;

    private final Api api;
    private final Browser browser;

    SweepsPageTest(@LocalServerPort int port, Browser browser) {
        api = new Api(port);
        this.browser = browser;
    }

    private Tab open() {
        return Tab.open(browser, api.port());
    }

    private static Locator field(Page page, String label) {
        return page.getByLabel(label, new Page.GetByLabelOptions().setExact(true));
    }

    private static void begin(Page page) {
        button(page, "Start the sweep").click();
    }

    private JsonNode sweep(String name) {
        return api.get("/sweeps/" + name).ok();
    }

    /// Starts a sweep over two learning rates.
    private void start(String name, long steps) {
        Map<String, ?> grid = Map.of("learningRate", List.of(0.001, 0.1), "seed", List.of(1, 2));
        api.startSweep(name, grid, steps);
    }

    private static Locator chip(Page page) {
        return page.locator(".top .chip");
    }

    @Test
    void oneClickFindsTheBetterOfTwoLearningRates() {
        api.deleteSweep("page-sweep");
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/");
            page.locator("mg-header").getByText("Sweeps").click();
            assertThat(page.locator("mg-sweep-form footer")).containsText("Trains 10 sessions");
            field(page, "Name").fill("page-sweep");
            begin(page);

            page.waitForURL("**/sweeps/page-sweep");
            assertThat(chip(page))
                    .hasText("completed", new HasTextOptions().setTimeout(END_TIMEOUT_MILLIS));
            JsonNode sweep = sweep("page-sweep");
            assertThat(sweep.path("trials")).hasSize(10);
            JsonNode best = sweep.at("/groups/0");
            String rate = number(best.at("/options/learningRate").doubleValue(), 4);
            assertThat(page.locator("mg-sweep-verdict .words"))
                    .hasText(
                            Pattern.compile(
                                    "^Learning rate " + rate + " (is best|has the lowest)"));
            assertThat(page.locator("mg-sweep-verdict tr.best td"))
                    .hasText(
                            new String[] {
                                rate,
                                loss(best.path("mean").doubleValue())
                                        + " ± "
                                        + number(best.path("standardError").doubleValue(), 2),
                                loss(best.path("min").doubleValue())
                                        + " to "
                                        + loss(best.path("max").doubleValue()),
                                "5"
                            });

            String session = sweep.at("/trials/0/session").stringValue();
            page.getByText("Continue the best: " + session).click();
            page.waitForURL("**/s/" + session);
            page.locator("mg-loss-panel").waitFor();
            page.navigate("/sweeps");
            assertThat(page.locator("mg-sweeps-page tr", hasText("page-sweep")))
                    .containsText(loss(sweep.at("/trials/0/validationLoss").doubleValue()));
        } finally {
            api.deleteSweep("page-sweep");
        }
    }

    private static Page.LocatorOptions hasText(String text) {
        return new Page.LocatorOptions().setHasText(text);
    }

    @Test
    void theKeyboardPausesResumesCancelsAndDeletes() {
        start("page-keys", ENDLESS);
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/sweeps/page-keys");
            assertThat(chip(page)).hasText("running");
            page.keyboard().press("p");
            assertThat(chip(page)).hasText("paused");
            await().until(() -> sweep("page-keys").path("state").stringValue().equals("paused"));
            button(page, "Resume").press("Enter");
            assertThat(chip(page)).hasText("running");

            button(page, "Cancel").press("Enter");
            page.keyboard().press("Escape");
            assertThat(chip(page)).hasText("running");
            button(page, "Cancel").press("Enter");
            assertThat(button(page, "Continue it")).isFocused();
            page.keyboard().press("Tab");
            page.keyboard().press("Enter");
            assertThat(chip(page)).hasText("cancelled");
            assertThat(button(page, "Pause")).hasCount(0);

            button(page, "Delete").press("Enter");
            field(page, "Delete its sessions, too").press("Space");
            button(page, "Delete it").press("Enter");
            page.waitForURL("**/sweeps");
            assertThat(api.get("/sweeps/page-keys").status()).isEqualTo(404);
            assertThat(api.get("/sessions/page-keys-001").status()).isEqualTo(404);
        } finally {
            api.deleteSweep("page-keys");
        }
    }

    @Test
    void anErrorIsShownBesideItsField() {
        start("page-taken", 5);
        try (Tab tab = open().expectingErrors()) {
            Page page = tab.page();
            page.navigate("/sweeps");
            assertThat(page.locator("mg-sweep-form footer")).containsText("10 sessions");
            assertError(page, "Name", "page-taken", "sweep 'page-taken' exists");
            field(page, "Name").fill("page-bad");
            assertError(
                    page,
                    "Values",
                    "0.01, -1",
                    "(learningRate -1, seed 1): learningRate must be finite and above 0");
            assertError(page, "Values", "0.01, fast", "“fast” must be a number");
            field(page, "Values").fill("0.01");
            assertError(page, "Steps", "0", "steps must be");
            field(page, "Steps").fill("10");
            assertError(page, "Seeds", "0", "must be between 1 and 1000");
            field(page, "Seeds").fill("1");
            assertError(page, "At a time", "0", "parallel must be");
            field(page, "At a time").fill("");
            page.getByText("Options of all sessions").click();
            assertError(page, "Embedding width", "0", "nEmbd must be");
            assertThat(api.get("/sweeps/page-bad").status()).isEqualTo(404);
        } finally {
            api.deleteSweep("page-taken");
        }
    }

    /// Starts the sweep with a value that is not allowed.
    private static void assertError(Page page, String label, String value, String message) {
        Locator field = field(page, label);
        field.fill(value);
        begin(page);
        assertThat(field).hasAttribute("aria-invalid", "true");
        assertThat(field).isFocused();
        assertThat(page.locator("#" + field.getAttribute("id") + "-error")).containsText(message);
    }

    @Test
    void valuesAreDrawnAtRandomFromARange() {
        api.deleteSweep("page-random");
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/sweeps");
            field(page, "Name").fill("page-random");
            field(page, "Pasted text").check();
            field(page, "Text").fill(Api.SIX_NAMES);
            field(page, "values drawn at random").check();
            field(page, "From").fill("0.01");
            field(page, "To").fill("0.02");
            button(page, "Add an option").click();
            page.getByLabel("Option", new Page.GetByLabelOptions().setExact(true))
                    .last()
                    .selectOption("activation");
            field(page, "Values").fill("relu, gelu");
            field(page, "Sessions").fill("3");
            field(page, "Steps").fill("10");
            assertThat(page.locator("mg-sweep-form footer")).containsText("Trains 3 sessions");
            begin(page);

            page.waitForURL("**/sweeps/page-random");
            assertThat(chip(page)).hasText("completed");
        }
        JsonNode trials = sweep("page-random").path("trials");
        assertThat(trials).hasSize(3);
        for (JsonNode trial : trials) {
            assertThat(trial.at("/options/learningRate").doubleValue()).isBetween(0.01, 0.02);
            assertThat(trial.at("/options/activation").stringValue()).isIn("relu", "gelu");
        }
        api.deleteSweep("page-random");
    }

    @Test
    void aColumnSortsTheTrials() {
        start("page-sort", 20);
        await().until(() -> sweep("page-sort").has("endedAt"));
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/sweeps/page-sort?sort=session");
            Locator sessions = page.locator("mg-sweep-trials tbody a");
            assertThat(sessions)
                    .hasText(
                            new String[] {
                                "page-sort-001", "page-sort-002", "page-sort-003", "page-sort-004"
                            });
            Locator chart = page.locator("mg-sweep-options mg-chart");
            chart.locator("canvas").waitFor();
            chart.locator("[tabindex]").press("End");
            assertThat(chart.locator("[role=status]"))
                    .hasText(Pattern.compile("^1  page-sort-00\\d\\s+Learning rate  "));
            button(page, "Session").press("Enter");
            assertThat(sessions.first()).hasText("page-sort-004");
            assertThat(page).hasURL(Pattern.compile("sort=-session$"));
        } finally {
            api.deleteSweep("page-sort");
        }
    }

    @Test
    void aSweepThatDoesNotExistIsAPageThatSaysSo() {
        try (Tab tab = open().expectingErrors()) {
            Page page = tab.page();
            page.navigate("/sweeps/page-nothing");
            assertThat(page.locator("h1")).hasText("There is no sweep “page-nothing”");
            page.getByText("All sweeps").click();
            assertThat(page.locator("h1")).hasText("Sweeps");
        }
    }
}

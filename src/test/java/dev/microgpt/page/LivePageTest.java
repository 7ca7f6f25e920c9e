package dev.microgpt.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static dev.microgpt.page.Tab.button;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.WebSocketRoute;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;

/// The Live page of a session.
@ServiceTest
@ExtendWith(Chromium.class)
final class LivePageTest {

    private final Api api;
    private final Browser browser;

    LivePageTest(@LocalServerPort int port, Browser browser) {
        api = new Api(port);
        this.browser = browser;
    }

    private Tab open() {
        return Tab.open(browser, api.port());
    }

    private static Locator steps(Page page) {
        return page.locator(".badge dd").first();
    }

    private static void showLossTable(Page page) {
        button(page, "Loss: menu").click();
        button(page, "Show as a table").click();
    }

    private static Locator lossRows(Page page) {
        return page.locator("mg-loss-panel tbody tr");
    }

    @Test
    void trainsSingleStepsAndRuns() {
        api.initSixNames("live-steps");
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/live-steps");
            assertThat(page.locator("mg-loss-panel").getByText("No step has been trained yet."))
                    .isVisible();
            button(page, "Train 1 step").click();
            assertThat(steps(page)).hasText("1");
            button(page, "Train 100 steps").click();
            assertThat(steps(page)).hasText("101");
            page.getByLabel("Steps to train").fill("2,000");
            button(page, "Train").click();
            assertThat(steps(page)).hasText("2,101");
            assertThat(page.getByText("Last run succeeded: 2,000 of 2,000 steps")).isVisible();
            assertThat(page.locator("mg-loss-panel mg-chart canvas")).isVisible();

            showLossTable(page);
            assertThat(lossRows(page).first().locator("td").first()).hasText("1");
            assertThat(lossRows(page).last().locator("td").nth(1)).hasText("2101");
        }
    }

    @Test
    void pausesResumesSlowsDownAndCancelsARun() {
        api.initSlow("live-run");
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/live-run");
            page.getByLabel("Steps to train").fill("1000000000");
            button(page, "Train").click();
            assertThat(page.locator(".chip")).hasText("training");
            assertThat(page.getByText(Pattern.compile("of 1,000,000,000 steps"))).isVisible();
            button(page, "Pause").click();
            assertThat(page.locator(".chip")).hasText("paused");
            button(page, "Resume").click();
            assertThat(page.locator(".chip")).hasText("training");
            page.getByLabel("Speed", new Page.GetByLabelOptions().setExact(true)).selectOption("5");
            page.waitForCondition(() -> api.get("/sessions/live-run/runs/2").status() == 200);
            button(page, "Cancel").click();
            assertThat(page.getByText(Pattern.compile("Last run cancelled"))).isVisible();
        }
    }

    @Test
    void showsAndChangesTheSpeedOfTheRun() {
        api.initSlow("live-speed");
        Map<String, Object> run =
                Map.of(
                        "steps",
                        1_000_000,
                        "stepsPerSecond",
                        37.5,
                        "stopWhen",
                        Map.of("lossBelow", 0.01));
        api.post("/sessions/live-speed/runs", run).ok();
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/live-speed");
            Locator speed = page.getByLabel("Speed", new Page.GetByLabelOptions().setExact(true));
            assertThat(speed.locator("option:checked")).hasText("37.5 steps/s");
            speed.selectOption("5");
            page.waitForCondition(() -> api.get("/sessions/live-speed/runs/2").status() == 200);
            assertThat(speed.locator("option:checked")).hasText("5 steps/s");
            JsonNode second = api.get("/sessions/live-speed/runs/2").ok();
            assertThat(second.path("maxStepsPerSecond").doubleValue()).isEqualTo(5);
            assertThat(second.path("stopWhen").path("lossBelow").doubleValue()).isEqualTo(0.01);
        } finally {
            api.delete("/sessions/live-speed");
        }
    }

    @Test
    void keyboardShortcutsTrainAndOpenTheHelp() {
        api.initSixNames("live-keys");
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/live-keys");
            assertThat(steps(page)).hasText("0");
            page.keyboard().press(".");
            assertThat(steps(page)).hasText("1");
            page.keyboard().press(":");
            assertThat(steps(page)).hasText("11");
            page.getByLabel("Steps to train").fill("50");
            page.getByLabel("Steps to train").press(".");
            page.getByLabel("Steps to train").fill("50");
            page.getByLabel("Steps to train").blur();
            page.keyboard().press(" ");
            assertThat(steps(page)).hasText("61");
            page.keyboard().press("?");
            assertThat(page.getByText("train, pause or resume")).isVisible();
        }
    }

    @Test
    void steersAndShowsErrorsAtTheirField() {
        api.initSixNames("live-steer");
        api.step("live-steer", 1001);
        try (Tab tab = open().expectingErrors()) {
            Page page = tab.page();
            page.navigate("/s/live-steer");
            button(page, "Steer and fork").click();
            assertThat(page.getByText("The learning rate has reached 0, so")).isVisible();
            page.getByLabel("Decay over").fill("5000");
            page.getByLabel("Batch size").fill("2");
            button(page, "Apply").click();
            assertThat(page.getByText("Changed at step 1001")).isVisible();
            assertThat(page.getByText("The learning rate has reached 0, so")).isHidden();
            assertThat(api.view("live-steer").path("options").path("batchSize").intValue())
                    .isEqualTo(2);

            page.getByLabel("Learning rate", new Page.GetByLabelOptions().setExact(true))
                    .fill("-1");
            button(page, "Apply").click();
            assertThat(
                            page.getByLabel(
                                    "Learning rate", new Page.GetByLabelOptions().setExact(true)))
                    .hasAttribute("aria-invalid", "true");
        }
    }

    @Test
    void doesNotShiftTheLayoutWhilePanelsLoad() {
        api.initSixNames("live-steady");
        api.step("live-steady", 200);
        try (Tab tab = open().forOneUse()) {
            Page page = tab.page();
            page.addInitScript(
                    """
                    window.shifts = [];
                    new PerformanceObserver((list) => shifts.push(...list.getEntries().map(({ value }) => value)))
                      .observe({ type: 'layout-shift', buffered: true });""");
            for (int height : new int[] {900, 4000}) {
                page.setViewportSize(Tab.DESKTOP, height);
                page.navigate("/s/live-steady");
                page.locator("mg-loss-panel canvas").first().waitFor();
                page.locator("mg-parameters-panel").scrollIntoViewIfNeeded();
                page.locator("mg-parameters-panel mg-heatmap").first().waitFor();
                assertThat(
                                (Double)
                                        page.evaluate(
                                                "() => shifts.reduce((a, b) => a + b, 0.0) + 1e-9"))
                        .isLessThan(0.1);
            }
        }
    }

    @Test
    void zoomingLoadsTheRangeAndIsKeptInTheUrl() {
        api.initSixNames("live-zoom");
        api.step("live-zoom", 20_000);
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/live-zoom?log=x");
            page.locator("mg-loss-panel mg-chart canvas").waitFor();
            page.locator("mg-loss-panel mg-chart")
                    .evaluate(
                            "chart => chart.chart.dispatchAction({type: 'dataZoom', startValue: 101, endValue: 400})");
            assertThat(page).hasURL(Pattern.compile(".*\\?log=x&from=101&to=400$"));
            showLossTable(page);
            assertThat(lossRows(page)).hasCount(300);
            assertThat(tab.requests())
                    .anyMatch(url -> url.contains("losses?from=101&to=400&maxPoints="));

            page.reload();
            showLossTable(page);
            assertThat(lossRows(page)).hasCount(300);
            button(page, "All steps").click();
            assertThat(page).hasURL(Pattern.compile(".*\\?log=x$"));
        }
    }

    @Test
    void savesNumbersAndPictures() throws IOException {
        api.initSixNames("live-save");
        api.step("live-save", 20);
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/live-save");
            page.locator("mg-loss-panel mg-chart canvas").waitFor();
            button(page, "Loss: menu").click();
            Download csv = page.waitForDownload(() -> button(page, "Save as CSV").click());
            assertThat(csv.suggestedFilename()).isEqualTo("live-save-loss-step-20.csv");
            List<String> lines = Files.readAllLines(csv.path());
            assertThat(lines)
                    .hasSize(21)
                    .first()
                    .asString()
                    .startsWith("from step,to step,lowest,mean");
            button(page, "Loss: menu").click();
            Download png = page.waitForDownload(() -> button(page, "Save as PNG").click());
            assertThat(Files.readAllBytes(png.path())).startsWith(0x89, 'P', 'N', 'G');
        }
    }

    @Test
    void reportsALostConnectionAndFillsTheGap() {
        String name = "live-lost";
        api.initSixNames(name);
        api.step(name, 30);
        try (Tab tab = open().forOneUse()) {
            Page page = tab.page();
            Deque<WebSocketRoute> connections = new ArrayDeque<>();
            AtomicBoolean isCut = new AtomicBoolean();
            page.routeWebSocket(
                    Pattern.compile("/api/v1/ws$"),
                    connection -> {
                        if (isCut.get()) {
                            connection.close();
                        } else {
                            connection.connectToServer();
                            connections.add(connection);
                        }
                    });
            page.navigate("/s/" + name);
            assertThat(steps(page)).hasText("30");
            api.step(name, 10);
            assertThat(steps(page)).hasText("40");

            isCut.set(true);
            connections.getLast().close();
            assertThat(page.getByText("Connection lost")).isVisible();
            api.step(name, 50);
            isCut.set(false);
            assertThat(page.getByText("Connection lost")).isHidden();
            assertThat(steps(page)).hasText("90");
            showLossTable(page);
            assertThat(lossRows(page)).hasCount(90);
        }
    }

    @Test
    void followsASessionThatIsStartedAgain() {
        String name = "live-anew";
        api.initSixNames(name);
        api.step(name, 30);
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/" + name);
            assertThat(steps(page)).hasText("30");
            api.init(name, Map.of("text", Api.SIX_NAMES, "nEmbd", 8));
            api.step(name, 5);
            assertThat(steps(page)).hasText("5");
            assertThat(page.getByText("1,152 parameters")).isVisible();
            showLossTable(page);
            assertThat(lossRows(page)).hasCount(5);
        }
    }

    @Test
    void saysThatASessionIsAbsentOrDeleted() {
        api.initSixNames("live-gone");
        try (Tab tab = open().expectingErrors()) {
            Page page = tab.page();
            page.navigate("/s/live-nobody");
            assertThat(page.getByText("There is no session “live-nobody”")).isVisible();
            page.getByText("Create it").click();
            assertThat(page.getByLabel("Name", new Page.GetByLabelOptions().setExact(true)))
                    .hasValue("live-nobody");

            page.navigate("/s/live-gone");
            assertThat(steps(page)).hasText("0");
            api.delete("/sessions/live-gone");
            assertThat(page.getByText("The session “live-gone” has been deleted")).isVisible();
        }
    }

    @Test
    void showsTheUntrainedModelBeforeTheFirstStep() {
        api.initSixNames("live-fresh");
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/live-fresh");
            assertThat(page.getByText("Not trained yet.")).isVisible();
            for (String panel : List.of("attention", "probabilities", "mlp")) {
                Locator shown = page.locator("mg-" + panel + "-panel");
                shown.scrollIntoViewIfNeeded();
                assertThat(shown.locator("mg-heatmap, canvas, .bars").first()).isVisible();
            }
            assertThat(page.locator("mg-samples-panel li")).hasCount(1);
        }
        assertThat(api.view("live-fresh").path("step").intValue()).isZero();
    }

    @Test
    void saysHowFarASessionHasTrainedWithoutARun() {
        api.initSixNames("live-by-steps");
        api.step("live-by-steps", 1000);
        try (Tab tab = open()) {
            tab.page().navigate("/s/live-by-steps");
            assertThat(tab.page().getByText("Trained for 1,000 steps.")).isVisible();
        }
    }

    @Test
    void showsMarkupInANameAsText() {
        try (Tab tab = open().expectingErrors()) {
            Page page = tab.page();
            page.navigate("/s/%3Cimg%20src=x%20onerror=hacked=1%3E");
            assertThat(page.getByText("There is no session “<img src=x onerror=hacked=1>”"))
                    .isVisible();
            assertThat(page.locator("img[src=x]")).hasCount(0);
            assertThat(page.evaluate("() => typeof hacked")).isEqualTo("undefined");
        }
    }

    @Test
    void keepsTheLossesThatTheServiceReturns() {
        api.initSixNames("live-losses");
        api.step("live-losses", 12);
        double[] losses = api.losses("live-losses");
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/live-losses");
            assertThat(steps(page)).hasText("12");
            Object shown =
                    page.evaluate(
                            "() => document.querySelector('mg-live-page').live.losses.points(100).map(p => p.mean)");
            assertThat(Json.doubles(Json.parse(Json.write(shown)))).containsExactly(losses);
        }
    }
}

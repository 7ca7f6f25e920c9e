package dev.microgpt.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static dev.microgpt.page.Tab.button;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.WebSocketRoute;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;

import javax.imageio.ImageIO;

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
            assertThat(page.getByText("Changed at step 1,001")).isVisible();
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
            assertThat(lossRows(page)).hasCount(300);
            button(page, "All steps").click();
            assertThat(page).hasURL(Pattern.compile(".*\\?log=x&tables=loss$"));
        }
    }

    @Test
    void savesNumbersAndPictures() throws IOException {
        api.initSixNames("live-save");
        api.step("live-save", 20);
        try (Tab tab = Tab.open(browser, api.port(), ColorScheme.DARK, Tab.DESKTOP)) {
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
            BufferedImage picture = ImageIO.read(png.path().toFile());
            Color paper = new Color(picture.getRGB(0, 0));
            assertThat(paper).isEqualTo(Color.WHITE); // though the page is dark
            BoundingBox chart = page.locator("mg-loss-panel mg-chart").boundingBox();
            assertThat((double) picture.getWidth())
                    .isGreaterThanOrEqualTo(2 * Math.floor(chart.width));
            assertThat((double) picture.getHeight())
                    .isGreaterThan(2 * chart.height + 100); // title and legend
            assertThat(inkIn(picture, 0, 100)).isPositive(); // the title
            assertThat(inkIn(picture, picture.getHeight() - 40, 40)).isZero(); // no zoom bar
            assertThat(page.evaluate("() => document.documentElement.dataset.theme ?? 'system'"))
                    .isEqualTo("system");
        }
    }

    /// Counts the pixels of some rows that are not white.
    private static long inkIn(BufferedImage picture, int from, int rows) {
        int width = picture.getWidth();
        return Arrays.stream(picture.getRGB(0, from, width, rows, null, 0, width))
                .filter(pixel -> pixel != 0xffffffff)
                .count();
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
            assertThat(page.locator(".top .chip").first()).hasText("last known: ready");
            assertThat(page.locator(".chip.ready")).hasCount(0); // no colour says that it is so now
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

    @Test
    void onAPhoneTheTrainButtonIsAlwaysInReachAndCoversNothing() {
        api.initSixNames("live-dock");
        api.step("live-dock", 10);
        try (Tab tab = Tab.openPhone(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/s/live-dock");
            page.locator("mg-parameters-panel").scrollIntoViewIfNeeded();
            page.locator("mg-parameters-panel mg-heatmap").first().waitFor();
            Locator train = button(page, "Train");
            assertThat(train).isInViewport();
            double dock = page.locator(".dock").boundingBox().y;
            page.waitForCondition( // panels that come into sight are drawn, and may become taller
                    () -> {
                        page.evaluate("() => scrollTo(0, document.documentElement.scrollHeight)");
                        return bottom(page.locator("mg-panel-grid")) <= dock;
                    });

            page.evaluate("() => scrollTo(0, 0)");
            Locator hidden =
                    button(page, "Parameters: menu"); // what Tab goes to is scrolled into view
            hidden.focus();
            assertThat(bottom(hidden)).isLessThanOrEqualTo(dock);
            train.tap();
            assertThat(page.getByText(Pattern.compile("Last run succeeded"))).hasCount(1);
        }
    }

    @Test
    void aBarOfSeveralLinesAndABadgeAboveItCoverNothing() {
        api.init("live-dock-tall", Map.of("text", Api.SIX_NAMES, "numSteps", 10));
        api.step("live-dock-tall", 10);
        try (Tab tab = Tab.openPhone(browser, api.port())) {
            Page page = tab.page();
            page.setViewportSize(360, 740);
            page.navigate("/s/live-dock-tall?at=5");
            Locator badge = page.locator(".past-badge");
            badge.waitFor();
            page.getByLabel("Steps to train").fill("1000000000000000");
            double dock = page.locator(".dock").boundingBox().y;
            page.waitForCondition(() -> bottom(badge) <= dock);
            Locator menu = button(page, "Loss: menu");
            page.waitForCondition( // panels that come into sight are drawn, and may become taller
                    () -> {
                        menu.evaluate("menu => menu.scrollIntoView({ block: 'end' })");
                        return bottom(menu) <= badge.boundingBox().y;
                    });
            page.waitForCondition(
                    () -> {
                        page.evaluate("() => scrollTo(0, document.documentElement.scrollHeight)");
                        return bottom(page.locator("mg-panel-grid")) <= badge.boundingBox().y;
                    });
            assertThat(bottom(badge)).isLessThanOrEqualTo(dock);
        }
    }

    @Test
    void whatIsScrolledToIsNotBehindTheBarAtTheTop() {
        api.initSixNames("live-bar");
        api.step("live-bar", 10);
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/live-bar");
            Locator menu = button(page, "Parameters: menu");
            menu.evaluate("menu => menu.scrollIntoView({ block: 'start' })");
            BoundingBox shown = menu.boundingBox();
            assertThat(shown.y).isGreaterThan(bottom(page.locator(".bar.above")));
        }
    }

    private static double bottom(Locator locator) {
        BoundingBox box = locator.boundingBox();
        return box.y + box.height;
    }

    @Test
    void shortcutsWorkWhileAControlHasTheFocusThatDoesNotNeedThem() {
        api.initSixNames("live-focus");
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/live-focus");
            button(page, "Train 1 step").focus();
            page.keyboard().press(".");
            assertThat(steps(page)).hasText("1");
            Locator logLoss = page.getByLabel("log loss");
            logLoss.focus();
            page.keyboard().press(".");
            assertThat(steps(page)).hasText("2");
            page.keyboard().press(" "); // belongs to the checkbox
            assertThat(logLoss).isChecked();
            page.getByLabel("Average over").focus();
            page.keyboard().press("ArrowLeft"); // belongs to the slider
            assertThat(page.locator(".average output")).hasText("50 steps");
            page.keyboard().press(":");
            assertThat(steps(page)).hasText("12");
            Locator speed = page.getByLabel("Speed", new Page.GetByLabelOptions().setExact(true));
            speed.focus();
            page.keyboard().press(".");
            assertThat(steps(page)).hasText("13");
            page.keyboard().press("?");
            assertThat(page.getByText("train, pause or resume")).isVisible();
            page.keyboard().press(".");
            page.keyboard().press("Escape");
            assertThat(steps(page)).hasText("13"); // keys in a dialog belong to it
        }
    }

    @Test
    void panelsThatAreSeenOnlyAfterAFastRunShowItsLastStep() {
        api.initSixNames("live-last");
        api.step("live-last", 1);
        try (Tab tab = Tab.openPhone(browser, api.port())) {
            Page page = tab.page();
            page.setViewportSize(Tab.PHONE, 400);
            page.navigate("/s/live-last");
            Locator health = page.locator("mg-health-panel");
            health.scrollIntoViewIfNeeded();
            assertThat(health.locator(".note")).containsText("As of step 1:");

            page.evaluate("() => scrollTo(0, 0)"); // where no panel is visible that shows traces
            page.waitForFunction(
                    """
                    () => [...document.querySelector('mg-live-page').shadowRoot.querySelector('mg-panel-grid').shadowRoot.querySelectorAll('.cell > *')]
                      .every((panel) => !(panel.isVisible && panel.constructor.needsTraces))""");
            api.step("live-last", 10_000);
            assertThat(steps(page)).hasText("10,001");
            health.scrollIntoViewIfNeeded();
            assertThat(health.locator(".note")).containsText("As of step 10,001:");
            page.locator("mg-attention-panel").scrollIntoViewIfNeeded();
            assertThat(page.locator("mg-attention-panel .subject")).containsText("step 10,001");
        }
    }

    @Test
    void copiesALinkToWhatIsSeen() {
        api.initSixNames("live-link");
        api.step("live-link", 100);
        try (Tab tab = open().forOneUse()) { // as its clipboard is replaced
            Page page = tab.page();
            page.addInitScript(
                    """
                    navigator.clipboard.writeText = async (text) => {
                      if (window.denied) throw new Error('denied');
                      window.copied = text;
                    };""");
            page.navigate("/s/live-link");
            Locator where = page.locator(".where");
            assertThat(where).hasText("Live step 100");
            page.keyboard().press("ArrowLeft");
            assertThat(where).hasText("Step 96 of 100");
            page.waitForCondition(
                    () ->
                            Boolean.TRUE.equals(
                                    page.evaluate(
                                            "() => document.querySelector('mg-live-page').live.at === 96")));
            page.keyboard().press("c"); // the address may not have followed yet
            Locator said = page.locator("mg-link-copier [role=status]");
            assertThat(said).hasText("Link copied");
            assertThat((String) page.evaluate("() => copied")).contains("live-link?at=96&text=");
            page.keyboard().press("?");
            assertThat(page.getByText("copy a link to this view")).isVisible();
            page.keyboard().press("Escape");

            page.evaluate("() => { denied = true; }");
            button(page, "Copy a link to this view").click();
            Locator address = page.getByLabel("Address of this view");
            assertThat(address).hasValue(page.url());
            assertThat(address).isFocused();
            assertThat(
                            page.evaluate(
                                    "() => document.querySelector('mg-live-page').shadowRoot.querySelector('mg-link-copier').shadowRoot.querySelector('input').selectionEnd"))
                    .isEqualTo(page.url().length());

            for (String path : List.of("/s/live-link/lab?text=emma", "/compare?s=live-link")) {
                page.navigate(path);
                button(page, "Copy a link to this view").click();
                assertThat(said).hasText("Link copied");
                assertThat(page.evaluate("() => copied")).isEqualTo(page.url());
            }

            page.navigate("/compare?s=live-link&text=" + "a".repeat(7500));
            button(page, "Copy a link to this view").click();
            assertThat(said).containsText("too long");
        }
    }
}

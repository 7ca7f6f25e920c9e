package dev.microgpt.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static dev.microgpt.page.Tab.button;
import static dev.microgpt.page.Tab.card;
import static dev.microgpt.page.Tab.contentWidth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.ColorScheme;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.web.server.LocalServerPort;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/// What the pages say about training that is probably not as wanted, and what they offer.
@ServiceTest
@ExtendWith(Chromium.class)
final class WarningsPageTest {

    private static final int PHONE_WIDTH = 360;
    private static final String HUGE = "6.812345678901234E19";

    private final Api api;
    private final Browser browser;

    WarningsPageTest(@LocalServerPort int port, Browser browser) {
        api = new Api(port);
        this.browser = browser;
    }

    private Tab open() {
        return Tab.open(browser, api.port());
    }

    private int numSteps(String session) {
        return api.view(session).path("options").path("numSteps").intValue();
    }

    private int initDiverging(String name) {
        api.init(name, Api.DIVERGING);
        api.step(name, 250);
        int step = api.view(name).path("diverging").path("step").intValue();
        assertThat(step).isPositive();
        return step;
    }

    @Test
    void trainingContinuesInOneClickAfterTheLearningRateHasReachedZero() {
        api.init("warn-zero", Map.of("text", Api.SIX_NAMES, "numSteps", 20));
        api.step("warn-zero", 20);
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/warn-zero");
            page.getByLabel("Steps to train").fill("300");
            button(page, "Learning rate has reached 0: continue with decay over 300 steps").click();
            assertThat(page.getByText("Last run succeeded: 300 of 300 steps")).isVisible();
            assertThat(numSteps("warn-zero")).isEqualTo(320);
        }
    }

    @Test
    void theDecayCoversTheStepsAskedFor() {
        api.initSixNames("warn-decay");
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/warn-decay");
            page.getByLabel("Steps to train").fill("1,500");
            assertThat(
                            page.getByText(
                                    Pattern.compile("fall to 0 at step 1,500 instead of\\s+1,000")))
                    .isVisible();
            button(page, "Train").click();
            assertThat(page.getByText("Last run succeeded: 1,500 of 1,500 steps")).isVisible();
            assertThat(numSteps("warn-decay")).isEqualTo(1500);

            page.navigate("/?q=warn-decay");
            page.getByLabel("Steps to train warn-decay").fill("200");
            button(page, "Train warn-decay").click();
            assertThat(card(page, "warn-decay").locator("dd").first()).hasText("1,700");
            assertThat(numSteps("warn-decay")).isEqualTo(1700);
        }
    }

    @Test
    void aRunThatChangedNothingSaysSo() {
        api.init("warn-idle", Map.of("text", Api.SIX_NAMES, "numSteps", 1));
        api.step("warn-idle", 1);
        api.post("/sessions/warn-idle/runs", Map.of("steps", 5));
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/warn-idle");
            assertThat(page.getByText(Pattern.compile("so they changed no parameter"))).isVisible();
        }
    }

    @Test
    void aDivergingSessionIsForkedFromBefore() {
        int step = initDiverging("warn-wild");
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/warn-wild");
            assertThat(page.getByText("diverging since step " + step)).isVisible();
            button(page, "Fork an earlier step").click();
            page.waitForURL(Pattern.compile("/s/warn-wild-2$"));
            assertThat(page.getByText("diverging since step")).isHidden();
            assertThat(api.view("warn-wild-2").path("step").intValue()).isLessThan(step);
        }
    }

    @Test
    void aCardShowsDivergenceAndForksFromBefore() {
        int step = initDiverging("warn-card");
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/?q=warn-card");
            assertThat(card(page, "warn-card")).containsText("Diverging since step " + step);
            button(page, "Fork an earlier step of warn-card").click();
            assertThat(card(page, "warn-card-2")).isVisible();
            assertThat(api.view("warn-card-2").path("step").intValue()).isLessThan(step);
        }
    }

    @Test
    void aFailedSessionOffersWhatItsNoticeNames() {
        api.init("warn-failed", Map.of("text", Api.SIX_NAMES, "learningRate", 1e300));
        api.post("/sessions/warn-failed/step", Map.of("count", 20));
        try (Tab tab = open().expectingErrors()) {
            Page page = tab.page();
            page.navigate("/s/warn-failed");
            assertThat(page.getByText(Pattern.compile("Training has failed at step \\d")))
                    .isVisible();
            button(page, "Look at an earlier step").click();
            assertThat(page).hasURL(Pattern.compile("at=\\d"));
            button(page, "Fork an earlier step").click();
            page.waitForURL(Pattern.compile("/s/warn-failed-2"));
            assertThat(api.view("warn-failed-2").path("state").stringValue()).isEqualTo("ready");
        }
    }

    private static void answerWithHugeLosses(Route route) {
        APIResponse response = route.fetch();
        String body =
                route.request().url().contains("/losses")
                        ? response.text().replaceAll("\\d+\\.\\d+", HUGE)
                        : response.text().replaceAll("(\"loss\":)[0-9.E]+", "$1" + HUGE);
        route.fulfill(new Route.FulfillOptions().setResponse(response).setBody(body));
    }

    @Test
    void hugeLossesFitOnAPhone() {
        initDiverging("warn-huge");
        try (Tab tab = Tab.open(browser, api.port(), ColorScheme.LIGHT, PHONE_WIDTH)) {
            Page page = tab.page();
            page.route("**/api/v1/sessions/warn-huge", WarningsPageTest::answerWithHugeLosses);
            page.route("**/api/v1/sessions/warn-huge/*", WarningsPageTest::answerWithHugeLosses);
            page.route("**/api/v1/sessions?*", WarningsPageTest::answerWithHugeLosses);
            page.navigate("/s/warn-huge");
            assertThat(page.getByText("diverging since step")).isVisible();
            assertThat(contentWidth(page)).isEqualTo(PHONE_WIDTH);
            page.navigate("/?q=warn-huge");
            card(page, "warn-huge").scrollIntoViewIfNeeded(); // loads its losses
            assertThat(card(page, "warn-huge").locator("dd").nth(1)).hasText("6.81e19");
            assertThat(contentWidth(page)).isEqualTo(PHONE_WIDTH);
        }
    }

    /// More steps than the page keeps one by one.
    @Test
    void allAveragesAreTheMeanOfTheLossesThatTheServiceReturns() {
        api.initSixNames("warn-mean");
        api.step("warn-mean", 5037);
        double[] losses = api.losses("warn-mean");
        double mean =
                Arrays.stream(losses, losses.length - 100, losses.length).average().orElseThrow();
        String shown = String.format(Locale.ROOT, "%.4f", mean);
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/?q=warn-mean");
            assertThat(card(page, "warn-mean").locator("dd").nth(1)).hasText(shown);

            page.navigate("/compare?s=warn-mean");
            assertThat(page.locator("mg-compare-losses .legend strong")).hasText(shown);
            Locator inTable =
                    page.locator("mg-compare-options tr")
                            .filter(
                                    new Locator.FilterOptions()
                                            .setHasText("Mean loss of the last 100"));
            assertThat(inTable.locator("td").first()).hasText(shown);
            button(page, "Losses: menu").click();
            button(page, "Show as a table").click();
            assertThat(page.locator("mg-compare-losses tbody tr").last().locator("td").last())
                    .hasText(shown);
        }
        double[] averages =
                Json.doubles(
                        Tab.run(
                                browser,
                                api.port(),
                                """
                                const { loadLosses } = await import('/js/data/load-losses.js');
                                const { LossStore, movingAverage } = await import('/js/data/loss-store.js');
                                const store = new LossStore(1024);
                                store.add(await loadLosses('warn-mean', 0, 500));
                                const points = store.points(100);
                                return [1, 10, 100, 500].map((steps) => movingAverage(points, steps, store.finest).at(-1));
                                """));
        int[] spans = {1, 10, 100, 500};
        for (int i = 0; i < spans.length; i++) {
            double expected =
                    Arrays.stream(losses, losses.length - spans[i], losses.length)
                            .average()
                            .orElseThrow();
            assertThat(averages[i]).isEqualTo(expected, within(1e-12));
        }
    }

    @Test
    void theWordsOfTheMainButtonHaveRoomOnAPhone() {
        api.init("warn-room", Map.of("text", Api.SIX_NAMES, "numSteps", 20));
        api.step("warn-room", 20);
        try (Tab tab = Tab.openPhone(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/s/warn-room");
            Object room =
                    page.locator("mg-training-controls .main")
                            .evaluate(
                                    """
                                    (button) => {
                                      const words = document.createRange();
                                      words.selectNodeContents(button);
                                      const lines = [...words.getClientRects()];
                                      const { top, bottom } = button.getBoundingClientRect();
                                      return Math.min(...lines.map((line) => line.top - top), ...lines.map((line) => bottom - line.bottom));
                                    }""");
            assertThat(((Number) room).doubleValue()).isGreaterThanOrEqualTo(5);
        }
    }
}

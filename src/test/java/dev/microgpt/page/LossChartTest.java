package dev.microgpt.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static dev.microgpt.page.Tab.button;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// The loss chart can be read at any number of steps.
@ServiceTest
@ExtendWith(Chromium.class)
final class LossChartTest {

    private final Api api;
    private final Browser browser;

    LossChartTest(@LocalServerPort int port, Browser browser) {
        api = new Api(port);
        this.browser = browser;
    }

    private JsonNode run(String body) {
        return Tab.run(
                browser,
                api.port(),
                "const range = await import('/js/data/loss-range.js');\n"
                        + "const point = (step, loss) => ({ from: step, to: step, min: loss, mean: loss, max: loss });\n"
                        + body);
    }

    private static JsonNode option(Locator chart, String expression) {
        return Json.parse(Json.write(chart.evaluate("({ option }) => " + expression)));
    }

    private static Locator logSteps(Page page) {
        return page.locator("mg-loss-panel").getByLabel("log steps");
    }

    @Test
    void theRangeFollowsTheUsualLossesAndSpikesAreMarked() {
        JsonNode reply =
                run(
                        """
                        const points = Array.from({ length: 500 }, (_, i) => point(i + 1, i === 250 ? 400 : 2 + (i % 10) / 10));
                        const found = range.lossRange(points, [3.3]);
                        return { ...found, spikes: range.spikesOf(points, found).map(({ from }) => from) };""");
        assertThat(reply.path("low").doubleValue()).isCloseTo(2, within(0.1));
        assertThat(reply.path("high").doubleValue()).isCloseTo(3.3, within(0.1));
        assertThat(Json.doubles(reply.path("spikes"))).containsExactly(251);
    }

    @Test
    void oneStepAndEqualLossesHaveARange() {
        JsonNode reply =
                run(
                        """
                        const ranges = [[], [point(1, 2)], [point(1, 2), point(2, 2)], [point(1, NaN)]].map((points) =>
                          range.lossRange(points));
                        return ranges.map(({ low, high }) => high - low);""");
        assertThat(Arrays.stream(Json.doubles(reply)).min().orElseThrow()).isPositive();
    }

    @Test
    void logarithmicStepsHelpIfTheLossFellEarly() {
        JsonNode reply =
                run(
                        """
                        const fall = (steps, loss) => {
                          const points = Array.from({ length: 500 }, (_, i) => {
                            const to = (i + 1) * steps / 500;
                            return { from: to - steps / 500 + 1, to, mean: loss(to / steps) };
                          });
                          return range.fallsEarly(points, points.map(({ mean }) => mean), 3);
                        };
                        const early = (part) => 2 + Math.exp(-part * 100);
                        return [fall(500, early), fall(10_000_000, early), fall(10_000_000, (part) => 3 - part)];""");
        assertThat(reply.toString()).isEqualTo("[false,true,false]");
    }

    @Test
    void logarithmicStepsAreOfferedByThemselvesAndTheChoiceIsRemembered() {
        api.initSixNames("chart-log");
        api.step("chart-log", 6000);
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/s/chart-log");
            assertThat(logSteps(page)).isChecked();
            Locator chart = page.locator("mg-loss-panel mg-chart");
            assertThat(option(chart, "option.xAxis.map(({ type }) => type)").toString())
                    .isEqualTo("[\"log\",\"log\"]");
            logSteps(page).uncheck();
            assertThat(page).hasURL(Pattern.compile("\\?log=$"));
            page.navigate("/s/chart-log");
            page.locator("mg-loss-panel mg-chart canvas").waitFor();
            assertThat(logSteps(page)).not().isChecked();
        }
    }

    @Test
    void aLogarithmicAxisShowsTheFirstStepsInDetail() {
        api.initSixNames("chart-early");
        api.step("chart-early", 10_000);
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/s/chart-early?log=x");
            Locator chart = page.locator("mg-loss-panel mg-chart");
            chart.locator("canvas").waitFor();
            page.waitForCondition(
                    () ->
                            option(
                                                    chart,
                                                    "option.series.find(({ id }) => id === 'mean').data.filter(([step]) => step <= 1000).length")
                                            .intValue()
                                    >= 200);
        }
    }

    @Test
    void theLearningRateIsAChartOfItsOwnOnTheSameSteps() {
        api.initSixNames("chart-rate");
        api.step("chart-rate", 300);
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/s/chart-rate?from=101&to=200");
            Locator chart = page.locator("mg-loss-panel mg-chart");
            chart.locator("canvas").waitFor();
            String extents =
                    "({ chart }) => [0, 1].map(i => chart.getModel().getComponent('xAxis', i).axis.scale.getExtent())";
            page.waitForCondition(
                    () -> Json.write(chart.evaluate(extents)).equals("[[101,200],[101,200]]"));
            assertThat(
                            option(
                                            chart,
                                            "option.series.find(({ id }) => id === 'rate').yAxisIndex")
                                    .intValue())
                    .isEqualTo(1);
        }
    }

    @Test
    void validationLossesAreASecondLineWithTheStepSinceWhichTheModelOverfits() {
        String names =
                "emma olivia ava isabella sophia charlotte mia amelia harper evelyn abigail emily ella"
                        + " elizabeth camila luna sofia avery mila aria";
        Map<String, Object> options =
                Map.of("text", names.replace(' ', '\n'), "validation", 5, "numSteps", 5000);
        api.init("chart-validated", options);
        api.step("chart-validated", 800);
        JsonNode validation = api.get("/sessions/chart-validated/validation").ok();
        JsonNode losses = validation.path("losses");
        long overfitSince = validation.path("overfitSince").longValue();
        assertThat(overfitSince).isPositive();
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/s/chart-validated?log=");
            Locator chart = page.locator("mg-loss-panel mg-chart");
            Locator legend = page.locator("mg-loss-panel .legend");
            assertThat(legend).containsText("validation");
            assertThat(
                            option(
                                            chart,
                                            "option.series.find(({ id }) => id === 'validation').data.map(([, loss]) => ({ loss }))")
                                    .valueStream()
                                    .map(each -> each.path("loss").doubleValue()))
                    .containsExactlyElementsOf(
                            losses.valueStream()
                                    .map(each -> each.path("loss").doubleValue())
                                    .toList());
            page.waitForCondition(() -> marks(chart).contains("overfit since here"));

            api.post("/sessions/chart-validated/runs", Map.of("steps", 400)).ok();
            String newest = "option.series.find(({ id }) => id === 'validation').data.at(-1)[0]";
            page.waitForCondition(() -> option(chart, newest).longValue() > 800);
        }
    }

    /// Returns the labels of the vertical marks.
    private static String marks(Locator chart) {
        return option(
                        chart,
                        "option.series.flatMap(({ markLine }) => (markLine?.data ?? []).map(({ label }) => label?.formatter ?? ''))")
                .toString();
    }

    @Test
    void aButtonListsTheSpikes() {
        // a batch of one: six documents whose losses differ, and one that the model has hardly seen
        String usual = "ab\n".repeat(400);
        api.init("chart-spikes", Map.of("text", usual + "zzzzzzzzzzzz"));
        api.step("chart-spikes", 450);
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/s/chart-spikes");
            Locator spikes = page.locator("mg-loss-panel .spikes");
            assertThat(spikes).hasText(Pattern.compile("▲ \\d+ spikes?"));
            spikes.click();
            double highest =
                    Arrays.stream(api.losses("chart-spikes")).skip(100).max().orElseThrow();
            assertThat(page.locator("#spikes")).containsText("%.4f".formatted(highest));
            page.keyboard().press("Escape");
            button(page, "Loss: menu").click();
        }
    }

    @Test
    void marksOfSpikesDoNotCoverTheNamesOfBaselines() {
        api.init("chart-names", Map.of("text", "ab\n".repeat(400) + "zzzzzzzzzzzz"));
        api.step("chart-names", 450);
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/s/chart-names");
            page.locator("mg-loss-panel .spikes").waitFor();
            Locator chart = page.locator("mg-loss-panel mg-chart");
            String drawn =
                    """
                    ({ chart }) => chart.getZr().storage.getDisplayList(true).map((shape) =>
                      shape.style.text ?? (shape.shape?.symbolType === 'triangle' || shape.type === 'triangle' ? '▲' : ''))""";
            page.waitForCondition(() -> Json.write(chart.evaluate(drawn)).contains("bigram"));
            List<?> shapes = (List<?>) chart.evaluate(drawn);
            assertThat(shapes.lastIndexOf("▲")).isNotNegative();
            assertThat(shapes.indexOf("uniform")).isGreaterThan(shapes.lastIndexOf("▲"));
        }
    }

    @Test
    void tenMillionStepsAreDrawnWithFewPointsOnLogarithmicSteps() {
        api.initSixNames("chart-long");
        api.step("chart-long", 20);
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/s/chart-long?ema=50000");
            Locator chart = page.locator("mg-loss-panel mg-chart");
            chart.locator("canvas").waitFor();
            page.route(
                    Pattern.compile("/losses\\?"), // the first steps in more detail
                    route ->
                            route.fulfill(
                                    new Route.FulfillOptions()
                                            .setContentType("application/json")
                                            .setBody("{\"from\":1,\"to\":1,\"buckets\":[]}")));
            // as a page receives it that watches the training: buckets of a frame each
            page.evaluate(
                    """
                    () => {
                      const { live } = document.querySelector('mg-live-page');
                      const loss = (step) => 2 + Math.exp(-step / 20_000);
                      live.losses.clear();
                      for (let from = 1; from <= 10_000_000; from += 500) {
                        const mean = loss(from);
                        live.losses.add({ buckets: [{ from, to: from + 499, min: mean - 0.5, mean, max: from % 1_000_000 === 1 ? 9 : mean + 0.5 }] });
                      }
                    }""");
            assertThat(logSteps(page)).isChecked();
            page.waitForCondition(
                    () -> option(chart, "option.xAxis[0].max").intValue() == 10_000_000);
            assertThat(option(chart, "option.xAxis[0].type").stringValue()).isEqualTo("log");
            for (JsonNode size : option(chart, "option.series.map(({ data }) => data.length)")) {
                assertThat(size.intValue()).isLessThanOrEqualTo(1000);
            }
            assertThat(
                            page.evaluate(
                                    "() => document.querySelector('mg-live-page').live.losses.size <= 4096"))
                    .isEqualTo(true);
            assertThat(
                            option(
                                            chart,
                                            "option.series.find(({ id }) => id === 'average').data.at(-1)[1]")
                                    .doubleValue())
                    .isCloseTo(2, within(0.001));
            assertThat(page.locator("mg-loss-panel .spikes")).isVisible();
        }
    }

    @Test
    void keysWorkBeforeTheFirstDrawing() {
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/");
            Object spoken =
                    page.evaluate(
                            """
                            async () => {
                              await import('/js/components/chart.js');
                              const chart = document.createElement('mg-chart');
                              const ready = new Promise((resolve) => chart.addEventListener('ready', resolve));
                              chart.option = {
                                xAxis: { type: 'value' },
                                yAxis: { type: 'value' },
                                tooltip: { trigger: 'axis', formatter: ([{ value }]) => `step ${value[0]}` },
                                series: [{ type: 'line', data: [[1, 3], [2, 2], [3, 1]] }],
                              };
                              document.body.append(chart);
                              await ready;
                              const div = chart.shadowRoot.querySelector('div');
                              div.dispatchEvent(new KeyboardEvent('keydown', { key: 'End' }));
                              await chart.updateComplete;
                              return chart.shadowRoot.querySelector('p').textContent;
                            }
                            """);
            assertThat(spoken).isEqualTo("step 3");
        }
    }

    @Test
    void theKeysGoFromPointToPoint() {
        api.initSixNames("chart-keys");
        api.step("chart-keys", 50);
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/s/chart-keys");
            Locator chart = page.locator("mg-loss-panel mg-chart");
            chart.locator("canvas").waitFor();
            chart.locator("[tabindex]").focus();
            page.keyboard().press("Home");
            assertThat(chart.locator("[role=status]")).containsText("step 1");
            page.keyboard().press("ArrowRight");
            assertThat(chart.locator("[role=status]")).containsText("step 2");
            page.keyboard().press("End");
            assertThat(chart.locator("[role=status]")).containsText("step 50");
            assertThat(page.locator(".where")).hasText("Live step 50"); // the timeline stays
        }
    }

    /// The labels of an axis that are drawn, with their places on the axis, as [text, value].
    private static JsonNode labels(Locator chart, String axis, int index) {
        String drawn =
                """
                ({ chart }) => {
                  const texts = chart.getZr().storage.getDisplayList(true).map((shape) => shape.style.text);
                  return chart.getModel().getComponent('%s', %d).axis.getViewLabels()
                    .filter(({ formattedLabel }) => texts.includes(formattedLabel))
                    .map(({ formattedLabel, tickValue }) => [formattedLabel, tickValue]);
                }"""
                        .formatted(axis, index);
        return Json.parse(Json.write(chart.evaluate(drawn)));
    }

    @Test
    void logarithmicAxesHaveReadableTicksForAnyRange() {
        JsonNode ticks =
                run(
                        """
                        const { logTicks } = await import('/js/data/log-ticks.js');
                        return [[2.1, 2.4], [0.7, 3.4], [1.1, 9], [0.9, 40], [1, 1000], [1, 1e7], [1e-6, 1e19], [2, 2], [-1, 3]]
                          .map(([low, high]) => logTicks(low, high));""");
        assertThat(Json.doubles(ticks.get(0)))
                .containsExactly(new double[] {2.1, 2.15, 2.2, 2.25, 2.3, 2.35, 2.4}, within(1e-9));
        assertThat(Json.doubles(ticks.get(1)))
                .containsExactly(new double[] {1, 1.5, 2, 2.5, 3}, within(1e-9));
        assertThat(Json.doubles(ticks.get(2))).containsExactly(2, 4, 6, 8);
        assertThat(Json.doubles(ticks.get(3))).containsExactly(1, 2, 5, 10, 20);
        assertThat(Json.doubles(ticks.get(4))).containsExactly(1, 10, 100, 1000);
        assertThat(ticks.get(5).size()).isEqualTo(8);
        assertThat(ticks.get(6).size()).isBetween(4, 10);
        assertThat(ticks.get(7).isNull()).isTrue();
        assertThat(ticks.get(8).isNull()).isTrue();
    }

    @Test
    void aLogarithmicLossAxisHasNumbers() {
        api.initSixNames("chart-log-loss");
        api.step("chart-log-loss", 300);
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            for (String query :
                    List.of("log=y", "log=xy", "log=y&spikes=1", "log=y&from=101&to=200")) {
                page.navigate("/s/chart-log-loss?" + query);
                Locator chart = page.locator("mg-loss-panel mg-chart");
                chart.locator("canvas").waitFor();
                page.waitForCondition(() -> labels(chart, "yAxis", 0).size() >= 3);
                for (JsonNode label : labels(chart, "yAxis", 0)) {
                    assertThat(Double.parseDouble(label.get(0).stringValue()))
                            .as(query)
                            .isCloseTo(label.get(1).doubleValue(), within(1e-9));
                }
            }
            page.navigate("/s/chart-log-loss?log=x&from=20&to=80");
            Locator chart = page.locator("mg-loss-panel mg-chart");
            chart.locator("canvas").waitFor();
            page.waitForCondition(
                    () -> labels(chart, "xAxis", 1).toString().contains("[\"50\",50]"));
        }
    }

    @Test
    void theLegendShowsTheValuesOfAHeldStep() {
        api.initSixNames("chart-held");
        api.step("chart-held", 600);
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/s/chart-held?at=160");
            Locator legend = page.locator("mg-loss-panel .legend");
            assertThat(legend.locator(".as-of")).hasText("as of step 160");
            double[] losses = api.losses("chart-held");
            double average = Arrays.stream(losses, 60, 160).average().orElseThrow();
            assertThat(legend.locator("strong"))
                    .hasText(
                            new String[] {
                                "%.4f".formatted(average), "0.00841" // 0.01 * (1 - 159 / 1000)
                            });
            page.locator("mg-timeline .live").click();
            assertThat(legend.locator("strong").last()).hasText("0.00401");
            assertThat(legend.locator(".as-of")).not().isVisible();
            page.navigate("/s/chart-held?at=0");
            assertThat(legend.locator("strong")).hasText(new String[] {"–", "–"});
        }
    }

    /// Where each panel begins, once nothing moves any more. Where the last one ends is left out: it moves nothing.
    private static Object places(Page page) {
        return page.evaluate(
                """
                async () => {
                  const cells = document.querySelector('mg-live-page').renderRoot.querySelector('mg-panel-grid').renderRoot.querySelectorAll('.cell');
                  const read = () => JSON.stringify([...cells].map((cell) => {
                    return [cell.dataset.name, Math.round(cell.getBoundingClientRect().top + scrollY)];
                  }));
                  for (let before = null, now = read(); ; before = now) {
                    await new Promise((done) => setTimeout(done, 250));
                    now = read();
                    if (now === before) return now;
                  }
                }""");
    }

    @Test
    void nothingMovesWhenAStepIsHeldOrReleased() {
        api.initSixNames("chart-still");
        api.step("chart-still", 1001);
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            for (int width : List.of(Tab.DESKTOP)) { // a phone shows the documents in other lines
                page.setViewportSize(width, 9000); // all panels are drawn
                page.navigate("/s/chart-still");
                assertThat(page.locator("mg-loss-panel .legend")).containsText("bigram");
                assertThat(page.locator("mg-probes-panel .legend li")).hasCount(3);
                Object live = places(page);
                page.locator("mg-samples-panel .list button").nth(20).click();
                assertThat(page.locator("mg-loss-panel .as-of")).isVisible();
                assertThat(page.locator("mg-probes-panel .past")).isVisible();
                assertThat(places(page)).as("held, %d px", width).isEqualTo(live);
                page.locator("mg-timeline .live").click();
                assertThat(page.locator("mg-loss-panel .as-of")).not().isVisible();
                assertThat(places(page)).as("released, %d px", width).isEqualTo(live);
            }
        }
    }
}

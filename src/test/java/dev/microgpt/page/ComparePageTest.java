package dev.microgpt.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static dev.microgpt.page.Tab.button;
import static dev.microgpt.page.Tab.contentWidth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;

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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The page that compares sessions side by side.
@ServiceTest
@ExtendWith(Chromium.class)
final class ComparePageTest {

    private static final int TALL = 6000;
    private static final Pattern DIFFERENCE = Pattern.compile("difference ([+−])([0-9.e-]+)$");

    private final Api api;
    private final Browser browser;

    ComparePageTest(@LocalServerPort int port, Browser browser) {
        api = new Api(port);
        this.browser = browser;
    }

    private Tab open() {
        Tab tab = Tab.open(browser, api.port());
        tab.page().setViewportSize(Tab.DESKTOP, TALL); // panels load only once they are visible
        return tab;
    }

    private void init(String name, int steps, Map<String, ?> options) {
        api.init(name, options);
        if (steps > 0) {
            api.step(name, steps);
        }
    }

    private void init(String name, int steps) {
        init(name, steps, Map.of("text", Api.SIX_NAMES));
    }

    private static Locator panel(Page page, String name) {
        return page.locator("mg-compare-" + name);
    }

    private static Locator of(Page page, String panel, String session) {
        return panel(page, panel).locator("[data-session=" + session + "]");
    }

    /// Returns the ids of the lines in the loss chart.
    private static JsonNode lines(Page page) {
        return Json.parse(
                Json.write(
                        panel(page, "losses")
                                .locator("mg-chart")
                                .evaluate("chart => chart.option.series.map(({ id }) => id)")));
    }

    private List<String> texts(String name, Map<String, ?> options) {
        JsonNode reply = api.post("/sessions/" + name + "/generate", options).ok();
        return reply.path("samples").valueStream().map(s -> s.path("text").stringValue()).toList();
    }

    @Test
    void comparesThreeSessions() {
        init("cmp-a", 60);
        init("cmp-b", 40, Map.of("text", Api.SIX_NAMES, "seed", 7));
        init("cmp-c", 20, Map.of("text", "abc\ncab\nbca", "nEmbd", 8));
        try (Tab tab = open().expectingErrors()) {
            Page page = tab.page();
            page.navigate("/compare?s=cmp-a,cmp-b,cmp-c&text=emma");
            assertThat(panel(page, "losses").locator("canvas").first()).isVisible();
            page.waitForCondition(() -> lines(page).size() == 3); // each is drawn once it is loaded
            assertThat(Json.strings(lines(page))).containsExactly("cmp-a", "cmp-b", "cmp-c");

            Locator differing = panel(page, "options").locator("tr.differs th[scope=row]");
            assertThat(differing.filter(new Locator.FilterOptions().setHasText("Embedding width")))
                    .containsText("differs");
            assertThat(differing.filter(new Locator.FilterOptions().setHasText("Seed")))
                    .hasCount(1);
            assertThat(differing.filter(new Locator.FilterOptions().setHasText("Layers")))
                    .hasCount(0);

            assertThat(of(page, "scores", "cmp-c")).containsText("the training text has no 'e'");
            double likelihood =
                    api.post("/sessions/cmp-b/score", Map.of("texts", List.of("emma")))
                            .ok()
                            .at("/scores/0/logLikelihood")
                            .doubleValue();
            assertThat(of(page, "scores", "cmp-b"))
                    .containsText("%.4f".formatted(likelihood).replace('-', '−'));

            page.getByLabel("Prompt").fill("b");
            page.getByLabel("Seed").fill("5");
            button(page, "Generate").click();
            Map<String, Object> same =
                    Map.of("prompt", "b", "seed", 5, "temperature", 0.5, "count", 5);
            for (String name : List.of("cmp-a", "cmp-b", "cmp-c")) {
                assertThat(of(page, "texts", name).locator("li"))
                        .hasText(texts(name, same).toArray(String[]::new));
            }
            assertThat(page).hasURL(Pattern.compile("prompt=b.*seed=5"));
        }
    }

    @Test
    void addsAndRemovesSessionsWhileTheOthersKeepTheirMarks() {
        init("cmp-x", 5);
        init("cmp-y", 5);
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/compare?s=cmp-x");
            page.getByLabel("Session to add").selectOption("cmp-y");
            button(page, "Add").click();
            assertThat(page).hasURL(Pattern.compile("s=cmp-x,cmp-y"));
            assertThat(of(page, "losses", "cmp-y").locator(".session-mark")).hasText("2");
            button(page, "Remove cmp-x").click();
            assertThat(of(page, "losses", "cmp-x")).hasCount(0);
            page.reload();
            assertThat(of(page, "losses", "cmp-y").locator(".session-mark")).hasText("2");
            assertThat(panel(page, "parameters")).containsText("Choose two sessions");
        }
    }

    @Test
    void keepsTheAxisInTheUrlAndOmitsSessionsWithoutTimes() {
        init("cmp-run", 0);
        init("cmp-steps", 30);
        api.post("/sessions/cmp-run/runs", Map.of("steps", 50)).ok();
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/compare?s=cmp-run,cmp-steps");
            assertThat(of(page, "picker", "cmp-run")).containsText("step 50");
            page.getByLabel("Show losses over", new Page.GetByLabelOptions().setExact(true))
                    .selectOption("time");
            assertThat(of(page, "losses", "cmp-steps"))
                    .containsText("30 steps were trained outside runs");
            page.waitForCondition(() -> Json.strings(lines(page)).equals(List.of("cmp-run")));
            assertThat(page).hasURL(Pattern.compile("axis=time"));
            page.reload();
            assertThat(of(page, "losses", "cmp-steps")).containsText("left out");
            page.keyboard().press("x");
            assertThat(page).not().hasURL(Pattern.compile("axis="));
        }
    }

    @Test
    void validationLossesAreDottedLines() {
        init("cmp-held", 20, Map.of("text", Api.SIX_NAMES, "validation", 2));
        init("cmp-whole", 20);
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/compare?s=cmp-held,cmp-whole");
            List<String> expected = List.of("cmp-held", "cmp-whole", "validation-cmp-held");
            page.waitForCondition(() -> Json.strings(lines(page)).equals(expected));
        }
    }

    @Test
    void aLogarithmicLossAxisHasNumbers() {
        init("cmp-log-a", 200);
        init("cmp-log-b", 60);
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/compare?s=cmp-log-a,cmp-log-b&log=y");
            Locator chart = panel(page, "losses").locator("mg-chart");
            chart.locator("canvas").waitFor();
            String ticks =
                    "({ chart }) => chart.getModel()?.getComponent('yAxis', 0)?.axis.getViewLabels().length >= 3";
            page.waitForCondition(() -> (Boolean) chart.evaluate(ticks));
        }
    }

    @Test
    void computesDocumentsAndSecondsFromTheHistory() {
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/compare");
            Object found =
                    page.evaluate(
                            """
                            async () => {
                              const { documentsAfter, secondsAfter, timesOf } = await import('/js/pages/compare/loss-axes.js');
                              const schedule = [{ fromStep: 0, batchSize: 1 }, { fromStep: 10, batchSize: 4 }];
                              const at = (second) => new Date(1000 * second).toISOString();
                              const events = [
                                { kind: 'loaded', step: 0, at: at(0) }, { kind: 'started', step: 0, at: at(5) },
                                { kind: 'steered', step: 10, at: at(7) }, { kind: 'paused', step: 20, at: at(8) },
                                { kind: 'resumed', step: 20, at: at(100) },
                              ];
                              const going = timesOf(events, 30, 104000).knots;
                              const fork = timesOf([...events, { kind: 'forked', step: 25, at: at(102) }], 25, 0).knots;
                              const apart = timesOf([...events, { kind: 'succeeded', step: 30, at: at(104) }], 32, 0);
                              const restored = timesOf([{ kind: 'restored', step: 10, at: at(0) }, { kind: 'started', step: 10, at: at(5) }, { kind: 'differs', step: 20, at: at(7) }], 30, 9000).knots;
                              return [
                                [5, 10, 20].map((step) => documentsAfter(step, schedule)), [documentsAfter(5, [{ fromStep: 3, batchSize: 1 }])],
                                [5, 10, 15, 20, 25, 30].map((step) => secondsAfter(step, going)),
                                [24, 25].map((step) => secondsAfter(step, fork)), [apart.missing],
                                [9, 10, 15, 30].map((step) => secondsAfter(step, restored)),
                              ];
                            }""");
            assertThat(Json.write(found))
                    .isEqualTo(
                            "[[5,10,50],[null],[1,2,2.5,3,5,7],[null,0],[\"the time is unknown because 2 steps were trained outside runs\"],[null,0,1,4]]");
        }
    }

    /// Returns the number at the end of the readout, which contains the given words.
    private static double difference(Locator panel, String words) {
        Locator readout = panel.locator(".readout");
        assertThat(readout).containsText(words);
        Matcher found = DIFFERENCE.matcher(readout.innerText());
        assertThat(found.find()).as(readout.innerText()).isTrue();
        return (found.group(1).equals("−") ? -1 : 1) * Double.parseDouble(found.group(2));
    }

    private static void press(Locator map, String... keys) {
        Locator picture = map.locator("[role=application]");
        picture.focus();
        for (String key : keys) {
            picture.press(key);
        }
    }

    @Test
    void showsTheDifferencesOfTheNumbersThatTheServiceReturns() {
        init("cmp-m", 80);
        init("cmp-n", 30);
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/compare?s=cmp-m,cmp-n&matrix=layer0.attn_wq&text=bob");
            Locator parameters = panel(page, "parameters");
            press(parameters.locator("mg-heatmap"), "Home", "ArrowDown", "ArrowRight");
            double expected = weight("cmp-m", 1, 1) - weight("cmp-n", 1, 1);
            assertThat(difference(parameters, "Row 1, column 1: cmp-m "))
                    .isEqualTo(expected, within(1e-5 * Math.abs(expected)));

            Locator attention = panel(page, "attention");
            press(attention.locator("mg-heatmap").nth(2), "Home", "ArrowDown", "ArrowDown", "End");
            press(attention.locator("mg-heatmap").nth(2), "ArrowLeft", "ArrowLeft");
            double weights =
                    attention("cmp-m", "bob", 2, 2, 1) - attention("cmp-n", "bob", 2, 2, 1);
            assertThat(difference(attention, "Layer 1, head 3, position 2 (o) attending to 1 (b)"))
                    .isEqualTo(weights, within(1e-3 * Math.abs(weights)));

            button(page, "Swap A and B").first().click();
            assertThat(page).hasURL(Pattern.compile("a=cmp-n&b=cmp-m"));
            assertThat(parameters.locator(".readout"))
                    .containsText(Pattern.compile("Row 1, column 1: cmp-n"));
            assertThat(difference(parameters, "cmp-n"))
                    .isEqualTo(-expected, within(1e-5 * Math.abs(expected)));
        }
    }

    private double weight(String name, int row, int column) {
        JsonNode matrix = api.get("/sessions/" + name + "/parameters/layer0.attn_wq").ok();
        int index = row * matrix.path("columns").intValue() + column;
        return matrix.path("values").path(index).doubleValue();
    }

    private double attention(String name, String text, int head, int position, int seen) {
        JsonNode trace = api.post("/sessions/" + name + "/inspect", Map.of("text", text)).ok();
        return trace.path("vizData")
                .path(position)
                .path("attentionWeights")
                .path(0)
                .path(head)
                .path(seen)
                .doubleValue();
    }

    @Test
    void saysWhyThereIsNoDifference() {
        init("cmp-small", 0);
        init("cmp-large", 0, Map.of("text", Api.SIX_NAMES, "nEmbd", 8, "nHead", 2));
        init("cmp-abc", 0, Map.of("text", "abc\ncab"));
        try (Tab tab = open().expectingErrors()) {
            Page page = tab.page();
            page.navigate("/compare?s=cmp-small,cmp-large,cmp-abc&text=emma");
            assertThat(panel(page, "parameters"))
                    .containsText("Needs two sessions of the same shape");
            assertThat(panel(page, "attention"))
                    .containsText("Needs two sessions with equally many layers and heads");
            panel(page, "attention").getByLabel("minus B").selectOption("cmp-abc");
            assertThat(panel(page, "attention"))
                    .containsText("cmp-abc: the training text has no 'e'");
            assertThat(panel(page, "losses")).containsText("no step has been trained yet");
        }
    }

    @Test
    void comparesASteeredForkWithItsParent() {
        init("cmp-parent", 40);
        api.post("/sessions/cmp-parent/fork", Map.of("name", "cmp-child", "step", 20)).ok();
        api.step("cmp-child", 10);
        api.patch("/sessions/cmp-child", Map.of("learningRate", 0.05)).ok();
        api.step("cmp-child", 20);
        try (Tab tab = open()) {
            Page page = tab.page();
            page.setViewportSize(Tab.DESKTOP, 3000); // panels update only while they are visible
            page.navigate("/compare?s=cmp-child&ema=1");
            Locator fork = of(page, "forks", "cmp-child");
            assertThat(fork).containsText("was forked from cmp-parent at step 20");
            button(page, "Add cmp-parent").click();
            assertThat(page).hasURL(Pattern.compile("s=cmp-child,cmp-parent"));
            double difference = api.losses("cmp-child")[39] - api.losses("cmp-parent")[39];
            assertThat(fork.locator(".newest"))
                    .containsText(
                            "At step 40 the average loss of cmp-child is %.4f %s that of cmp-parent"
                                    .formatted(
                                            Math.abs(difference),
                                            difference < 0 ? "below" : "above"));
            assertThat(fork).containsText("cmp-child. Step 30: steered to rate 0.05");

            panel(page, "forks").getByLabel("Forks and their parents: menu").click();
            panel(page, "forks").getByText("Show as a table").click();
            Locator rows = panel(page, "forks").locator("tbody tr");
            assertThat(rows).hasCount(20);
            assertThat(rows.nth(9).locator("td").last()).hasText("0"); // not yet steered
        }
    }

    @Test
    void anAbsentOrDeletedSessionDoesNotAffectTheOthers() {
        init("cmp-stays", 10);
        init("cmp-goes", 10);
        try (Tab tab = open().expectingErrors()) {
            Page page = tab.page();
            page.navigate("/compare?s=cmp-stays,cmp-goes,cmp-never");
            assertThat(of(page, "picker", "cmp-never")).containsText("no session with this name");
            assertThat(of(page, "picker", "cmp-goes")).containsText("step 10");
            api.delete("/sessions/cmp-goes");
            assertThat(of(page, "picker", "cmp-goes")).containsText("no session with this name");
            assertThat(of(page, "texts", "cmp-goes")).containsText("There is no session");
            api.step("cmp-stays", 5);
            assertThat(of(page, "picker", "cmp-stays")).containsText("step 15");
            assertThat(of(page, "texts", "cmp-stays")).containsText("step 15");
        }
    }

    @Test
    void fitsOnAPhone() {
        init("cmp-phone-a", 10);
        init("cmp-phone-with-a-name-as-long-as-one-of-a-session-may-be-at-all", 10);
        try (Tab tab = Tab.openPhone(browser, api.port())) {
            Page page = tab.page();
            page.setViewportSize(Tab.PHONE, TALL);
            page.navigate(
                    "/compare?text=emma&s=cmp-phone-a,cmp-phone-with-a-name-as-long-as-one-of-a-session-may-be-at-all");
            assertThat(panel(page, "attention").locator("mg-heatmap").first()).isVisible();
            assertThat(panel(page, "parameters").locator("mg-heatmap")).isVisible();
            assertThat(contentWidth(page)).isEqualTo(Tab.PHONE);
        }
    }

    @Test
    void theSessionsPageLinksToAComparisonOfWhatIsSelected() {
        init("cmp-link-1", 3);
        init("cmp-link-2", 3);
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/?q=cmp-link");
            page.getByLabel("Compare cmp-link-1").check();
            page.getByLabel("Compare cmp-link-2").check();
            page.getByText("Compare 2 selected").click();
            assertThat(page).hasURL(Pattern.compile("/compare\\?s=cmp-link-1,cmp-link-2$"));
            assertThat(of(page, "picker", "cmp-link-2")).containsText("step 3");
        }
    }

    private double meanOfLast(String name, int steps) {
        double[] losses = api.losses(name);
        return Arrays.stream(losses, losses.length - steps, losses.length).average().orElseThrow();
    }

    @Test
    void saysWhichSessionIsBetterAndHowSureThatIs() {
        init("cmp-long", 2000);
        init("cmp-short", 120);
        api.delete("/sessions/cmp-twin");
        init("cmp-twin", 2000); // the same numbers
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/compare?s=cmp-short,cmp-long");
            Locator verdict = panel(page, "losses").locator(".verdict");
            assertThat(verdict.locator("p").first())
                    .hasText(
                            "cmp-long at step 2,000 is better than cmp-short at step 120: it has the lower mean loss over the last 100 steps.");
            assertThat(verdict.locator("li").first())
                    .containsText("cmp-long: %.4f ± ".formatted(meanOfLast("cmp-long", 100)));
            assertThat(verdict.locator("li").nth(1))
                    .containsText("cmp-short: %.4f ± ".formatted(meanOfLast("cmp-short", 100)));
            assertThat(verdict.locator("li").nth(1))
                    .containsText(
                            Pattern.compile("higher by [0-9.]+, which is [0-9.]+ standard errors"));

            page.navigate("/compare?s=cmp-long,cmp-twin");
            assertThat(verdict.locator("p").first())
                    .hasText(
                            "Practically equal: the mean losses over the last 100 steps differ by no more than their standard error.");
            page.navigate("/compare?s=cmp-long,cmp-twin,cmp-short&ema=50");
            assertThat(verdict.locator("p").first())
                    .hasText(
                            "cmp-long at step 2,000 and cmp-twin at step 2,000 are practically equal, and better than the rest: they have the lowest mean losses over the last 50 steps.");

            init("cmp-other", 200, Map.of("text", "abc\ncab\nbca"));
            page.navigate("/compare?s=cmp-long,cmp-other");
            assertThat(verdict.locator("p").first()).containsText("different texts");
            page.navigate("/compare?s=cmp-long");
            assertThat(of(page, "losses", "cmp-long")).isVisible();
            assertThat(verdict).hasCount(0);
        }
    }

    @Test
    void aSmallDifferenceOfLossesMayBeChance() {
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/compare");
            Object found =
                    page.evaluate(
                            """
                            async () => {
                              const { meanWithError, ranked } = await import('/js/data/loss-verdict.js');
                              const steps = (...losses) => losses.map((mean, i) => ({ from: i + 1, to: i + 1, mean }));
                              const alternating = (low, high, n) => steps(...Array.from({ length: n }, (_, i) => (i % 2 ? high : low)));
                              const merged = Array.from({ length: 50 }, (_, i) => ({ from: 2 * i + 1, to: 2 * i + 2, mean: i % 2 ? 3 : 1 }));
                              const at = (mean, error) => ({ name: `${mean}`, mean, error, steps: 100 });
                              return [
                                meanWithError(alternating(1, 3, 101), 100), meanWithError(merged, 100), meanWithError(steps(1, 2), 100),
                                meanWithError(steps(), 100), meanWithError([...alternating(1, 3, 20), ...steps(NaN)], 100),
                                ranked([at(2.3, 0.3), at(2, 0.4), at(3.5, 0), at(2.6, 0.3), at(9, null)]).map(({ mean, verdict }) => [mean, verdict]),
                              ];
                            }""");
            JsonNode results = Json.parse(Json.write(found));
            // of n losses that are 1 off their mean, the standard error is 1 / sqrt(n - 1)
            assertThat(results.at("/0/mean").doubleValue()).isEqualTo(2);
            assertThat(results.at("/0/error").doubleValue())
                    .isEqualTo(1 / Math.sqrt(99), within(1e-12));
            assertThat(results.at("/1/error").doubleValue())
                    .isEqualTo(1 / Math.sqrt(49), within(1e-12));
            assertThat(results.at("/1/steps").intValue()).isEqualTo(100);
            assertThat(results.at("/2/error").isNull()).isTrue();
            assertThat(results.get(3).isNull()).isTrue();
            assertThat(results.get(4).isNull()).isTrue();
            assertThat(Json.write(results.get(5)))
                    .isEqualTo(
                            "[[2,\"best\"],[2.3,\"equal\"],[2.6,\"unsure\"],[3.5,\"higher\"],[9,\"unknown\"]]");
        }
    }
}

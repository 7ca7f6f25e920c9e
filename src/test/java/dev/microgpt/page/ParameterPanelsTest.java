package dev.microgpt.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;

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
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The panels that show the inside of a model (embeddings, hidden units, parameters) and the arithmetic
/// behind them.
@ServiceTest
@ExtendWith(Chromium.class)
final class ParameterPanelsTest {

    private static final int TALL = 6000;

    /// What the sentence of a head calls the shares of the API.
    private static final Map<String, String> HEAD_PARTS =
            Map.of(
                    "previous", "the previous character",
                    "first", "the first position",
                    "itself", "itself");

    private static final List<Map<String, String>> ALL_PROBES =
            List.of(
                    Map.of("kind", "match", "pattern", "[aeiou]$"),
                    Map.of("kind", "length"),
                    Map.of("kind", "known"),
                    Map.of("kind", "match", "pattern", "^a"),
                    Map.of("kind", "surprisal", "text", "emma"));

    private final Api api;
    private final Browser browser;

    ParameterPanelsTest(@LocalServerPort int port, Browser browser) {
        api = new Api(port);
        this.browser = browser;
    }

    private Tab open() {
        return Tab.open(browser, api.port());
    }

    private static Locator inSight(Page page, String panel) {
        Locator found = page.locator(panel);
        page.setViewportSize(Tab.DESKTOP, TALL); // panels above may still grow and push it away
        found.scrollIntoViewIfNeeded();
        return found;
    }

    private static void press(Locator panel, String element, String... keys) {
        Locator picture = panel.locator(element + " [role=application]").first();
        picture.focus();
        for (String key : keys) {
            picture.press(key);
        }
    }

    private static JsonNode json(Object value) {
        return Json.parse(Json.write(value));
    }

    /// Runs the body of a function in which modules of `js/data/model` are imported.
    private JsonNode compute(String body) {
        try (Tab tab = open()) {
            tab.page().navigate("/");
            return json(
                    tab.page()
                            .evaluate(
                                    """
                                    async () => {
                                      const { principalAxes, steadied, symmetricEigen, project } = await import('/js/data/model/pca.js');
                                      const { nearest } = await import('/js/data/model/nearest-rows.js');
                                      const { UnitStatistics } = await import('/js/data/model/unit-statistics.js');
                                      %s
                                    }"""
                                            .formatted(body)));
        }
    }

    @Test
    void findsThePrincipalAxesOfAKnownCloud() {
        // along three directions at right angles, of few and of many columns
        JsonNode results =
                compute(
                        """
                        return [4, 40, 300].map((width) => {
                          const unit = (...parts) => Array.from({ length: width }, (_, i) => parts[i] ?? 0);
                          const directions = [unit(0.6, 0.8), unit(-0.8, 0.6), unit(0, 0, 0.6, -0.8)];
                          const rows = directions.flatMap((direction, i) =>
                            [3, -3].map((sign) => direction.map((x) => 5 + sign * x / (i + 1))));
                          const { mean, axes, variances, total } = principalAxes(rows, 3);
                          const cosines = axes.map((axis, i) =>
                            Math.abs(axis.reduce((sum, x, j) => sum + x * directions[i][j], 0)));
                          return { mean: mean[1], cosines, variances, total, first: Math.abs(project(rows[0], mean, axes)[0]) };
                        });""");

        assertThat(results.size()).isEqualTo(3);
        for (JsonNode result : results) {
            assertThat(result.path("mean").doubleValue()).isEqualTo(5, within(1e-9));
            assertThat(Json.doubles(result.path("cosines")))
                    .containsExactly(new double[] {1, 1, 1}, within(1e-6));
            assertThat(Json.doubles(result.path("variances")))
                    .containsExactly(new double[] {3, 3 / 4., 3 / 9.}, within(1e-9));
            assertThat(result.path("total").doubleValue())
                    .isEqualTo(3 + 3 / 4. + 3 / 9., within(1e-9));
            assertThat(result.path("first").doubleValue()).isEqualTo(3, within(1e-6));
        }
    }

    @Test
    void rotatesSwappedMirroredOrTurnedAxesBack() {
        JsonNode result =
                compute(
                        """
                        const previous = [[1, 0, 0], [0, 1, 0]];
                        const cos = Math.cos(2), sin = Math.sin(2);
                        return [
                          steadied([[0, -1, 0], [1, 0, 0]], previous),
                          steadied([[cos, sin, 0], [sin, -cos, 0]], previous),
                        ].map((axes) => axes.map((axis) => Array.from(axis)));""");

        for (JsonNode axes : result) {
            assertThat(Json.doubles(axes.path(0)))
                    .containsExactly(new double[] {1, 0, 0}, within(1e-9));
            assertThat(Json.doubles(axes.path(1)))
                    .containsExactly(new double[] {0, 1, 0}, within(1e-9));
        }
    }

    @Test
    void findsNeighboursAndCountsDeadUnits() {
        JsonNode result =
                compute(
                        """
                        const stats = new UnitStatistics();
                        const at = (...units) => ({ mlpActivations: [units] });
                        stats.add(['BOS', 'a'], [at(-1, 2, 0), at(-1, 4, 1)]);
                        stats.add(['BOS', 'a'], [at(-1, -2, 0), at(-1, 2, 0)]);
                        const before = Array.from(stats.dead(0));
                        const exciting = stats.exciting(0, 1, 5);
                        for (let i = 0; i < 300; i++) {
                          stats.add(['BOS'], [at(-1, 1, -1)]);
                        }
                        return {
                          nearest: nearest([[1, 0], [0, 1], [2, 0.1], [-1, 0]], 0, 2).map(({ index }) => index),
                          before, exciting, after: Array.from(stats.dead(0)), window: stats.window,
                        };""");

        assertThat(Json.doubles(result.path("nearest"))).containsExactly(2, 1);
        assertThat(Json.doubles(result.path("before"))).containsExactly(1, 0, 0);
        assertThat(result.path("exciting").path(0).path("character").stringValue()).isEqualTo("a");
        assertThat(result.path("exciting").path(0).path("mean").doubleValue()).isEqualTo(3);
        assertThat(result.path("exciting").path(1).path("mean").doubleValue()).isEqualTo(1);
        assertThat(Json.doubles(result.path("after"))).containsExactly(1, 0, 1);
        assertThat(result.path("window").intValue()).isEqualTo(256);
    }

    @Test
    void showsEmbeddingsOnSteadyAxesAndComparesThemByKeyboard() {
        api.initSixNames("inside-embeddings");
        api.step("inside-embeddings", 300);
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/inside-embeddings");
            Locator panel = inSight(page, "mg-embeddings-panel");
            assertThat(panel.locator(".facts")).containsText("step 300");
            double[] before = places(panel);
            for (int step = 310; step <= 320; step += 10) {
                api.step("inside-embeddings", 10);
                assertThat(panel.locator(".facts")).containsText("step " + step);
                double[] after = places(panel);
                assertThat(cosine(before, after)).isGreaterThan(0.95);
                before = after;
            }
            assertThat(panel.locator(".facts")).containsText("trails from 300");

            press(panel, "mg-scatter", "ArrowRight", "ArrowRight");
            assertThat(panel.locator(".neighbours")).containsText("Most similar to b");
            assertThat(panel.locator(".neighbours li")).hasCount(6);
            assertThat(panel.locator("[role=status]"))
                    .containsText(Pattern.compile("^b: most similar to"));

            panel.locator("select").nth(1).selectOption("3");
            panel.locator("select").first().selectOption("positions");
            assertThat(panel.locator(".facts")).containsText("16 vectors of 16 numbers");
            assertThat(page).hasURL(Pattern.compile("embeddings=positions-3d"));
            assertThat(places(panel)).hasSize(16 * 3);
        }
    }

    private static double[] places(Locator panel) {
        return Json.doubles(
                json(
                        panel.locator("mg-scatter")
                                .evaluate("map => map.points.flatMap(point => point.at)")));
    }

    private static double cosine(double[] a, double[] b) {
        assertThat(a).hasSameSizeAs(b);
        double dot = 0;
        double squares = 0;
        double others = 0;
        for (int i = 0; i < a.length; i++) {
            dot += a[i] * b[i];
            squares += a[i] * a[i];
            others += b[i] * b[i];
        }
        return dot / Math.sqrt(squares * others);
    }

    @Test
    void showsTheUnitsOfEachLayerAndWhatActivatesThem() {
        api.init("inside-mlp", Map.of("text", Api.SIX_NAMES, "nLayer", 2, "nEmbd", 8));
        api.step("inside-mlp", 40);
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/inside-mlp?layer=2");
            Locator panel = inSight(page, "mg-mlp-panel");
            assertThat(panel.locator(".legend"))
                    .containsText("of 32 units never above 0 in 32 texts");
            api.step("inside-mlp", 1);
            assertThat(panel.locator(".facts")).containsText("step 41");
            assertThat(panel.locator(".facts")).containsText("inactive in this step");

            press(panel, "mg-heatmap", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowDown");
            assertThat(panel.locator(".unit")).containsText("Unit 2 at position 1");
            JsonNode trace =
                    json(page.evaluate("() => document.querySelector('mg-live-page').live.trace"));
            double expected = trace.at("/vizData/1/mlpActivations/1/2").doubleValue();
            assertThat(shown(panel.locator(".unit .value")))
                    .isEqualTo(expected, within(1e-3 * Math.abs(expected)));
            panel.locator("select").selectOption("0");
            assertThat(page).hasURL(Pattern.compile("/s/inside-mlp$"));
        }
    }

    private static double shown(Locator number) {
        return Double.parseDouble(number.textContent().replace('−', '-'));
    }

    @Test
    void oneCursorReadsAllFourNumbersOfAParameter() {
        String name = "inside-parameters";
        api.initSixNames(name);
        api.step(name, 50);
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/" + name);
            page.locator("mg-loss-panel canvas").first().waitFor();
            assertThat(tab.requests()).noneMatch(url -> url.endsWith("/histograms"));
            Locator panel = inSight(page, "mg-parameters-panel");
            assertThat(panel.locator("figcaption").first()).containsText("step 50");
            api.step(name, 1);
            assertThat(panel.locator("figcaption").last()).containsText("step 51");
            assertThat(panel.locator(".facts")).containsText("update ÷ weights");

            press(panel, "mg-heatmap", "ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight");
            assertThat(panel.locator("#readout")).containsText("row 1, b, column 2");
            Map<String, String> kinds =
                    Map.of(
                            "Weight",
                            "weight",
                            "Gradient",
                            "gradient",
                            "Adam m",
                            "m",
                            "Adam v",
                            "v");
            kinds.forEach(
                    (title, kind) -> {
                        double expected =
                                api.get("/sessions/" + name + "/parameters/wte?kind=" + kind)
                                        .ok()
                                        .at("/values/" + (16 + 2))
                                        .doubleValue();
                        assertThat(shown(panel.locator("b[data-kind='" + title + "']")))
                                .as(title)
                                .isEqualTo(expected, within(1e-5 * Math.abs(expected)));
                    });

            panel.locator("select").selectOption("layer0.mlp_fc1");
            assertThat(panel.locator(".facts")).containsText("64 rows of 16");
            press(panel, ".history mg-heatmap", "ArrowRight");
            assertThat(panel.locator(".history .readout"))
                    .containsText(Pattern.compile("step 0: [0-9,]+ of 1,024 weights from"));
            assertThat(page).hasURL(Pattern.compile("matrix=layer0.mlp_fc1"));
        }
    }

    @Test
    void lookingBackLoadsTheModelOfThatStep() {
        String name = "inside-back";
        api.initSixNames(name);
        api.step(name, 100);
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/" + name + "?at=64");
            assertThat(inSight(page, "mg-embeddings-panel").locator(".facts"))
                    .containsText("step 64");
            assertThat(inSight(page, "mg-mlp-panel").locator(".facts")).containsText("step 64");
            Locator parameters = inSight(page, "mg-parameters-panel");
            assertThat(parameters.locator("figcaption").first()).containsText("step 64");
            double expected =
                    api.get("/sessions/" + name + "/parameters/wte?step=64")
                            .ok()
                            .at("/values/0")
                            .doubleValue();
            press(parameters, "mg-heatmap", "ArrowDown");
            assertThat(shown(parameters.locator("b[data-kind=Weight]")))
                    .isEqualTo(expected, within(1e-5 * Math.abs(expected)));
            assertThat(tab.requests())
                    .filteredOn(url -> url.contains("/embeddings") && url.contains("step="))
                    .isNotEmpty();
            assertThat(List.of("weight", "gradient", "m", "v"))
                    .allSatisfy(
                            kind ->
                                    assertThat(tab.requests())
                                            .anyMatch(
                                                    url ->
                                                            url.endsWith(
                                                                    "?kind=" + kind + "&step=64")));
        }
    }

    @Test
    void theSentenceOfAHeadHasTheNumbersOfTheApi() {
        api.initSixNames("panel-heads");
        api.step("panel-heads", 200);
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/panel-heads");
            Locator panel = inSight(page, "mg-heads-panel");
            Locator heads = panel.locator("li");
            assertThat(heads).hasCount(4);
            assertThat(panel.getByText("Measured at step 200, over 23 positions of 6 documents"))
                    .isVisible();
            assertHeads(heads, api.get("/sessions/panel-heads/heads").ok());

            page.navigate("/s/panel-heads?at=20");
            inSight(page, "mg-heads-panel");
            assertThat(panel.locator(".note.past")).containsText("As it was at step 20");
            assertHeads(heads, api.get("/sessions/panel-heads/heads?step=20").ok());
        }
    }

    private static void assertHeads(Locator heads, JsonNode reply) {
        for (int i = 0; i < 4; i++) {
            JsonNode attention = reply.path("heads").get(i).path("attention");
            for (var part : HEAD_PARTS.entrySet()) {
                long percent = Math.round(100 * attention.path(part.getKey()).doubleValue());
                if (percent > 10) { // smaller shares are not named
                    assertThat(heads.nth(i)).containsText(percent + "% on " + part.getValue());
                }
            }
        }
    }

    @Test
    void probesShowWhatTheApiMeasuresAndAreRemembered() {
        api.initSixNames("panel-probes");
        api.step("panel-probes", 200);
        try (Tab tab = open().expectingErrors()) {
            Page page = tab.page();
            page.navigate("/s/panel-probes");
            Locator panel = inSight(page, "mg-probes-panel");
            Locator legend = panel.locator(".legend li");
            assertThat(legend).hasCount(3);
            assertThat(legend.first()).containsText("ends in a vowel");

            panel.getByLabel("Pattern").fill("(");
            Tab.button(page, "Add").click();
            assertThat(panel.getByRole(AriaRole.ALERT)).containsText("RE2");
            panel.getByLabel("Pattern").fill("^a");
            Tab.button(page, "Add").click();
            assertThat(legend).hasCount(4);
            panel.getByLabel("Kind of probe").selectOption("surprisal");
            panel.getByLabel("Text").fill("emma");
            Tab.button(page, "Add").click();
            assertThat(legend).hasCount(5);

            JsonNode reply =
                    api.post("/sessions/panel-probes/probes", Map.of("probes", ALL_PROBES)).ok();
            JsonNode shown =
                    json(
                            panel.locator("mg-chart")
                                    .evaluate(
                                            "({ option }) => option.series.map(({ data }) => data.map(([, y]) => y))"));
            assertThat(shown.size()).isEqualTo(5);
            for (int i = 0; i < 5; i++) {
                assertThat(Json.doubles(shown.get(i)))
                        .containsExactly(Json.doubles(reply.path("probes").get(i).path("values")));
            }

            page.navigate("/s/panel-probes?at=20");
            inSight(page, "mg-probes-panel");
            assertThat(legend).hasCount(5);
            assertThat(panel.locator(".past")).hasText("Values at step 20");
            Tab.button(page, "Remove: matches ^a").click();
            assertThat(legend).hasCount(4);
        }
    }

    private static Locator probesInSight(Page page) {
        return inSight(page, "mg-probes-panel").locator(".legend li");
    }

    @Test
    void aLinkShowsTheSameProbes() {
        api.initSixNames("panel-probe-link");
        api.step("panel-probe-link", 50);
        try (Tab tab = open();
                Tab other = open()) {
            Page page = tab.page();
            page.navigate("/s/panel-probe-link");
            Locator probes = probesInSight(page);
            assertThat(probes).hasCount(3);
            page.locator("mg-probes-panel").getByLabel("Pattern").fill("^a{1,2}|m&n");
            Tab.button(page, "Add").click();
            assertThat(probes).hasCount(4);
            Tab.button(page, "Remove: mean length").click();
            assertThat(probes).hasCount(3);

            Page copy = other.page();
            copy.navigate(page.url());
            assertThat(probesInSight(copy)).hasText(probes.allInnerTexts().toArray(String[]::new));

            for (int i = 0; i < 3; i++) {
                page.locator("mg-probes-panel .legend button").first().click();
            }
            assertThat(page.getByText("Add a probe below.")).isVisible();
            copy.navigate(page.url());
            inSight(copy, "mg-probes-panel");
            assertThat(copy.getByText("Add a probe below.")).isVisible();
        }
    }

    @Test
    void probesAreDrawnAtTheirSteps() {
        api.initSixNames("panel-probe-steps");
        api.step("panel-probe-steps", 1000);
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/panel-probe-steps?at=16");
            Locator chart = inSight(page, "mg-probes-panel").locator("mg-chart");
            chart.locator("canvas").waitFor();
            String drawn =
                    """
                    ({ chart, option }) => ({
                      xs: option.series[0].data.map(([x]) => x),
                      mark: option.series[0].markLine.data[0].xAxis,
                      labels: chart.getModel().getComponent('xAxis', 0).axis.getViewLabels().map(({ formattedLabel, tickValue }) => [formattedLabel, tickValue]),
                    })""";
            page.waitForCondition(() -> json(chart.evaluate(drawn)).path("labels").size() > 2);
            JsonNode axis = json(chart.evaluate(drawn));
            double[] steps =
                    Json.doubles(
                            api.post(
                                            "/sessions/panel-probe-steps/probes",
                                            Map.of("probes", ALL_PROBES, "samples", 1))
                                    .ok()
                                    .path("steps"));
            double[] xs = Json.doubles(axis.path("xs"));
            assertThat(steps[0]).isZero();
            assertThat(Arrays.copyOfRange(xs, 1, xs.length))
                    .containsExactly(Arrays.copyOfRange(steps, 1, steps.length));
            assertThat(axis.path("mark").doubleValue()).isEqualTo(16);
            assertThat(axis.path("labels").toString())
                    .isEqualTo(
                            "[[\"0\",%s],[\"1\",1],[\"10\",10],[\"100\",100],[\"1K\",1000]]"
                                    .formatted(axis.path("xs").get(0)));
            assertThat(xs[0]).isLessThan(1);
        }
    }

    @Test
    void aLinkShowsProbesOnTheSameKindOfSteps() {
        api.initSixNames("panel-probe-log");
        api.step("panel-probe-log", 200);
        try (Tab tab = open();
                Tab other = open()) {
            Page page = tab.page();
            page.navigate("/s/panel-probe-log");
            Locator choice = inSight(page, "mg-probes-panel").getByLabel("log steps");
            assertThat(choice).isChecked();
            choice.uncheck();
            assertThat(page).hasURL(Pattern.compile("[?&]probes-log=0$"));
            Page copy = other.page();
            copy.navigate(page.url());
            Locator copied = inSight(copy, "mg-probes-panel").getByLabel("log steps");
            assertThat(copied).not().isChecked();
            copied.check();
            assertThat(copy).hasURL(Pattern.compile("[?&]probes-log=1$"));
            page.navigate("/s/panel-probe-log"); // remembered, and in the address again
            assertThat(inSight(page, "mg-probes-panel").getByLabel("log steps")).not().isChecked();
            assertThat(page).hasURL(Pattern.compile("[?&]probes-log=0$"));
        }
    }

    @Test
    void namesOfProbesAreReadableOnAPhone() {
        api.initSixNames("panel-probe-phone");
        api.step("panel-probe-phone", 200);
        try (Tab tab = Tab.openPhone(browser, api.port())) {
            Page page = tab.page();
            page.navigate(
                    "/s/panel-probe-phone?probe=match:%5Baeiou%5D$&probe=match:(an%7Cen%7Cin%7Con%7Cun)%5Baeiou%5D?(tt%7Cll%7Css)(a%7Co%7Ci)$&probe=known");
            page.setViewportSize(Tab.PHONE, TALL);
            Locator legend = page.locator("mg-probes-panel .legend");
            page.locator("mg-probes-panel").scrollIntoViewIfNeeded();
            assertThat(legend.locator("li")).hasCount(3);
            for (Locator name : legend.locator(".name").all()) {
                assertThat(
                                (Boolean)
                                        name.evaluate(
                                                "e => e.scrollWidth <= e.clientWidth || getComputedStyle(e).display === 'inline'"))
                        .as(name.innerText())
                        .isTrue();
            }
            assertThat((Boolean) legend.evaluate("e => e.scrollWidth <= e.clientWidth")).isTrue();
            assertThat(legend.locator("li").first())
                    .containsText(Pattern.compile("reached first at step \\d+"));
        }
    }

    @Test
    void probesOfALinkThatCannotBeMeasuredAreLeftOut() {
        api.initSixNames("panel-probe-bad");
        api.step("panel-probe-bad", 50);
        try (Tab tab = open().expectingErrors()) {
            Page page = tab.page();
            page.navigate(
                    "/s/panel-probe-bad?probe=constructor&probe=nonsense:x&probe=match:&probe=match:"
                            + "a".repeat(201)
                            + "&probe=match:(&probe=length&probe=surprisal:%CE%A9&probe=length");
            Locator probes = probesInSight(page);
            assertThat(probes).hasCount(3);
            assertThat(probes.getByText("mean length")).isVisible();
            assertThat(probes.filter(new Locator.FilterOptions().setHasText("matches (")))
                    .containsText("left out: the pattern is not a regular expression");
            assertThat(probes.filter(new Locator.FilterOptions().setHasText("surprisal of “Ω”")))
                    .containsText("left out: the training text has no 'Ω'");
            assertThat(page.locator("mg-probes-panel").getByRole(AriaRole.ALERT)).hasCount(0);

            page.navigate("/s/panel-probe-bad?probe=nonsense");
            assertThat(probesInSight(page)).hasCount(3); // those to begin with
            page.navigate(
                    "/s/panel-probe-bad?"
                            + IntStream.range(0, 20)
                                    .mapToObj(i -> "probe=match:" + (char) ('a' + i))
                                    .collect(Collectors.joining("&")));
            assertThat(probesInSight(page)).hasCount(6);
        }
    }

    @Test
    void numbersOfAColumnHaveOneNotation() {
        JsonNode columns =
                Tab.run(
                        browser,
                        api.port(),
                        """
                        const { columnOf } = await import('/js/data/format.js');
                        return [[0.0123, 0.00013], [4.6e-7, 0.0000011, 0.25, 0], []].map(columnOf);""");
        assertThat(columns.toString())
                .isEqualTo("[[\"0.012\",\"0.00013\"],[\"4.6e-7\",\"1.1e-6\",\"2.5e-1\",\"0\"],[]]");
    }

    @Test
    void columnsOfHealthHaveRoomOnAPhone() {
        // the learning rate, and with it the updates, are close to 0 at the end
        api.init(
                "panel-health",
                Map.of("text", Api.SIX_NAMES, "numSteps", 100_000, "learningRate", 1e-5));
        api.step("panel-health", 20);
        try (Tab tab = Tab.openPhone(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/s/panel-health");
            page.setViewportSize(Tab.PHONE, TALL);
            Locator health = page.locator("mg-health-panel");
            health.scrollIntoViewIfNeeded();
            assertThat(health.locator("tbody tr")).hasCount(9);
            JsonNode gaps =
                    json(
                            health.evaluate(
                                    """
                                    (panel) => [...panel.renderRoot.querySelectorAll('tbody tr')].flatMap((row) => {
                                      const boxes = [...row.cells].filter((cell) => cell.offsetWidth > 0).map((cell) => {
                                        const words = document.createRange();
                                        words.selectNodeContents(cell.firstElementChild ?? cell);
                                        return (cell.querySelector('svg') ?? words).getBoundingClientRect();
                                      });
                                      return boxes.slice(1).map(({ left }, i) => left - boxes[i].right);
                                    })"""));
            assertThat(Arrays.stream(Json.doubles(gaps)).min().orElseThrow())
                    .isGreaterThanOrEqualTo(6);
            for (Locator row : health.locator("tbody tr").all()) {
                assertThat(row.locator("td:not(.bar)").nth(1))
                        .hasText(Pattern.compile("^\\d\\.\\de-\\d$"));
            }
        }
    }
}

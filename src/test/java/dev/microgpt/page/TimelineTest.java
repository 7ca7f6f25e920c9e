package dev.microgpt.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static dev.microgpt.page.Tab.button;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ReducedMotion;

import dev.microgpt.session.history.SessionEvent;
import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/// Looking back on the Live page, and the panels that follow: steering with forks, samples, training health,
/// and the lines in the loss chart.
@ServiceTest
@ExtendWith(Chromium.class)
final class TimelineTest {

    private final Api api;
    private final Browser browser;

    TimelineTest(@LocalServerPort int port, Browser browser) {
        api = new Api(port);
        this.browser = browser;
    }

    private Tab open() {
        return Tab.open(browser, api.port());
    }

    private static Locator where(Page page) {
        return page.locator("mg-timeline .where");
    }

    private static Locator sampleSteps(Page page) {
        return page.locator("mg-samples-panel .list button");
    }

    /// Evaluates an expression about the page's `live`.
    private static JsonNode live(Page page, String expression) {
        Object value =
                page.evaluate(
                        "() => (live => %s)(document.querySelector('mg-live-page').live)"
                                .formatted(expression));
        return Json.parse(Json.write(value));
    }

    private void make(String name, int steps) {
        api.initSixNames(name);
        api.step(name, steps);
    }

    @Test
    void trainsAModelLooksBackAndForks() {
        api.initSixNames("time-story");
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/time-story");
            page.getByLabel("Steps to train").fill("500");
            button(page, "Train").click();
            assertThat(where(page)).hasText("Live step 500");
            assertThat(sampleSteps(page).first()).hasText("480");

            button(page, "Look at step 96").click();
            assertThat(where(page)).hasText("Step 96 of 500");
            assertThat(page).hasURL(Pattern.compile("\\?at=96&text=[a-z]+$"));
            assertThat(sampleSteps(page).first()).hasText("96");
            assertThat(page.locator("mg-loss-panel .legend")).containsText("step 96");
            assertThat(page.locator("mg-health-panel .note")).containsText("As of step 96");

            button(page, "Steer and fork").click();
            assertThat(page.getByLabel("Name of the fork")).hasValue("time-story-2");
            button(page, "Fork here").click();
            Locator fork =
                    page.getByRole(
                            AriaRole.LINK, new Page.GetByRoleOptions().setName("time-story-2"));
            assertThat(fork).isVisible();
            assertThat(page.getByLabel("Name of the fork")).hasValue("time-story-3");
            fork.click();
            assertThat(where(page)).hasText("Live step 96");
            assertThat(button(page, "Step 96: forked from time-story")).isVisible();
            button(page, "Train 10 steps").click();
            assertThat(where(page)).hasText("Live step 106");
            assertThat(api.view("time-story").path("step").intValue()).isEqualTo(500);
        }
    }

    @Test
    void keysMoveFromKeyframeToKeyframe() {
        make("time-keys", 40);
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/time-keys?ema=20");
            assertThat(where(page)).hasText("Live step 40");
            page.keyboard().press("ArrowLeft");
            assertThat(where(page)).hasText("Step 36 of 40");
            page.keyboard().press("ArrowLeft");
            assertThat(where(page)).hasText("Step 32 of 40");
            assertThat(page).hasURL(Pattern.compile("\\?ema=20&at=32&text=[a-z]*$"));
            page.keyboard().press("Home");
            assertThat(where(page)).hasText("Step 0 of 40");
            assertThat(page).hasURL(Pattern.compile("at=0&text=[a-z]*$"));
            page.keyboard().press("ArrowLeft");
            page.keyboard().press("ArrowRight");
            assertThat(where(page)).hasText("Step 1 of 40");
            page.getByLabel("Steps to train").press("ArrowRight"); // moves its caret
            assertThat(where(page)).hasText("Step 1 of 40");

            Locator slider =
                    page.getByRole(
                            AriaRole.SLIDER, new Page.GetByRoleOptions().setName("Timeline"));
            slider.press("PageUp");
            assertThat(slider).hasAttribute("aria-valuetext", "Step 11");
            page.keyboard().press("End");
            assertThat(where(page)).hasText("Live step 40");
            assertThat(page).hasURL(Pattern.compile("\\?ema=20$"));

            page.keyboard().press("?");
            assertThat(page.getByText("look at the untrained model")).isVisible();
        }
    }

    @Test
    void marksTheStepAtWhichACheckpointWasRestored() throws Exception {
        make("time-origin", 40);
        byte[] file =
                HttpClient.newHttpClient()
                        .send(
                                api.request("/sessions/time-origin/checkpoint").build(),
                                BodyHandlers.ofByteArray())
                        .body();
        api.send(
                        api.request("/sessions/time-restored/checkpoint")
                                .header("Content-Type", "application/octet-stream")
                                .PUT(BodyPublishers.ofByteArray(file)))
                .ok();
        api.step("time-restored", 10);
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/time-restored");
            assertThat(where(page)).hasText("Live step 50");
            button(page, "Step 40: restored from a checkpoint").click();
            assertThat(where(page)).hasText("Step 40 of 50");
        }
    }

    @Test
    void everyKindOfEventHasItsWords() {
        JsonNode kinds =
                Tab.run(
                        browser,
                        api.port(),
                        "return (await import('/js/data/session-events.js')).EVENT_KINDS");
        assertThat(kinds.valueStream().map(JsonNode::stringValue))
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(SessionEvent.Kind.values())
                                .map(kind -> kind.name().toLowerCase(Locale.ROOT))
                                .toList());
        JsonNode sentences =
                Tab.run(
                        browser,
                        api.port(),
                        """
                        const { describeEvent } = await import('/js/data/session-events.js');
                        return [
                          { step: 5, kind: 'failed', run: 2 }, { step: 5, kind: 'failed' },
                          { step: 5, kind: 'restored' }, { step: 5, kind: 'differs' }, { step: 1000, kind: 'paused', run: 1 },
                          { step: 5, kind: 'steered', steering: { learningRate: 0.02, batchSize: null } },
                        ].map(describeEvent)""");
        assertThat(sentences.valueStream().map(JsonNode::stringValue))
                .containsExactly(
                        "Step 5: run 2 failed",
                        "Step 5: the step failed",
                        "Step 5: restored from a checkpoint",
                        "Step 5: repeated after a restart, with another loss",
                        "Step 1,000: run 1 paused",
                        "Step 5: steered to rate 0.02");
    }

    private static void awaitTraceAt(Page page, int step) {
        page.waitForCondition(() -> live(page, "live.traceAt?.step === " + step).booleanValue());
    }

    @Test
    void aLinkOpensItsStep() {
        make("time-link", 100);
        try (Tab tab = open().expectingErrors()) {
            Page page = tab.page();
            page.navigate("/s/time-link?at=0");
            assertThat(where(page)).hasText("Step 0 of 100");
            awaitTraceAt(page, 0);

            page.navigate("/s/time-link?at=100"); // the present step, which is no keyframe yet
            assertThat(where(page)).hasText("Step 96 of 100");
            page.navigate("/s/time-link?at=17"); // between two keyframes
            assertThat(where(page)).hasText("Step 16 of 100");
            awaitTraceAt(page, 16);
            assertThat(page).hasURL(Pattern.compile("at=16&text=[a-z]*$"));

            page.navigate("/s/time-link?at=101");
            assertThat(page.getByRole(AriaRole.ALERT)).containsText("step must be from 0 to 100");
            assertThat(where(page)).hasText("Live step 100");
            assertThat(page).hasURL(Pattern.compile("time-link$"));
        }
    }

    /// Steps that are dragged over quickly are not loaded, and the picture stays until the response arrives.
    @Test
    void draggingLoadsOnlyTheNewestStepAndOneAtATime() {
        make("time-drag", 1000);
        try (Tab tab = open().forOneUse()) {
            Page page = tab.page();
            page.addInitScript(
                    """
                    window.inspections = { now: 0, most: 0, all: 0 };
                    const { fetch } = window;
                    window.fetch = async (url, options) => {
                      if (!String(url).endsWith('/inspect')) return fetch(url, options);
                      inspections.all++;
                      inspections.most = Math.max(inspections.most, ++inspections.now);
                      await new Promise((done) => setTimeout(done, 300)); // a slow server
                      return fetch(url, options).finally(() => inspections.now--);
                    };""");
            page.navigate("/s/time-drag");
            assertThat(where(page)).hasText("Live step 1,000");
            page.evaluate(
                    """
                    () => {
                      const { live } = document.querySelector('mg-live-page');
                      window.seen = [];
                      live.addEventListener('change', () => {
                        const trace = live.at === null ? live.trace : live.traceAt;
                        seen.push([live.at, trace === null ? -1 : trace.step, trace?.doc]);
                      });
                    }""");
            page.waitForCondition(() -> !live(page, "live.trace").isNull());
            page.evaluate("() => { inspections.all = 0; }");

            BoundingBox bar = page.locator("mg-timeline .scale").boundingBox();
            double y = bar.y + bar.height / 2;
            page.mouse().move(bar.x + bar.width, y);
            page.mouse().down();
            for (int i = 1; i <= 50; i++) {
                page.mouse().move(bar.x + bar.width * (1 - i / 50.0), y);
            }
            assertThat(where(page)).hasText("Step 0 of 1,000");
            page.mouse().up();
            page.waitForCondition(() -> live(page, "live.at === 0").booleanValue());

            JsonNode calls = Json.parse(Json.write(page.evaluate("() => inspections")));
            assertThat(calls.path("most").intValue()).isEqualTo(1);
            assertThat(calls.path("all").intValue()).isBetween(2, 40);
            JsonNode seen = Json.parse(Json.write(page.evaluate("() => seen")));
            assertThat(seen.valueStream())
                    .filteredOn(shown -> !shown.get(0).isNull())
                    .hasSizeGreaterThan(1)
                    .allMatch(shown -> shown.get(0).equals(shown.get(1)))
                    .extracting(shown -> shown.get(2).stringValue())
                    .containsOnly(live(page, "live.traceAt.doc").stringValue());

            button(page, "LIVE").click();
            assertThat(where(page)).hasText("Live step 1,000");
        }
    }

    @Test
    void theTimelineCanBeDraggedByTouch() {
        make("time-touch", 1000);
        try (Tab tab = Tab.openPhone(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/s/time-touch");
            assertThat(where(page)).hasText("Live step 1,000");
            BoundingBox bar = page.locator("mg-timeline .scale").boundingBox();
            Finger finger = new Finger(page);
            finger.drag(bar.x + bar.width, bar.x, bar.y + bar.height / 2);
            assertThat(where(page)).hasText("Step 0 of 1,000");
            assertThat(page.evaluate("() => scrollX + scrollY")).isEqualTo(0);
        }
    }

    @Test
    void marksEvents() {
        make("time-marks", 100);
        api.patch("/sessions/time-marks", Map.of("learningRate", 0.02, "batchSize", 2)).ok();
        api.step("time-marks", 200);
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/time-marks");
            Locator mark = button(page, "Step 100: steered to rate 0.02, batch 2");
            mark.hover();
            assertThat(page.getByText("Step 100: steered to rate 0.02, batch 2")).isVisible();
            Object labels =
                    page.locator("mg-loss-panel mg-chart")
                            .evaluate(
                                    "chart => chart.option.series.find(({id}) => id === 'mean').markLine.data.map(d => d.label.formatter)");
            assertThat(labels).isEqualTo(List.of("rate 0.02, batch 2"));
            mark.click();
            assertThat(where(page)).hasText("Step 96 of 300");
        }
    }

    @Test
    void aControlTwinContinuesWithoutTheChange() {
        api.initSlow("time-control");
        Map<String, Object> run =
                Map.of(
                        "steps",
                        5_000,
                        "stepsPerSecond",
                        200,
                        "stopWhen",
                        Map.of("lossBelow", 0.01));
        api.post("/sessions/time-control/runs", run).ok();
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/time-control");
            button(page, "Steer and fork").click();
            page.getByText("Fork a control twin first").click();
            page.getByLabel("Learning rate", new Page.GetByLabelOptions().setExact(true))
                    .fill("0.002");
            button(page, "Apply").click();
            assertThat(page.getByText("steps without the change")).isVisible();

            JsonNode changes = api.get("/sessions/time-control/history").ok().path("events");
            int step =
                    changes.valueStream()
                            .filter(event -> event.path("kind").stringValue().equals("steered"))
                            .findFirst()
                            .orElseThrow()
                            .path("step")
                            .intValue();
            JsonNode twin = api.get("/sessions/time-control-twin/history").ok();
            assertThat(twin.path("events").valueStream())
                    .anySatisfy(
                            event -> {
                                assertThat(event.path("kind").stringValue()).isEqualTo("forked");
                                assertThat(event.path("step").intValue()).isEqualTo(step);
                            });
            assertThat(twin.path("schedule").size()).isEqualTo(1);
            JsonNode twins = api.get("/sessions/time-control-twin/runs/1").ok();
            assertThat(twins.path("steps").intValue()).isEqualTo(5_000 - step);
            assertThat(twins.path("maxStepsPerSecond").doubleValue()).isEqualTo(200);
            assertThat(twins.path("stopWhen").path("lossBelow").doubleValue()).isEqualTo(0.01);
            assertThat(api.view("time-control").path("state").stringValue()).isEqualTo("training");
        } finally {
            api.delete("/sessions/time-control");
            api.delete("/sessions/time-control-twin");
        }
    }

    @Test
    void aRejectedChangeLeavesNoTwin() {
        make("time-refused", 10);
        try (Tab tab = open().expectingErrors()) {
            Page page = tab.page();
            page.navigate("/s/time-refused");
            button(page, "Steer and fork").click();
            page.getByText("Fork a control twin first").click();
            Locator rate =
                    page.getByLabel("Learning rate", new Page.GetByLabelOptions().setExact(true));
            rate.fill("-1");
            button(page, "Apply").click();
            assertThat(rate).hasAttribute("aria-invalid", "true");
            assertThat(api.get("/sessions/time-refused-twin").status()).isEqualTo(404);

            page.getByLabel("Name of the fork").fill("time-refused");
            button(page, "Fork here").click();
            assertThat(page.getByRole(AriaRole.ALERT)).containsText("exists");
        }
    }

    @Test
    void showsSamplesAndWritesMoreWithoutChangingTheSession() {
        api.init("time-samples", Map.of("text", "<b>a</b>\n<script>hacked=1</script>"));
        api.step("time-samples", 300);
        try (Tab tab = open().expectingErrors()) {
            Page page = tab.page();
            page.navigate("/s/time-samples");
            Locator known =
                    page.locator("mg-samples-panel .list li")
                            .filter(new Locator.FilterOptions().setHasText("in the documents"));
            assertThat(known.first().locator(".text")).hasText(Pattern.compile("<b>a</b>"));
            assertThat(page.locator("mg-samples-panel .list .new").first()).hasText("new");
            assertThat(page.locator("mg-samples-panel .list b")).hasCount(0);

            page.locator("mg-samples-panel").getByLabel("Temperature").fill("0");
            button(page, "Generate").click();
            Locator written = page.locator("mg-samples-panel .written li");
            assertThat(written).hasCount(1);
            assertThat(written).containsText("6 times");
            assertThat(page.getByText("Generated at step 300.")).isVisible();
            page.keyboard().press("Home");
            assertThat(page.getByText("Generated at step 0.")).isVisible();

            button(page, "With another seed").click();
            assertThat(page.locator("mg-samples-panel").getByLabel("Seed")).not().hasValue("1");
            page.locator("mg-samples-panel").getByLabel("Top-k").fill("0");
            button(page, "Generate").click();
            assertThat(page.locator("mg-samples-panel").getByLabel("Top-k"))
                    .hasAttribute("aria-invalid", "true");
        }
        // had it used the session's generator, this text would differ
        api.init("time-untouched", Map.of("text", "<b>a</b>\n<script>hacked=1</script>"));
        api.step("time-untouched", 300);
        assertThat(api.post("/sessions/time-samples/generate").body())
                .isEqualTo(api.post("/sessions/time-untouched/generate").body());
    }

    @Test
    void theChartHasBaselinesAndTheLearningRate() {
        make("time-lines", 1200);
        JsonNode lines = api.get("/sessions/time-lines/baselines").ok();
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/time-lines");
            Locator legend = page.locator("mg-loss-panel .legend");
            assertThat(legend)
                    .containsText(
                            "uniform %.2f, unigram %.2f, bigram %.2f"
                                    .formatted(
                                            lines.path("uniform").doubleValue(),
                                            lines.path("unigram").doubleValue(),
                                            lines.path("bigram").doubleValue()));
            Locator chart = page.locator("mg-loss-panel mg-chart");
            String rates =
                    "chart => chart.option.series.find(({id}) => id === 'rate')?.data ?? null";
            assertThat(Json.parse(Json.write(chart.evaluate(rates))).toString())
                    .isEqualTo("[[1,0.01],[1001,0],[1200,0]]");
            page.getByLabel("learning rate", new Page.GetByLabelOptions().setExact(true)).uncheck();
            page.waitForCondition(() -> chart.evaluate(rates) == null);
            assertThat(page).hasURL(Pattern.compile("rate=0$"));
            assertThat(tab.requests()).filteredOn(url -> url.endsWith("/baselines")).hasSize(1);
        }
    }

    @Test
    void followsTheNewestStepsWhenZoomedToThem() {
        make("time-follow", 1000);
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/time-follow");
            Locator chart = page.locator("mg-loss-panel mg-chart");
            chart.locator("canvas").waitFor();
            chart.evaluate(
                    "chart => chart.chart.dispatchAction({type: 'dataZoom', startValue: 901, endValue: 1000})");
            assertThat(page).hasURL(Pattern.compile("\\?last=100$"));
            api.step("time-follow", 500);
            page.waitForCondition(
                    () ->
                            Json.write(
                                            chart.evaluate(
                                                    "chart => { const { startValue, endValue } = chart.option.dataZoom[0]; return [startValue, endValue]; }"))
                                    .equals("[1401,1500]"));
            button(page, "Loss: menu").click();
            button(page, "Show as a table").click();
            assertThat(page.locator("mg-loss-panel tbody tr")).hasCount(100);
        }
    }

    /// For an earlier step, the page itself computes the diagnostics that the stream carries for the newest
    /// one.
    @Test
    void computesTheHealthOfAnEarlierStep() {
        api.initSixNames("time-health");
        api.step("time-health", 8);
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/time-health");
            page.locator("mg-health-panel").scrollIntoViewIfNeeded();
            assertThat(page.locator("mg-health-panel .note")).containsText("As of step 8");
            page.waitForCondition(() -> live(page, "live.stream.state === 'open'").booleanValue());
            button(page, "Train 1 step").click(); // step 9, a keyframe
            page.waitForCondition(
                    () ->
                            live(page, "live.diagnostics !== null && live.view.step === 9")
                                    .booleanValue());
            assertThat(page.locator("mg-health-panel tbody tr")).hasCount(9);
            JsonNode told = live(page, "live.diagnostics.matrices");
            button(page, "Train 10 steps").click();
            assertThat(where(page)).hasText("Live step 19");

            page.navigate("/s/time-health?at=9");
            page.locator("mg-health-panel").scrollIntoViewIfNeeded();
            assertThat(page.locator("mg-health-panel .note")).containsText("As of step 9");
            JsonNode computed =
                    Json.parse(
                            Json.write(
                                    page.locator("mg-health-panel")
                                            .evaluate("panel => panel.past.matrices")));
            for (int i = 0; i < 9; i++) {
                double expected = told.get(i).path("updateRatio").doubleValue();
                assertThat(computed.get(i).path("updateRatio").doubleValue())
                        .as(told.get(i).path("name").stringValue())
                        .isEqualTo(expected, within(expected * 1e-3));
            }
        }
    }

    @Test
    void replaysTheKeptStepsUntilTheNewest() {
        make("time-replay", 3);
        try (Tab tab = open().forOneUse()) { // as it is observed
            Page page = tab.page();
            page.addInitScript(
                    """
                    window.seen = [];
                    setInterval(() => {
                      const at = document.querySelector('mg-live-page')?.live?.at;
                      if (at !== undefined && at !== seen.at(-1)) seen.push(at);
                    }, 20);""");
            page.navigate("/s/time-replay?replay=1");
            Locator replay = page.locator("mg-timeline .replay");
            assertThat(replay)
                    .hasText(
                            "A replay: the model as it was at 3 of its steps, one after the other."
                                    + " Nothing is being trained now.");
            assertThat(replay).hasText("The replay has ended: this is the newest step.");
            assertThat(where(page)).hasText("Live step 3");
            assertThat(Json.write(page.evaluate("() => seen"))).isEqualTo("[null,0,1,2,null]");
            assertThat(page).hasURL(Pattern.compile("time-replay$"));
        }
    }

    @Test
    void theReplayStopsWhereTheUserGoesElsewhere() {
        make("time-replay-stop", 500);
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/time-replay-stop");
            assertThat(where(page)).hasText("Live step 500");
            page.keyboard().press("r");
            assertThat(where(page)).hasText("Step 16 of 500"); // not much before texts can be read
            assertThat(where(page)).not().hasText("Step 16 of 500");
            page.keyboard().press("Home");
            assertThat(button(page, "Play the replay")).isVisible();
            assertThat(where(page)).hasText("Step 0 of 500");
            button(page, "Play the replay").click();
            assertThat(where(page)).not().hasText("Step 0 of 500");
            button(page, "Pause the replay").click();
            assertThat(button(page, "Play the replay")).isVisible();
        }
    }

    @Test
    void theReplayWaitsForReadersWhoPreferLessMotion() {
        make("time-replay-calm", 100);
        try (Tab tab = open()) {
            Page page = tab.page();
            page.emulateMedia(
                    new Page.EmulateMediaOptions().setReducedMotion(ReducedMotion.REDUCE));
            page.navigate("/s/time-replay-calm?replay=1");
            assertThat(page.locator("mg-timeline .replay")).containsText("can be replayed");
            assertThat(where(page)).hasText("Step 16 of 100");
            assertThat(button(page, "Play the replay")).isVisible();
            page.emulateMedia(
                    new Page.EmulateMediaOptions().setReducedMotion(ReducedMotion.NO_PREFERENCE));
        }
    }
}

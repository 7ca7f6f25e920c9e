package dev.microgpt.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static dev.microgpt.page.Tab.button;
import static dev.microgpt.page.Tab.contentWidth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.BoundingBox;

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

/// The guided tour: its stops, its captions with the numbers of the session, and its navigation.
@ServiceTest
@ExtendWith(Chromium.class)
final class TourPageTest {

    /// The heading of each stop, and a selector that matches once its panel has content.
    private static final List<List<String>> STOPS =
            List.of(
                    List.of("What it is for", "mg-samples-panel .list li"),
                    List.of("Tokens", "mg-tour-tokens li"),
                    List.of("Embeddings", "mg-embeddings-panel mg-scatter canvas"),
                    List.of("Attention", "mg-attention-panel .map canvas"),
                    List.of("The MLP", "mg-mlp-panel mg-heatmap canvas"),
                    List.of("Probabilities", "mg-probabilities-panel .bars li"),
                    List.of("Loss", "mg-tour-losses mg-chart canvas"),
                    List.of("One training step", "mg-parameters-panel mg-heatmap canvas"),
                    List.of("Learning over time", "mg-loss-panel mg-chart canvas"),
                    List.of("Writing", "mg-tour-writing .bars li"));

    private final Api api;
    private final Browser browser;

    TourPageTest(@LocalServerPort int port, Browser browser) {
        api = new Api(port);
        this.browser = browser;
    }

    private Tab open() {
        return Tab.open(browser, api.port());
    }

    private static Locator heading(Page page) {
        return page.locator(".caption h2");
    }

    private static Locator fact(Page page, String name) {
        return page.locator("[data-fact='" + name + "']");
    }

    private static double number(Page page, String name) {
        return Double.parseDouble(
                fact(page, name).textContent().replace('−', '-').replace(",", ""));
    }

    private static void open(Page page, String name, int stop) {
        page.navigate("/s/" + name + "/tour?stop=" + stop);
        page.locator(".caption .asof").waitFor();
    }

    /// Goes to a stop through the list of stops.
    private static void goTo(Page page, int stop) {
        page.locator(".stops a").nth(stop - 1).click();
        assertThat(heading(page)).hasText(STOPS.get(stop - 1).getFirst());
        page.locator(".caption .asof").waitFor();
    }

    private JsonNode anatomy(String name, String query) {
        return api.get("/sessions/" + name + "/anatomy" + query).ok();
    }

    private static JsonNode tensor(JsonNode anatomy, String name) {
        return anatomy.path("tensors")
                .valueStream()
                .filter(tensor -> tensor.path("name").stringValue().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theWholeTourWorksByKeyboard() {
        api.initSixNames("tour-keys");
        api.step("tour-keys", 200);
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/tour-keys/tour");
            for (int stop = 1; stop <= STOPS.size(); stop++) {
                assertThat(heading(page)).hasText(STOPS.get(stop - 1).getFirst());
                assertThat(page.locator(STOPS.get(stop - 1).getLast()).first()).isVisible();
                assertThat(page.locator(".caption .asof")).containsText("As of step 200");
                assertThat(page.locator(".where")).hasText("Stop " + stop + " of 10");
                assertThat(page.locator(".stops [aria-current=step] b")).hasText("" + stop);
                if (stop > 1) {
                    assertThat(heading(page)).isFocused();
                    assertThat(page).hasURL(Pattern.compile(".*/tour\\?stop=" + stop + "$"));
                }
                page.keyboard().press("ArrowRight");
            }
            assertThat(heading(page)).hasText("Writing");
            page.locator("mg-tour-writing input").press("ArrowLeft"); // the field uses the key
            assertThat(page.locator("mg-tour-writing output")).hasText("0.45");
            assertThat(heading(page)).hasText("Writing");
            heading(page).press("ArrowLeft");
            assertThat(heading(page)).hasText("Learning over time");
            page.keyboard().press("ArrowLeft");
            page.locator("mg-parameters-panel [role=application]").first().press("End");
            assertThat(heading(page)).hasText("One training step");
            heading(page).focus();
            page.keyboard().press("Home");
            assertThat(heading(page)).hasText("What it is for");
            page.keyboard().press("End");
            assertThat(heading(page)).hasText("Writing");
            page.keyboard().press("?");
            assertThat(page.getByText("the previous or the next stop")).isVisible();
        }
    }

    /// As on a small screen, or if the panel is placed before the response arrives.
    @Test
    void aPanelShowsWhatChangedWhileItWasOutOfSight() {
        api.initSixNames("tour-hidden");
        try (Tab tab = open()) {
            Page page = tab.page();
            page.setViewportSize(600, 100);
            open(page, "tour-hidden", STOPS.size());
            Locator bars = page.locator("mg-tour-writing .bars li");
            assertThat(bars).hasCount(0); // they are loaded once the panel is visible

            page.locator("mg-tour-writing").scrollIntoViewIfNeeded();

            assertThat(bars.first()).isVisible();
        }
    }

    @Test
    void captionsContainTheNumbersThatTheServiceReturns() {
        String name = "tour-numbers";
        api.initSixNames(name);
        api.step(name, 150);
        JsonNode view = api.view(name);
        JsonNode step = anatomy(name, "");
        double[] losses = Json.flat(tensor(step, "losses").path("values"));
        try (Tab tab = open()) {
            Page page = tab.page();
            open(page, name, 1);
            assertThat(number(page, "parameters")).isEqualTo(view.path("numParams").intValue());
            assertThat(number(page, "documents")).isEqualTo(6);
            goTo(page, 2);
            assertThat(number(page, "tokens")).isEqualTo(view.path("vocabSize").intValue());

            goTo(page, 4);
            JsonNode weights =
                    tensor(step, "layer0.head" + ((int) number(page, "head") - 1) + ".weights")
                            .path("values")
                            .path((int) number(page, "looks"));
            double weight = weights.path((int) number(page, "at")).doubleValue();
            assertThat(number(page, "weight")).isCloseTo(weight, within(0.001));
            assertThat(weight).isCloseTo(strongestLook(step), within(1e-4));

            goTo(page, 6);
            double[] probs =
                    Json.doubles(tensor(step, "probs").path("values").path(losses.length / 2));
            Arrays.sort(probs);
            assertThat(number(page, "top-1")).isCloseTo(probs[probs.length - 1], within(0.001));
            assertThat(number(page, "top-3")).isCloseTo(probs[probs.length - 3], within(0.001));

            goTo(page, 7);
            double loss = losses[losses.length / 2];
            assertThat(number(page, "loss")).isCloseTo(loss, within(0.001));
            assertThat(number(page, "p")).isCloseTo(Math.exp(-loss), within(0.001));
            assertThat(number(page, "mean"))
                    .isCloseTo(step.path("loss").doubleValue(), within(0.001));
            assertThat(number(page, "uniform"))
                    .isCloseTo(Math.log(view.path("vocabSize").doubleValue()), within(0.001));

            goTo(page, 9);
            assertThat(number(page, "first")).isCloseTo(api.losses(name)[0], within(0.001));
        }
    }

    /// Returns the largest weight that a position from 2 on gives to an earlier one.
    private static double strongestLook(JsonNode anatomy) {
        double strongest = 0;
        for (int head = 0; head < 4; head++) {
            JsonNode rows = tensor(anatomy, "layer0.head" + head + ".weights").path("values");
            for (int t = 2; t < rows.size(); t++) {
                for (int s = 0; s < t; s++) {
                    strongest = Math.max(strongest, rows.path(t).path(s).doubleValue());
                }
            }
        }
        return strongest;
    }

    @Test
    void theExampleParameterMatchesTheServiceAndTheNextStep() {
        String name = "tour-step";
        api.initSixNames(name);
        api.step(name, 150);
        JsonNode head = api.get("/sessions/" + name + "/anatomy/tensors/lm_head").ok();
        try (Tab tab = open()) {
            Page page = tab.page();
            open(page, name, 8);
            assertThat(fact(page, "trains")).hasText("151");
            int place = largest(Json.flat(head.path("gradients")));
            double gradient = Json.flat(head.path("gradients"))[place];
            assertThat(number(page, "gradient")).isCloseTo(gradient, within(1e-3));
            assertThat(number(page, "value"))
                    .isCloseTo(Json.flat(head.path("values"))[place], within(1e-5));
            double after = number(page, "after");
            assertThat(after).isCloseTo(Json.flat(head.path("after"))[place], within(1e-5));
            assertThat(page.locator("mg-parameters-panel [data-kind=Gradient]"))
                    .containsText(String.format("%.3f", gradient));

            api.step(name, 1);
            assertThat(fact(page, "trains")).hasText("152");
            JsonNode weights = api.get("/sessions/" + name + "/parameters/lm_head").ok();
            assertThat(Json.doubles(weights.path("values"))[place]).isCloseTo(after, within(1e-4));
        }
    }

    private static int largest(double[] values) {
        int largest = 0;
        for (int i = 0; i < values.length; i++) {
            largest = Math.abs(values[i]) > Math.abs(values[largest]) ? i : largest;
        }
        return largest;
    }

    @Test
    void usesAnEarlierStepAsExampleAfterTheLearningRateHasReachedZero() {
        api.init("tour-over", Map.of("text", Api.SIX_NAMES, "numSteps", 100));
        api.step("tour-over", 100);
        try (Tab tab = open()) {
            Page page = tab.page();
            open(page, "tour-over", 8);
            assertThat(fact(page, "trains")).hasText("97");
            assertThat(page.getByText("This is an earlier step.")).isVisible();
            assertThat(number(page, "rate")).isPositive();
            goTo(page, 9);
            assertThat(page.getByText("further steps change nothing unless")).isVisible();
            assertThat(button(page, "Train 1,000 steps")).hasCount(0);
            button(page, "Show the model as of step 0").click();
            assertThat(page.locator(".caption .asof")).containsText("As of step 0");
            assertThat(page).hasURL(Pattern.compile(".*at=0.*"));
            page.keyboard().press("Home");
            assertThat(page.getByText("At step 0 it has not been trained")).isVisible();
            button(page, "Back to the newest step").click();
            assertThat(page.locator(".caption .asof")).containsText("As of step 100");
        }
    }

    @Test
    void canBeLeftAndResumed() {
        api.initSixNames("tour-left");
        // errors come from connections that are closed before they open
        try (Tab tab = open().expectingErrors().forOneUse()) {
            Page page = tab.page();
            page.navigate("/s/tour-left/tour");
            assertThat(heading(page)).hasText("What it is for");
            button(page, "Next").click();
            button(page, "Next").click();
            page.locator(".stops a").nth(3).click();
            assertThat(heading(page)).hasText("Attention");
            page.reload();
            assertThat(heading(page)).hasText("Attention");
            page.navigate("/s/tour-left/tour");
            assertThat(heading(page)).hasText("What it is for");
            assertThat(page.getByText("You were at stop 4, Attention.")).isVisible();
            button(page, "Continue there").click();
            assertThat(heading(page)).hasText("Attention");
            assertThat(page.getByText("You were at")).hasCount(0);
            page.navigate("/s/tour-left/tour?stop=11");
            assertThat(page.getByText("You were at stop 4, Attention.")).isVisible();

            page.addInitScript(
                    "Object.defineProperty(window, 'localStorage', { get() { throw new Error(); } });");
            page.reload(); // the tour works without storage
            assertThat(heading(page)).hasText("What it is for");
            button(page, "Next").click();
            assertThat(heading(page)).hasText("Tokens");
        }
    }

    @Test
    void worksByTouchAndFitsOnAPhone() {
        String text = "<img src=x onerror=alert(1)> and much more\n<b>b</b>" + "b".repeat(60);
        api.init("tour-touch", Map.of("text", text));
        api.step("tour-touch", 50);
        try (Tab tab = Tab.openPhone(browser, api.port())) {
            Page page = tab.page();
            open(page, "tour-touch", 1);
            assertThat(page.locator("section.caption q").first()).containsText("<");
            BoundingBox box = page.locator(".caption p").first().boundingBox();
            double y = box.y + box.height / 2;
            Finger finger = new Finger(page);
            finger.drag(300, 100, y);
            assertThat(heading(page)).hasText("Tokens");
            finger.drag(100, 300, y);
            assertThat(heading(page)).hasText("What it is for");
            finger.drag(200, 180, y);
            assertThat(heading(page)).hasText("What it is for");
            for (List<String> stop : STOPS) {
                assertThat(heading(page)).hasText(stop.getFirst());
                Locator panel = page.locator(stop.getLast()).first();
                page.locator(".caption .asof").waitFor(); // until then it is shorter
                page.locator(".panels > *").first().scrollIntoViewIfNeeded();
                assertThat(page.locator("section.caption img"))
                        .hasCount(0); // markup is shown as text
                assertThat(panel).isVisible();
                assertThat(contentWidth(page)).as(stop.getFirst()).isEqualTo(Tab.PHONE);
                if (button(page, "Next").isEnabled()) {
                    button(page, "Next").tap();
                }
            }
            button(page, "Back").tap();
            page.locator(".stops a").nth(2).tap();
            assertThat(heading(page)).hasText("Embeddings");
            assertThat(heading(page)).isInViewport();
        }
    }

    @Test
    void saysThatASessionIsUntrainedAndTrainsIt() {
        api.initSixNames("tour-new");
        try (Tab tab = open()) {
            Page page = tab.page();
            open(page, "tour-new", 4);
            assertThat(page.getByText("That means nothing yet")).isVisible();
            assertThat(page.locator("mg-attention-panel .map canvas").first()).isVisible();
            button(page, "Train 1,000 steps").click();
            assertThat(page.locator(".caption .asof")).containsText("As of step 1,000");
            assertThat(page.getByText("That means nothing yet")).hasCount(0);
            assertThat(page.getByText("This model has not been trained")).hasCount(0);
            assertThat(api.view("tour-new").path("step").intValue()).isEqualTo(1000);
        }
    }

    @Test
    void captionsStandStillDuringTrainingUntilTheUserWantsTheNewest() {
        api.initSixNames("tour-live");
        api.post("/sessions/tour-live/runs", Map.of("steps", 1_000_000, "stepsPerSecond", 100))
                .ok();
        try (Tab tab = open()) {
            Page page = tab.page();
            open(page, "tour-live", 7);
            String before = page.locator(".asof").textContent().strip();
            Locator newest = button(page, "Show the newest");
            newest.waitFor();
            assertThat(page.locator(".asof")).containsText(before.split("\\.", 2)[0]);
            newest.click();
            assertThat(page.locator(".asof")).not().containsText(before.split("\\.", 2)[0] + ".");
        } finally {
            api.delete("/sessions/tour-live");
        }
    }

    @Test
    void showsAFailedSessionAtAnEarlierStep() {
        api.initSixNames("tour-failed");
        api.step("tour-failed", 20);
        api.patch("/sessions/tour-failed", Map.of("learningRate", 1e38)).ok();
        api.post("/sessions/tour-failed/step", Map.of("count", 20));
        assertThat(api.view("tour-failed").path("state").stringValue()).isEqualTo("failed");
        try (Tab tab = open().expectingErrors()) {
            Page page = tab.page();
            open(page, "tour-failed", 7);
            assertThat(page.getByText("Training has failed")).isVisible();
            assertThat(button(page, "Train 1,000 steps")).hasCount(0);
        }
    }

    @Test
    void offersNextStepsWithoutASessionOrDocuments() {
        api.init("tour-empty", Map.of());
        try (Tab tab = open().expectingErrors()) {
            Page page = tab.page();
            page.navigate("/s/nobody/tour");
            assertThat(page.getByText("There is no session “nobody”")).isVisible();
            assertThat(page.getByText("Create it")).isVisible();
            page.navigate("/s/tour-empty/tour");
            assertThat(page.getByText("This session has no documents yet")).isVisible();
            page.keyboard().press("ArrowRight");
            api.post("/sessions/tour-empty/load", Map.of("text", Api.SIX_NAMES)).ok();
            assertThat(heading(page)).isVisible();
        }
    }
}

package dev.microgpt.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static dev.microgpt.page.Tab.PHONE;
import static dev.microgpt.page.Tab.button;
import static dev.microgpt.page.Tab.contentWidth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/// The Lab page: a text processed by the model, and the computation of a training step.
@ServiceTest
@ExtendWith(Chromium.class)
final class LabPageTest {

    private final Api api;
    private final Browser browser;

    LabPageTest(@LocalServerPort int port, Browser browser) {
        api = new Api(port);
        this.browser = browser;
    }

    private void train(String name) {
        api.init(name, Map.of("engine", "scalar", "nEmbd", 8, "nHead", 2, "text", Api.SIX_NAMES));
        api.step(name, 30);
    }

    private Tab open() {
        return Tab.open(browser, api.port());
    }

    /// Returns the surprisals on the page, one per token.
    private static Locator surprisals(Page page) {
        return page.locator("mg-surprise .nats");
    }

    private void assertSurprisals(Locator shown, String name, String text, int step) {
        double[] expected =
                Json.doubles(
                        api.post(
                                        "/sessions/" + name + "/score",
                                        Map.of("texts", new String[] {text}, "step", step))
                                .ok()
                                .path("scores")
                                .path(0)
                                .path("surprisals"));
        assertThat(shown).hasCount(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(shown.nth(i)).hasText(String.format(Locale.ROOT, "%.2f", expected[i]));
        }
    }

    @Test
    void showsATypedTextAtTwoKeyframes() {
        train("lab-text");
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/lab-text/lab");
            page.getByLabel("Text", new Page.GetByLabelOptions().setExact(true)).fill("emm");
            assertThat(page.locator("mg-surprise .token"))
                    .hasText(new String[] {"e", "m", "m", "◆"});
            page.keyboard().press("End");
            page.keyboard().press("a");
            assertSurprisals(surprisals(page), "lab-text", "emma", 30);
            assertThat(page.locator("mg-continuation p"))
                    .containsText(Pattern.compile("^emma.*◆?$"));
            assertThat(page.locator("mg-attention-panel .subject q")).hasText("emma");
            assertThat(page.locator("mg-probabilities-panel canvas")).isVisible();
            page.waitForURL(Pattern.compile("text=emma"));

            button(page, "Side by side").click();
            assertThat(page.locator("mg-reading")).hasCount(2);
            Locator right = page.locator("mg-reading").nth(1);
            assertSurprisals(right.locator("mg-surprise .nats"), "lab-text", "emma", 0);
            assertThat(right.locator("mg-attention-panel .number")).hasText("step 0");
            page.waitForURL(Pattern.compile("with=0"));

            page.reload();
            assertThat(page.locator("mg-reading")).hasCount(2);
            assertSurprisals(
                    page.locator("mg-reading").nth(1).locator("mg-surprise .nats"),
                    "lab-text",
                    "emma",
                    0);
            assertSurprisals(
                    page.locator("mg-reading").first().locator("mg-surprise .nats"),
                    "lab-text",
                    "emma",
                    30);
        }
    }

    @Test
    void namesAnUnknownCharacterAndKeepsThePicture() {
        train("lab-unknown");
        try (Tab tab = open().expectingErrors()) {
            Page page = tab.page();
            page.navigate("/s/lab-unknown/lab?text=emma");
            assertThat(surprisals(page)).hasCount(5);
            page.getByLabel("Text", new Page.GetByLabelOptions().setExact(true)).fill("emma?");
            Locator alerts = page.getByRole(AriaRole.ALERT);
            assertThat(alerts.filter(new Locator.FilterOptions().setHasText("'?'"))).hasCount(1);
            assertThat(surprisals(page)).hasCount(5);
            button(page, "Side by side").click();
            assertThat(page.locator("mg-reading")).hasCount(2);
            assertThat(page.locator("mg-reading").nth(1).locator(".nats")).hasCount(0);
            assertThat(alerts.filter(new Locator.FilterOptions().setHasText("'?'"))).hasCount(1);
            button(page, "Side by side").click();
            page.getByLabel("Text", new Page.GetByLabelOptions().setExact(true)).fill("em");
            assertThat(surprisals(page)).hasCount(3);
        }
    }

    @Test
    void showsMarkupInATextAsText() {
        api.init("lab-markup", Map.of("text", "<b>x</b>\n<i>y</i>", "nEmbd", 8));
        api.step("lab-markup", 3);
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/lab-markup/lab?text=%3Cb%3Ex%3C%2Fb%3E");
            assertThat(page.locator("mg-surprise .token").first()).hasText("<");
            page.navigate("/s/lab-markup/lab?show=step");
            assertThat(page.locator("mg-anatomy h2")).containsText(Pattern.compile("“<[bi]>"));
        }
    }

    @Test
    void showsTheFramesOfATrainingStep() {
        train("lab-step");
        JsonNode anatomy = api.get("/sessions/lab-step/anatomy").ok();
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/lab-step/lab");
            button(page, "One training step").click();
            Locator title = page.locator("mg-anatomy h2");
            String doc = anatomy.path("docs").path(0).stringValue();
            assertThat(title).hasText("Step 31 trains on “" + doc + "”");
            assertThat(page.locator(".tokens li")).hasCount(doc.length() + 1);

            page.keyboard().press("]");
            assertThat(title).hasText("Forward: embedded");
            assertThat(page.locator("mg-anatomy mg-heatmap")).hasCount(1);
            button(page, "Loss").click();
            double loss = anatomy.path("loss").doubleValue();
            assertThat(button(page, "Open the loss of the document"))
                    .hasText(String.format(Locale.ROOT, "%.4f", loss));
            button(page, "Backward").click();
            assertThat(title).hasText("Backward: the gradient of probs");
            assertThat(page.locator("mg-anatomy mg-heatmap")).hasCount(2);
            button(page, "Adam").click();
            assertThat(title).hasText("Adam: wte");
            assertThat(page.locator("mg-anatomy mg-heatmap")).hasCount(3);
            page.waitForURL(Pattern.compile("stage=adam&tensor=wte"));

            Locator scrubber = page.getByLabel("Frame of the step");
            scrubber.focus();
            page.keyboard().press("End");
            assertThat(title).hasText("Adam: layer0.mlp_fc2");
            page.reload();
            assertThat(title).hasText("Adam: layer0.mlp_fc2");
            page.getByLabel("The step after").press("Home");
            button(page, "Tokens").click();
            assertThat(title).containsText("Step 1 trains on");
            assertThat(page.getByText("Loss in the reference engine")).isVisible();
        }
    }

    @Test
    void followsANumberToAParameterAndBack() {
        train("lab-number");
        String graph = "/sessions/lab-number/anatomy/graph?limit=1&tensor=";
        JsonNode query = api.get(graph + "layer0.attn_q").ok().path("nodes").path(0);
        JsonNode weight = api.get(graph + "layer0.attn_wq").ok().path("nodes").path(0);
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/lab-number/lab?show=step&stage=forward&tensor=layer0.attn_q");
            Locator map = page.locator("mg-anatomy mg-heatmap").getByRole(AriaRole.APPLICATION);
            map.focus();
            page.keyboard().press("ArrowRight");
            page.keyboard().press("Enter");
            Locator name = page.locator("mg-number h3");
            assertThat(name).hasText("layer0.attn_q[0][0]");
            assertNumber(page, "[data-value]", query.path("value").doubleValue());
            assertNumber(page, "[data-gradient]", query.path("gradient").doubleValue());
            assertThat(page.getByText("The sum of 8 numbers")).isVisible();
            page.waitForURL(Pattern.compile("number=" + query.path("id")));

            button(page, "layer0.attn_wq[0][0]").click();
            assertThat(name).hasText("layer0.attn_wq[0][0]");
            assertThat(name).isFocused();
            assertThat(page.getByText("A parameter: training changes it.")).isVisible();
            assertNumber(page, "[data-value]", weight.path("value").doubleValue());
            assertNumber(page, "[data-gradient]", weight.path("gradient").doubleValue());
            assertNumber(page, "[data-after]", weight.path("update").path("after").doubleValue());
            assertThat(page.getByLabel("Uses").getByRole(AriaRole.BUTTON).first())
                    .hasText("a product in layer0.attn_q[0][0]");

            page.getByLabel("Uses").getByRole(AriaRole.BUTTON).first().click();
            assertThat(name).hasText("layer0.attn_q[0][0]");
            page.waitForURL(Pattern.compile("number=" + query.path("id")));
            page.reload();
            assertThat(name).hasText("layer0.attn_q[0][0]");
            button(page, "Close").click();
            assertThat(name).hasCount(0);
        }
    }

    private static void assertNumber(Page page, String mark, double expected) {
        String text = page.locator("mg-number " + mark).innerText().replace('−', '-');
        assertThat(Double.parseDouble(text)).isCloseTo(expected, within(1e-4 * Math.abs(expected)));
    }

    @Test
    void inspectsASessionWhileItTrains() {
        api.initSlow("lab-busy");
        api.step("lab-busy", 3);
        api.post("/sessions/lab-busy/runs", Map.of("steps", 1_000_000)).body();
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/lab-busy/lab?text=emma");
            assertThat(surprisals(page)).hasCount(5);
            page.keyboard().press("t");
            assertThat(page.locator("mg-anatomy h2")).containsText("trains on");
            button(page, "Loss").click();
            button(page, "Open the loss of position 0").click();
            assertThat(page.locator("mg-number h3")).hasText("losses[0][0]");
        } finally {
            api.post("/sessions/lab-busy/runs/1/cancel");
        }
    }

    @Test
    void saysThatASessionIsAbsentOrHasNoDocuments() {
        api.post("/sessions/lab-empty/init?overwrite=true", Map.of());
        try (Tab tab = open().expectingErrors()) {
            Page page = tab.page();
            page.navigate("/s/nobody/lab");
            assertThat(page.getByText("There is no session “nobody”")).isVisible();
            page.navigate("/s/lab-empty/lab");
            assertThat(page.getByText("This session has no documents yet")).isVisible();
        }
    }

    @Test
    void fitsOnAPhone() {
        train("lab-phone");
        try (Tab tab = Tab.open(browser, api.port(), ColorScheme.DARK, PHONE)) {
            Page page = tab.page();
            for (String query :
                    new String[] {
                        "text=emma&with=0", "show=step&stage=adam&tensor=wte&number=100"
                    }) {
                page.navigate("/s/lab-phone/lab?" + query);
                page.locator("mg-heatmap, mg-surprise button").first().waitFor();
                assertThat(contentWidth(page)).isLessThanOrEqualTo(PHONE);
            }
        }
    }

    @Test
    void charactersAreNotShownAsNumbersUntilTheyAreKnown() {
        train("lab-slow");
        try (Tab tab = open()) {
            Page page = tab.page();
            page.route(
                    Pattern.compile("/embeddings"),
                    _ -> {}); // a response that does not come while the test runs
            page.navigate("/s/lab-slow/lab?text=emma");
            Locator bars = page.locator("mg-probabilities-panel .bars li > span:first-child");
            assertThat(bars).hasCount(8);
            assertThat(bars.first()).not().hasText("");
            assertThat(String.join(" ", bars.allTextContents())).doesNotContain("#");
        }
    }

    @Test
    void aTapAndTheKeysShowHowProbableAWrittenCharacterWas() {
        train("lab-told");
        try (Tab tab = Tab.openPhone(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/s/lab-told/lab?text=em");
            Locator written = page.locator("mg-continuation mark");
            assertThat(page.locator("mg-continuation .hint")).containsText("Tap or point at");
            written.first().tap();
            assertThat(page.locator("mg-continuation .hint"))
                    .hasText(Pattern.compile("had probability \\d.*%"));
            page.keyboard().press("ArrowRight");
            assertThat(written.nth(Math.min(1, written.count() - 1))).isFocused();
        }
    }

    @Test
    void aLinkContinuesTheTextInTheSameWay() {
        train("lab-link");
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/lab-link/lab?text=emma&continue-temperature=1.3&continue-seed=4");
            Locator temperature =
                    page.getByLabel("Temperature", new Page.GetByLabelOptions().setExact(true));
            assertThat(temperature).hasValue("1.3");
            button(page, "Continue again").click();
            assertThat(page).hasURL(Pattern.compile("continue-temperature=1.3&continue-seed=5$"));
            page.navigate("/s/lab-link/lab?text=emma&continue-temperature=99&continue-seed=x");
            assertThat(temperature).hasValue("0.5");
        }
    }
}

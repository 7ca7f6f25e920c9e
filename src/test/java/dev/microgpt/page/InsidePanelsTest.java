package dev.microgpt.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static dev.microgpt.page.Tab.contentWidth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;

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

/// The panels that inspect one document: attention, probabilities, network.
@ServiceTest
@ExtendWith(Chromium.class)
final class InsidePanelsTest {

    private final Api api;
    private final Browser browser;

    InsidePanelsTest(@LocalServerPort int port, Browser browser) {
        api = new Api(port);
        this.browser = browser;
    }

    private static Locator panel(Page page, String name) {
        Locator panel = page.locator("mg-" + name + "-panel");
        panel.scrollIntoViewIfNeeded();
        return panel;
    }

    private static Locator token(Locator panel, int position) {
        return panel.locator("mg-token-strip button").nth(position);
    }

    /// Evaluates an expression about `panel`.
    private static JsonNode ask(Locator panel, String expression) {
        return Json.parse(
                Json.write(
                        panel.evaluate(
                                "panel => panel.updateComplete.then(() => (" + expression + "))")));
    }

    private JsonNode inspect(String name, String text) {
        return api.post("/sessions/" + name + "/inspect", Map.of("text", text)).ok();
    }

    @Test
    void digitsPickAHeadAndAClickKeepsItsArcs() {
        api.initSixNames("heads");
        api.step("heads", 300);
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/s/heads");
            Locator attention = panel(page, "attention");
            Locator heads = attention.locator(".map button");
            assertThat(heads).hasCount(4);
            Locator picked = attention.locator(".map button[aria-pressed=true]");
            assertThat(picked).hasCount(0);
            page.keyboard().press("2");
            assertThat(picked).containsText("Head 2");
            page.keyboard().press("4");
            assertThat(picked).containsText("Head 4");
            page.keyboard().press("9");
            assertThat(picked).containsText("Head 4");
            page.getByLabel("Steps to train").press("3");
            assertThat(picked).containsText("Head 4");

            token(attention, 2).click();
            page.mouse().move(0, 0);
            assertThat(token(attention, 2)).hasAttribute("aria-pressed", "true");
            assertThat(token(panel(page, "network"), 2)).hasAttribute("aria-pressed", "true");
            assertThat(attention.locator("p.caption"))
                    .hasText(Pattern.compile("Arcs, Head 4: position 2 .* attends most to .*"));
            page.keyboard().press("Escape");
            panel(page, "attention");
            assertThat(token(attention, 2)).hasAttribute("aria-pressed", "false");
            page.keyboard().press("0");
            assertThat(picked).hasCount(0);
        }
    }

    @Test
    void allPanelsAlwaysShowTheSameStepOfTheSameDocument() {
        api.initSlow("together");
        api.post("/sessions/together/runs", Map.of("steps", 1_000_000)).ok();
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            page.setViewportSize(Tab.DESKTOP, 3000); // so that all of them are visible
            page.navigate("/s/together");
            for (String name : List.of("attention", "probabilities", "network")) {
                panel(page, name).locator(".subject").waitFor();
            }
            Object seen =
                    page.evaluate(
                            """
                            async () => {
                              const grid = document.querySelector('mg-live-page').shadowRoot.querySelector('mg-panel-grid').shadowRoot;
                              const panels = ['attention', 'probabilities', 'network'].map(name => grid.querySelector(`mg-${name}-panel`));
                              const seen = new Set();
                              const torn = [];
                              const end = performance.now() + 15_000;
                              while (seen.size < 6 && performance.now() < end) {
                                await new Promise(requestAnimationFrame);
                                await new Promise(done => setTimeout(done)); // after the frame has been painted
                                const texts = panels.map(panel => panel.shadowRoot.querySelector('.subject')?.innerText);
                                seen.add(texts[0]);
                                if (new Set(texts).size > 1) {
                                  torn.push(texts);
                                }
                              }
                              return { seen: seen.size, torn };
                            }""");
            JsonNode reply = Json.parse(Json.write(seen));
            assertThat(reply.path("torn").toString()).isEqualTo("[]");
            assertThat(reply.path("seen").intValue()).isGreaterThanOrEqualTo(6);
        } finally {
            api.delete("/sessions/together");
        }
    }

    @Test
    void tappingAMapChoosesAPosition() {
        api.initSixNames("fingers");
        api.step("fingers", 300);
        try (Tab tab = Tab.openPhone(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/s/fingers");
            Locator attention = panel(page, "attention");
            attention
                    .locator(".map canvas")
                    .first()
                    .tap(new Locator.TapOptions().setPosition(20, 48)); // on the first column
            Locator chosen = attention.locator("mg-token-strip button[aria-pressed=true]");
            assertThat(chosen).hasCount(1);
            panel(page, "probabilities")
                    .locator(".map canvas")
                    .tap(new Locator.TapOptions().setPosition(60, 28)); // on the first row
            panel(page, "attention"); // a panel out of sight is not rendered
            assertThat(chosen).hasAttribute("aria-label", "position 0, begin");
        }
    }

    @Test
    void showsTheAttentionAndProbabilitiesThatTheServiceReturns() {
        String name = "numbers";
        api.initSixNames(name);
        api.step(name, 150);
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/s/" + name + "?temperature=0.7&topk=5&topp=0.8");
            Locator probabilities = panel(page, "probabilities");
            assertThat(probabilities.locator(".bars li")).hasCount(8);
            String doc = ask(probabilities, "panel.shown.doc").stringValue();
            assertThat(doc).isNotEmpty();
            JsonNode trace = inspect(name, doc).path("vizData");
            assertThat(Json.flat(ask(probabilities, "panel.shown.vizData.map(v => v.probs)")))
                    .containsExactly(
                            trace.valueStream()
                                    .flatMapToDouble(
                                            v -> Arrays.stream(Json.doubles(v.path("probs"))))
                                    .toArray());
            Map<String, Object> settings =
                    Map.of(
                            "prompt",
                            doc,
                            "viz",
                            true,
                            "seed",
                            1,
                            "temperature",
                            0.7,
                            "topK",
                            5,
                            "topP",
                            0.8);
            JsonNode drawn =
                    api.post("/sessions/" + name + "/generate", settings)
                            .ok()
                            .path("samples")
                            .path(0)
                            .path("vizData");
            for (int t = 0; t <= doc.length(); t++) {
                assertThat(Json.doubles(ask(probabilities, "panel.probsAt(" + t + ")")))
                        .containsExactly(Json.doubles(drawn.path(t).path("probs")), within(1e-6));
            }
            double[] surprisals =
                    Json.doubles(
                            api.post("/sessions/" + name + "/score", Map.of("texts", List.of(doc)))
                                    .ok()
                                    .path("scores")
                                    .path(0)
                                    .path("surprisals"));
            assertThat(
                            Json.doubles(
                                    ask(
                                            probabilities,
                                            "panel.positions.map(p => panel.lossAt(p.t))")))
                    .containsExactly(surprisals, within(1e-4));

            probabilities.getByText("Reset").click();
            assertThat(page).hasURL(Pattern.compile(".*/s/" + name + "$"));
            assertThat(Json.doubles(ask(probabilities, "panel.probsAt(1)")))
                    .containsExactly(Json.doubles(trace.path(1).path("probs")));

            Locator attention = panel(page, "attention");
            assertThat(
                            Json.flat(
                                    ask(
                                            attention,
                                            "panel.shown.vizData.map(v => v.attentionWeights)")))
                    .containsExactly(
                            trace.valueStream()
                                    .flatMapToDouble(
                                            v ->
                                                    Arrays.stream(
                                                            Json.flat(v.path("attentionWeights"))))
                                    .toArray());
        }
    }

    @Test
    void showsTheNewestDocumentWhileTrainingUnlessOneIsHeld() {
        String name = "inside-live";
        api.initSixNames(name);
        api.post("/sessions/" + name + "/runs", Map.of("steps", 1_000_000, "stepsPerSecond", 50))
                .ok();
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/s/" + name);
            Locator probabilities = panel(page, "probabilities");
            Locator bars = probabilities.locator(".bars li");
            assertThat(bars).hasCount(8);
            assertThat(probabilities.locator(".subject")).containsText("about step");
            Locator doc = probabilities.locator(".subject q");
            String first = doc.textContent();
            page.waitForCondition(() -> !doc.textContent().equals(first));

            probabilities.getByText("Hold").click();
            assertThat(probabilities.getByText("Held")).isVisible();
            waitForAnotherStep(page); // a pending update may still be drawn
            String held = doc.textContent();
            waitForAnotherStep(page);
            assertThat(doc).hasText(held);
            assertThat(panel(page, "attention").locator(".subject q")).hasText(held);

            long before = tab.requests().stream().filter(url -> url.endsWith("/inspect")).count();
            page.waitForTimeout(2_000);
            long after = tab.requests().stream().filter(url -> url.endsWith("/inspect")).count();
            assertThat(after - before).isBetween(1L, 5L);
        }
    }

    private static void waitForAnotherStep(Page page) {
        Locator number = panel(page, "probabilities").locator(".subject .number");
        String step = number.textContent();
        page.waitForCondition(() -> !number.textContent().equals(step));
    }

    @Test
    void everyBlockOfTheNetworkHasNumbersAndAFormula() {
        String name = "blocks";
        api.init(name, Map.of("text", Api.SIX_NAMES, "nLayer", 2, "nHead", 2));
        api.step(name, 100);
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/s/" + name);
            Locator network = panel(page, "network");
            // 4 before, 11 and the heads of each layer, 2 after
            assertThat(network.locator(".block")).hasCount(4 + 2 * (11 + 2) + 2);
            network.locator("[data-block='layer1.head1']").click();
            assertThat(network.locator("h3")).hasText("Attention head, layer 2, head 2");
            assertThat(network.locator("pre")).containsText("softmax");
            int positions = ask(network, "panel.positions.length").intValue();
            assertThat(network.locator(".numbers tbody tr")).hasCount(positions);

            network.locator("[data-block='layer1.add2']").focus();
            page.keyboard().press("Enter");
            assertThat(network.locator("h3")).hasText("Residual, layer 2");
            assertThat(network.locator(".numbers tbody tr")).hasCount(16);
            double[] computed = Json.doubles(ask(network, "panel.computed.outputs.get('probs')"));
            assertThat(computed)
                    .containsExactly(
                            Json.doubles(ask(network, "panel.shown.vizData.at(-1).probs")),
                            within(1e-4));
        }
    }

    @Test
    void pagesThroughManyLayersAndHeads() {
        String name = "deep";
        api.init(name, Map.of("text", Api.SIX_NAMES, "nLayer", 12, "nHead", 4));
        api.step(name, 2);
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/s/" + name);
            Locator attention = panel(page, "attention");
            assertThat(attention.locator(".map")).hasCount(8);
            attention.getByText("Next").click();
            assertThat(attention.getByText("maps 9 to 16 of 48")).isVisible();
            assertThat(attention.locator(".map button").first()).containsText("L3 H1");

            Locator network = panel(page, "network");
            network.getByLabel("Layers 2 to 12: open").click();
            assertThat(network.locator("[data-block='layer1.add2']")).isVisible();
            assertThat(network.getByLabel("Layer 1: open")).isVisible();
            network.getByLabel("Open layer").selectOption("12");
            assertThat(network.locator("[data-block='layer11.add2']")).isVisible();
            assertThat(network.getByLabel("Layers 1 to 11: open")).isVisible();
        }
    }

    @Test
    void hasNoSeriousAccessibilityViolation() {
        api.initSixNames("inside-axe");
        api.step("inside-axe", 50);
        try (Tab tab = Tab.open(browser, api.port(), ColorScheme.DARK, Tab.PHONE)) {
            Page page = tab.page();
            page.navigate("/s/inside-axe");
            for (String name : List.of("attention", "probabilities", "network")) {
                assertThat(panel(page, name).locator("mg-token-strip")).isVisible();
            }
            List<String> serious =
                    new AxeBuilder(page)
                            .analyze().getViolations().stream()
                                    .filter(
                                            rule ->
                                                    List.of("serious", "critical")
                                                            .contains(rule.getImpact()))
                                    .map(rule -> rule.getId() + ": " + rule.getNodes())
                                    .toList();
            assertThat(serious).isEmpty();
            assertThat(contentWidth(page)).isEqualTo(Tab.PHONE);
        }
    }

    @Test
    void theKeysReadTheCellsOfMapsAndEnterKeepsAPosition() {
        api.initSixNames("map-keys");
        api.step("map-keys", 300);
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/s/map-keys");
            Locator attention = panel(page, "attention");
            attention.locator(".map canvas").first().focus();
            page.keyboard().press("ArrowDown");
            page.keyboard().press("Home");
            Locator said = attention.locator(".foot [role=status]");
            assertThat(said)
                    .hasText(Pattern.compile("Head 1: position \\d+ .* attends to position 0 .*"));
            page.keyboard().press("Enter");
            assertThat(attention.locator("mg-token-strip button[aria-pressed=true]")).hasCount(1);
            assertThat(page.locator(".where")).hasText("Live step 300"); // the timeline stays

            Locator probabilities = panel(page, "probabilities");
            probabilities.locator(".map canvas").focus();
            page.keyboard().press("ArrowDown");
            page.keyboard().press("End");
            assertThat(probabilities.locator(".foot [role=status]"))
                    .hasText(Pattern.compile(".*◆ has .*"));
        }
    }
}

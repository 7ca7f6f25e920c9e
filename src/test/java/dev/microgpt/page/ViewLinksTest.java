package dev.microgpt.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static dev.microgpt.page.Tab.button;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.SelectOption;
import com.microsoft.playwright.options.WaitForSelectorState;

import dev.microgpt.support.Api;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// A link that is copied shows the same elsewhere: what is set by hand on a page is as it was in a browser that has
/// never seen the page.
@ServiceTest
@ExtendWith(Chromium.class)
@TestInstance(Lifecycle.PER_CLASS)
final class ViewLinksTest {

    private static final String SESSION = "linked";
    private static final String FORK = "linked-fork";
    private static final String PAIRS = "linked-pairs";
    private static final String LONG = "a".repeat(40);
    private static final int TALL = 6000; // px, so that all panels are in sight
    private static final Locator.WaitForOptions ATTACHED =
            new Locator.WaitForOptions().setState(WaitForSelectorState.ATTACHED);

    /// A setting of a page.
    ///
    /// @param path where it is
    /// @param element the element that has it
    /// @param set sets it by hand
    /// @param state a function of the element that returns its state
    /// @param expected the state once it is set, as JSON
    record Setting(
            String name,
            String path,
            String element,
            Consumer<Locator> set,
            String state,
            String expected) {

        @Override
        public String toString() {
            return name;
        }
    }

    private final Api api;
    private final Browser browser;

    ViewLinksTest(@LocalServerPort int port, Browser browser) {
        api = new Api(port);
        this.browser = browser;
    }

    @BeforeAll
    void train() {
        String text = Api.SIX_NAMES + "\n" + LONG;
        api.init(
                SESSION,
                Map.of("text", text, "nLayer", 4, "nHead", 4, "blockSize", 48, "validation", 0.2));
        api.step(SESSION, 70);
        api.delete("/sessions/" + FORK);
        api.post("/sessions/" + SESSION + "/fork", Map.of("name", FORK, "step", 64)).ok();
        api.init(PAIRS, Map.of("text", Api.SIX_NAMES, "tokenizer", "bpe", "vocabSize", 264));
        api.startSweep("linked-sweep", Map.of("nEmbd", List.of(4, 8)), 5);
    }

    private static Setting live(
            String name, String panel, Consumer<Locator> set, String state, String expected) {
        String path = "/s/" + SESSION + "?hold=" + LONG;
        return new Setting(name, path, "mg-" + panel + "-panel", set, state, expected);
    }

    private static void check(Locator panel, String label) {
        panel.getByLabel(label, new Locator.GetByLabelOptions().setExact(true)).click();
    }

    private static void press(Locator element, String... keys) {
        for (String key : keys) {
            element.press(key);
        }
    }

    private static Stream<Setting> settings() {
        return Stream.of(
                live(
                        "attention: head",
                        "attention",
                        p -> p.locator(".map button").nth(5).click(),
                        "p => [p.layer, p.head, p.page]",
                        "[1,1,0]"),
                live(
                        "attention: page of maps",
                        "attention",
                        p -> button(p.page(), "Next").first().click(),
                        "p => [p.layer, p.head, p.page]",
                        "[2,null,1]"),
                live(
                        "attention: position",
                        "attention",
                        p -> p.locator("mg-token-strip button").nth(3).click(),
                        "p => p.chosen",
                        "3"),
                live(
                        "loss: averages and axes",
                        "loss",
                        p -> {
                            check(p, "log steps");
                            check(p, "log loss");
                            check(p, "all spikes");
                            check(p, "learning rate");
                        },
                        "p => [p.logSteps, p.logLoss, p.allSpikes, p.showsRate]",
                        "[true,true,true,false]"),
                live(
                        "loss: table",
                        "loss",
                        p -> {
                            button(p.page(), "Loss: menu").click();
                            button(p.page(), "Show as a table").click();
                        },
                        "p => p.showsTable",
                        "true"),
                live(
                        "next character: page",
                        "probabilities",
                        p -> p.locator(".pages button").last().click(),
                        "p => p.page",
                        "1"),
                live(
                        "next character: sampling",
                        "probabilities",
                        p -> press(p.locator("[name=temperature]"), "ArrowRight", "ArrowRight"),
                        "p => p.temperature",
                        "1.1"),
                live(
                        "network: block and open layer",
                        "network",
                        p -> {
                            p.locator("select").selectOption("3");
                            p.locator("[data-block='layer2.relu']").click();
                        },
                        "p => [p.block, p.open]",
                        "[\"layer2.relu\",2]"),
                live(
                        "embeddings: picture",
                        "embeddings",
                        p -> {
                            p.locator("select").last().selectOption("3");
                            check(p, "trails");
                            check(p, "BOS");
                            check(p, "rotate");
                            Locator map = p.locator("mg-scatter [role=application]");
                            press(map, "Shift+ArrowUp", "Home", "ArrowRight");
                        },
                        "p => [p.dimensions, p.showsTrails, p.showsBos, p.turns, p.chosen, Math.round(p.angles.pitch * 10)]",
                        "[3,false,true,false,1,2]"),
                live(
                        "mlp: layer and unit",
                        "mlp",
                        p -> {
                            p.locator("select").selectOption(new SelectOption().setIndex(1));
                            Locator map = p.locator("mg-heatmap [role=application]");
                            press(map, "Home", "ArrowRight", "ArrowDown");
                        },
                        "p => [p.layer, p.cursor]",
                        "[1,{\"row\":1,\"column\":1}]"),
                live(
                        "parameters: matrix and cells",
                        "parameters",
                        p -> {
                            p.locator("select").selectOption("wpe");
                            p.locator(".facts").getByText("wpe").waitFor();
                            Locator maps = p.locator("mg-heatmap [role=application]");
                            press(maps.first(), "Home", "ArrowDown");
                            press(maps.last(), "Home", "ArrowRight");
                        },
                        "p => [p.matrix, p.cursor, p.spot]",
                        "[\"wpe\",{\"row\":1,\"column\":0},{\"row\":0,\"column\":1}]"),
                live(
                        "samples: texts",
                        "samples",
                        p -> {
                            p.locator("[name=temperature]").fill("1.5");
                            p.locator("form button.primary").click();
                            check(p, "only new texts");
                        },
                        "p => [p.onlyNew, p.written !== null, p.drafts.temperature]",
                        "[true,true,\"1.5\"]"),
                live(
                        "probes",
                        "probes",
                        p -> {
                            p.locator("form select").selectOption("surprisal");
                            p.locator("form input").fill("emma");
                            p.locator("form button").click();
                            p.locator(".legend li").nth(3).waitFor();
                        },
                        "p => p.probes.at(-1)",
                        "{\"kind\":\"surprisal\",\"text\":\"emma\"}"),
                new Setting(
                        "steering",
                        "/s/" + SESSION,
                        "mg-drawer",
                        p -> p.page().keyboard().press("s"),
                        "d => d.renderRoot.querySelector('dialog').open",
                        "true"),
                new Setting(
                        "layout",
                        "/s/" + SESSION,
                        "mg-panel-grid",
                        p -> {
                            button(p.page(), "Loss: hide").click();
                            button(p.page(), "What heads do: fill the screen").click();
                        },
                        "g => [g.filled, g.arrangement.isHidden('loss')]",
                        "[\"heads\",true]"),
                new Setting(
                        "earlier step",
                        "/s/" + SESSION,
                        "mg-timeline",
                        p -> p.page().keyboard().press("Home"),
                        "t => t.live.at",
                        "0"),
                new Setting(
                        "lab: position",
                        "/s/" + SESSION + "/lab?text=emma",
                        "mg-attention-panel",
                        p -> p.page().locator("mg-surprise button").nth(2).click(),
                        "p => p.chosen",
                        "2"),
                new Setting(
                        "lab: merges",
                        "/s/" + PAIRS + "/lab?text=charlie",
                        "mg-lab-tokens",
                        p -> p.locator(".moves button").first().click(),
                        "p => p.made !== null",
                        "true"),
                new Setting(
                        "tour: what is written",
                        "/s/" + SESSION + "/tour?stop=10",
                        "mg-tour-writing",
                        p -> {
                            press(p.locator("input"), "ArrowRight");
                            p.locator("button.primary").click();
                        },
                        "p => [p.text.length + p.hasEnded, p.temperature]",
                        "[1,0.55]"),
                new Setting(
                        "tour: position",
                        "/s/" + SESSION + "/tour?stop=6",
                        "mg-probabilities-panel",
                        p -> p.locator("mg-token-strip button").first().click(),
                        "p => p.chosen",
                        "0"),
                new Setting(
                        "compare: matrix and cell",
                        "/compare?s=" + SESSION + "," + FORK,
                        "mg-compare-parameters",
                        p -> {
                            p.getByLabel("Matrix").selectOption("wpe");
                            p.locator(".facts").getByText("wpe").waitFor();
                            press(p.locator("[role=application]"), "Home", "ArrowDown");
                        },
                        "p => [p.matrix, p.cursor]",
                        "[\"wpe\",{\"row\":1,\"column\":0}]"),
                new Setting(
                        "compare: attention",
                        "/compare?s=" + SESSION + "," + FORK + "&text=emma",
                        "mg-compare-attention",
                        p -> {
                            p.getByLabel("Layer").selectOption(new SelectOption().setIndex(2));
                            press(p.locator("[role=application]").nth(1), "Home", "ArrowDown");
                        },
                        "p => [p.layer, p.cursor]",
                        "[2,{\"head\":1,\"row\":1,\"column\":0}]"),
                new Setting(
                        "strings: ranked texts",
                        "/s/" + SESSION + "/strings?show=rank",
                        "mg-rank-texts",
                        p -> {
                            p.locator("textarea").fill("emma\nbob");
                            p.locator("form button.primary").click();
                            p.locator("mg-text-list tbody tr").last().waitFor();
                        },
                        "p => p.rows.map(({ text }) => text)",
                        "[\"emma\",\"bob\"]"),
                new Setting(
                        "sweep: order and table",
                        "/sweeps/linked-sweep",
                        "mg-sweep-trials",
                        p -> p.getByRole(AriaRole.BUTTON).getByText("Session").click(),
                        "p => p.sort",
                        "{\"key\":\"session\",\"isDescending\":false}"));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aCopiedLinkShowsTheSame(Setting setting) {
        try (Tab tab = Tab.open(browser, api.port()).forOneUse(); // as its clipboard is replaced
                Tab other = Tab.open(browser, api.port())) {
            Page page = open(tab, setting.path, setting.element);
            setting.set.accept(page.locator(setting.element));
            assertState(page, setting);
            page.evaluate(
                    "() => { navigator.clipboard.writeText = async (text) => { window.copied = text; }; document.activeElement.blur(); }");
            page.keyboard().press("c");
            page.waitForCondition(() -> page.evaluate("window.copied") != null);
            String link = (String) page.evaluate("window.copied");
            assertState(open(other, link, setting.element), setting);
        }
    }

    private static Page open(Tab tab, String address, String element) {
        Page page = tab.page();
        page.setViewportSize(Tab.DESKTOP, TALL);
        page.navigate(address);
        page.locator(element).waitFor(ATTACHED);
        page.waitForCondition(
                () -> (Boolean) page.locator(element).evaluate("e => e.hasUpdated === true"));
        return page;
    }

    private static void assertState(Page page, Setting setting) {
        Locator element = page.locator(setting.element);
        assertThat(element).hasCount(1);
        String state =
                "e => { try { return JSON.stringify((%s)(e)); } catch (error) { return error.message; } }"
                        .formatted(setting.state);
        page.waitForCondition(() -> setting.expected.equals(element.evaluate(state)));
    }
}

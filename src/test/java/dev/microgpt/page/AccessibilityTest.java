package dev.microgpt.page;

import static com.microsoft.playwright.options.ColorScheme.DARK;
import static com.microsoft.playwright.options.ColorScheme.LIGHT;

import static dev.microgpt.page.Tab.DESKTOP;
import static dev.microgpt.page.Tab.PHONE;
import static dev.microgpt.page.Tab.button;
import static dev.microgpt.page.Tab.contentWidth;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.AxeResults;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;

import dev.microgpt.support.Api;
import dev.microgpt.support.ServiceTest;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Axe finds no serious violation on any page or dialog in either colour scheme, and no page is wider than a
/// phone.
@ServiceTest
@ExtendWith(Chromium.class)
final class AccessibilityTest {

    private static final int TALL = 9000;
    private static final int LYING_PHONE = 844; // on its side
    private static final String LAST_PANEL = "mg-parameters-panel mg-heatmap";
    private static final String COMPARED =
            "/compare?s=beside,beside-fork,beside-small,nobody&text=emma&axis=documents";
    private static final String LAST_DIFFERENCE = "mg-compare-attention mg-heatmap";
    private static final String FIRST_SIGNS =
            "mg-session-card a, mg-not-found-page h1, "
                    + LAST_PANEL
                    + ", .nothing a, mg-strings-page .tabs button, .caption .asof, mg-surprise button, mg-anatomy h2, mg-compare-picker li, mg-compare-picker form, mg-sweep-form .row, mg-sweep-losses .legend, .absent a, mg-embed-page .panel h2";

    /// Finds panels and other boxes whose content is wider than they are, and the page if it scrolls sideways.
    private static final String TOO_WIDE =
            """
            () => {
              const found = document.documentElement.scrollWidth > innerWidth ? [`page: ${document.documentElement.scrollWidth}`] : [];
              const visit = (node) => {
                for (const element of [...node.querySelectorAll('*')]) {
                  if (element.matches('.content, .table, section > header, dialog[open], .bar') && element.scrollWidth > element.clientWidth + 1) {
                    found.push(`${element.getRootNode().host?.localName} ${element.className}: ${element.scrollWidth} in ${element.clientWidth}`);
                  }
                  if (element.shadowRoot) visit(element.shadowRoot);
                }
              };
              visit(document);
              return found;
            }""";

    /// Finds controls smaller than 24 x 24 CSS px, the smallest target of WCAG 2.2 (2.5.8), except for links and marked
    /// characters in a line of text. A field inside its label is as large as the label.
    private static final String TOO_SMALL =
            """
            () => {
              const found = new Set();
              const visit = (node) => {
                for (const element of node.querySelectorAll('*')) {
                  if (element.matches('a[href], button, input, select, textarea, summary, [role=button], [role=slider]')
                      && element.checkVisibility({ visibilityProperty: true })
                      && !(element.matches('a, mark') && getComputedStyle(element).display === 'inline')) {
                    const { width, height } = (element.closest('label') ?? element).getBoundingClientRect();
                    if (width < 24 || height < 24) {
                      const name = element.ariaLabel ?? element.textContent.trim();
                      found.add(`${element.getRootNode().host?.localName} ${element.localName} “${name}”: ${width} x ${height}`);
                    }
                  }
                  if (element.shadowRoot) visit(element.shadowRoot);
                }
              };
              visit(document);
              return [...found];
            }""";

    private static final String ANY_SIGN = FIRST_SIGNS + ", .nothing h1, mg-loss-panel";

    private final Api api;
    private final Browser browser;

    AccessibilityTest(@LocalServerPort int port, Browser browser) {
        api = new Api(port);
        this.browser = browser;
        api.initSixNames("axe");
        api.step("axe", 200);
        api.init("axe-pairs", Map.of("text", Api.SIX_NAMES, "tokenizer", "bpe", "vocabSize", 262));
        api.initSixNames("beside");
        api.step("beside", 50);
        api.init("beside-small", Map.of("text", Api.SIX_NAMES, "nEmbd", 8));
        api.delete("/sessions/beside-fork");
        api.post("/sessions/beside/fork", Map.of("name", "beside-fork", "step", 20)).ok();
        api.step("beside-fork", 20);
        sweep();
    }

    private void sweep() {
        Map<String, ?> grid =
                Map.of(
                        "nEmbd", List.of(4, 8),
                        "learningRate", List.of(0.001, 0.1),
                        "seed", List.of(1, 2));
        api.startSweep("axe-sweep", grid, 20);
        Awaitility.await().until(() -> api.get("/sweeps/axe-sweep").ok().has("endedAt"));
    }

    /// @param sign what is there once the view is
    /// @param opening what has to be done before `sign` appears
    record View(String path, String sign, Consumer<Page> opening) {

        View(String path, String sign) {
            this(path, sign, _ -> {});
        }

        void open(Page page) {
            opening.accept(page);
            page.locator(sign).first().waitFor();
        }

        @Override
        public String toString() {
            return path + " " + sign;
        }
    }

    static Stream<View> views() {
        return Stream.of(
                new View("/?q=axe", "mg-sparkline polyline"),
                new View("/?q=axe&new=", "dialog[open]"),
                new View(
                        "/?q=axe&new=",
                        "details[open] .options",
                        page -> page.getByText("More options").click()),
                new View("/nonsense", "mg-not-found-page h1"),
                new View("/?q=axe", "mg-help dialog[open]", AccessibilityTest::help),
                new View("/?q=axe", "#clone dialog[open]", page -> press(page, "Clone axe")),
                new View(
                        "/?q=axe",
                        "mg-continue-session dialog[open]",
                        page -> press(page, "Continue axe with other documents")),
                new View("/?q=axe", "#delete dialog[open]", page -> press(page, "Delete axe")),
                new View("/s/axe", LAST_PANEL),
                new View("/s/axe?at=96", ".bar.past"),
                new View("/s/axe", "mg-share-dialog .created img", AccessibilityTest::makeShare),
                new View("/embed/s/axe/loss", "mg-loss-panel mg-chart"),
                new View("/s/axe?samples-written=1&samples-count=30&probe=match:(", ".left-out"),
                new View("/s/axe?replay=1", ".replay:not(:empty)"),
                new View("/nonsense", "mg-link-copier dialog[open]", AccessibilityTest::showLink),
                new View("/s/axe/lab?text=emma&with=0", "mg-mlp-panel mg-heatmap"),
                new View("/s/axe-pairs/lab?text=emma%20david", "mg-lab-tokens li"),
                new View("/s/axe/lab?show=step&stage=adam&tensor=wte&number=200", "mg-number h3"),
                new View("/s/axe/lab?show=step&stage=loss&tensor=losses", "tfoot"),
                new View(
                        "/s/axe/strings?drawn=1&count=30&nearest=1&temperature=2",
                        "mg-draw-texts tr.row"),
                new View(
                        "/s/axe/strings?show=rank",
                        "mg-rank-texts tr.row",
                        AccessibilityTest::rank),
                new View("/s/nobody", ".nothing h1"),
                new View("/compare", "mg-compare-picker form"),
                new View(COMPARED, LAST_DIFFERENCE),
                new View("/sweeps", "mg-sweep-form .row"),
                new View(
                        "/sweeps",
                        "details[open] .options",
                        page -> page.getByText("Options of all sessions").click()),
                new View(
                        "/sweeps",
                        ".range",
                        page -> page.getByLabel("values drawn at random").check()),
                new View("/sweeps/axe-sweep", "mg-sweep-losses mg-chart"),
                new View(
                        "/sweeps/axe-sweep", "#delete dialog[open]", page -> press(page, "Delete")),
                new View("/sweeps/nothing", ".absent a"),
                new View("/s/axe/tour?stop=2", "mg-tour-tokens li"),
                new View("/s/axe/tour?stop=7", "mg-tour-losses td"),
                new View("/s/axe/tour?stop=10", "mg-tour-writing .bars li"));
    }

    private static void help(Page page) {
        page.keyboard().press("?");
    }

    private static void showLink(Page page) {
        page.evaluate(
                "() => { navigator.clipboard.writeText = async () => { throw new Error('denied'); }; }");
        page.keyboard().press("c");
    }

    private static void makeShare(Page page) {
        press(page, "Share this session");
        press(page, "Make a link");
    }

    private static void rank(Page page) {
        page.getByLabel("Texts, one per line").fill("emma\nzzzz\nstraße");
        press(page, "Rank");
    }

    private static void press(Page page, String name) {
        button(page, name).click();
    }

    /// A view is loaded in one colour scheme and width, and then switched to the other, since loading costs most.
    @ParameterizedTest
    @MethodSource("views")
    void noSeriousViolationAndNothingCutOff(View view) {
        try (Tab tab = Tab.open(browser, api.port()).expectingErrors()) {
            Page page = tab.page();
            show(page, LIGHT, PHONE);
            page.navigate(view.path);
            page.locator(FIRST_SIGNS).first().waitFor();
            view.open(page);
            assertAccessible(page, PHONE);

            show(page, DARK, DESKTOP);
            awaitDrawn(page);
            page.locator(view.sign).first().waitFor();
            assertAccessible(page, DESKTOP);
        }
    }

    private static void show(Page page, ColorScheme colours, int width) {
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(colours));
        page.setViewportSize(width, TALL); // panels render only once they are visible
    }

    /// Waits until the page has noticed its new size and has drawn.
    private static void awaitDrawn(Page page) {
        page.evaluate(
                "() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))");
    }

    static List<String> seriousViolations(Page page) {
        // The other mode opens a second page to gather the results of frames; there are none.
        AxeResults results = new AxeBuilder(page).setLegacyMode(true).analyze();
        assertThat(results.getPasses()).isNotEmpty();
        return results.getViolations().stream()
                .filter(rule -> List.of("serious", "critical").contains(rule.getImpact()))
                .map(rule -> rule.getId() + ": " + rule.getNodes())
                .toList();
    }

    private static void assertAccessible(Page page, int width) {
        assertThat(seriousViolations(page)).isEmpty();
        assertThat(contentWidth(page)).isEqualTo(width);
    }

    @Test
    void onAPhoneNothingScrollsSidewaysAndEveryControlIsLargeEnoughForAFinger() {
        api.initSixNames("axe-fresh");
        List<String> small = new ArrayList<>();
        try (Tab tab = Tab.openPhone(browser, api.port()).expectingErrors()) {
            Page page = tab.page();
            List<View> more =
                    Stream.concat(
                                    IntStream.rangeClosed(1, 10)
                                            .mapToObj(stop -> "/s/axe/tour?stop=" + stop),
                                    Stream.of("/s/axe-fresh", "/s/axe/lab?text=emma"))
                            .map(path -> new View(path, ANY_SIGN))
                            .toList();
            for (View view : Stream.concat(views(), more.stream()).toList()) {
                String path = view.path;
                page.setViewportSize(LYING_PHONE, TALL);
                page.navigate(path);
                page.locator(ANY_SIGN).first().waitFor();
                for (int width : new int[] {PHONE, 360}) {
                    page.setViewportSize(LYING_PHONE, TALL); // panels are drawn wide
                    awaitDrawn(page);
                    page.setViewportSize(width, 740);
                    assertThat(contentWidth(page)).as(path).isEqualTo(width);
                    page.setViewportSize(width, TALL);
                    awaitNothingTooWide(page, path);
                }
                view.open(page);
                for (Object control : (List<?>) page.evaluate(TOO_SMALL)) {
                    small.add(path + ": " + control);
                }
            }
        }
        assertThat(small).isEmpty();
    }

    private static void awaitNothingTooWide(Page page, String place) {
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(page.evaluate(TOO_WIDE)).as(place).isEqualTo(List.of()));
    }

    @ParameterizedTest
    @ValueSource(ints = {360, PHONE})
    void noPanelThatFillsAPhoneScrollsSideways(int width) {
        try (Tab tab = Tab.openPhone(browser, api.port())) {
            Page page = tab.page();
            page.setViewportSize(width, TALL);
            page.navigate("/s/axe");
            page.locator(LAST_PANEL).first().waitFor();
            Locator fill =
                    page.getByRole(
                            AriaRole.BUTTON,
                            new Page.GetByRoleOptions().setName("fill the screen"));
            int panels = fill.count();
            assertThat(panels).isGreaterThan(5);
            for (int i = 0; i < panels; i++) {
                page.setViewportSize(width, TALL);
                fill.nth(i).click();
                page.setViewportSize(width, 740);
                awaitNothingTooWide(page, "filled panel " + i);
                page.keyboard().press("Escape");
            }
        }
    }
}

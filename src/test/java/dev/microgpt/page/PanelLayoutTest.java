package dev.microgpt.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static dev.microgpt.page.Tab.button;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.BoundingBox;

import dev.microgpt.support.Api;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// The panels of the Live page can be moved, hidden, and made to fill the screen; what is rarely needed is in a
/// drawer.
@ServiceTest
@ExtendWith(Chromium.class)
final class PanelLayoutTest {

    private static final int FOLD = 900;
    private static final String SESSION = "layout";

    private final Api api;
    private final Browser browser;

    PanelLayoutTest(@LocalServerPort int port, Browser browser) {
        api = new Api(port);
        this.browser = browser;
    }

    @BeforeEach
    void train() {
        api.initSixNames(SESSION);
        api.step(SESSION, 100);
    }

    private Tab open() {
        Tab tab = Tab.open(browser, api.port());
        tab.page().navigate("/s/" + SESSION);
        tab.page().locator("mg-attention-panel canvas").first().waitFor();
        tab.page().locator("mg-loss-panel canvas").first().waitFor();
        return tab;
    }

    private static Locator cells(Page page) {
        return page.locator(".cell");
    }

    private static Locator cell(Page page, String name) {
        return page.locator(".cell[data-name=" + name + "]");
    }

    private static List<String> order(Page page) {
        return cells(page).all().stream().map(cell -> cell.getAttribute("data-name")).toList();
    }

    private static BoundingBox box(Locator locator) {
        return locator.boundingBox();
    }

    private static double fontSize(Locator locator) {
        return ((Number)
                        locator.evaluate(
                                "element => parseFloat(getComputedStyle(element).fontSize)"))
                .doubleValue();
    }

    @Test
    void textsAttentionAndLossAreAboveTheFold() {
        try (Tab tab = open()) {
            for (String name : List.of("samples", "attention", "loss")) {
                BoundingBox box = box(cell(tab.page(), name));
                assertThat(box.y + box.height).as(name).isLessThanOrEqualTo(FOLD);
            }
        }
    }

    @Test
    void everyRowIsFullWhateverTheOrder() {
        try (Tab tab = open()) {
            Page page = tab.page();
            button(page, "Samples: hide").click();
            assertThat(cell(page, "samples")).hasCount(0);
            BoundingBox attention = box(cell(page, "attention"));
            BoundingBox loss = box(cell(page, "loss"));
            assertThat(loss.y).isEqualTo(attention.y);
            assertThat(loss.width).isEqualTo(attention.width);
            assertThat(loss.x + loss.width)
                    .isEqualTo(
                            box(page.locator("mg-panel-grid")).x
                                    + box(page.locator("mg-panel-grid")).width);
        }
    }

    @Test
    void arrowKeysMoveAPanelAndItsPlaceIsRemembered() {
        try (Tab tab = open()) {
            Page page = tab.page();
            Locator grip = button(page, "Loss: move");
            grip.focus();
            page.keyboard().press("ArrowLeft");
            assertThat(page.getByText("Loss: place 2 of 11")).hasCount(1);
            assertThat(grip).isFocused();
            page.keyboard().press("ArrowLeft");
            page.keyboard().press("ArrowLeft"); // is the first already
            assertThat(page.getByText("Loss: place 1 of 11")).hasCount(1);
            assertThat(order(page).subList(0, 3)).containsExactly("loss", "samples", "attention");
            assertThat(page.locator(".where"))
                    .hasText("Live step 100"); // the timeline has not moved

            page.reload();
            assertThat(cells(page).first()).hasAttribute("data-name", "loss");
            assertThat(page.locator("mg-loss-panel canvas").first()).isVisible();
        }
    }

    @Test
    void thePointerDragsAPanelToThePlaceOfAnother() {
        try (Tab tab = open()) {
            Page page = tab.page();
            button(page, "Samples: move").hover();
            page.mouse().down();
            BoundingBox target = box(cell(page, "loss"));
            page.mouse().move(target.x + target.width / 2, target.y + 100);
            assertThat(page.locator(".target")).hasAttribute("data-name", "loss");
            page.mouse().up();
            assertThat(cells(page).nth(2)).hasAttribute("data-name", "samples");
            assertThat(page.locator(".target, .dragged")).hasCount(0);
            assertThat(order(page).subList(0, 3)).containsExactly("attention", "loss", "samples");
        }
    }

    @Test
    void hiddenPanelsStayHiddenUntilTheyAreShownAgain() {
        try (Tab tab = open()) {
            Page page = tab.page();
            button(page, "Loss: hide").click();
            assertThat(cell(page, "loss")).hasCount(0);
            page.reload();
            assertThat(cells(page)).hasCount(10);
            assertThat(cell(page, "loss")).hasCount(0);

            button(page, "Panels").click();
            page.locator("mg-panel-menu").getByLabel("Loss").check();
            assertThat(page.locator("mg-loss-panel canvas").first()).isVisible();
            page.locator("mg-panel-menu").getByLabel("Samples").uncheck();
            assertThat(cell(page, "samples")).hasCount(0);
            button(page, "Restore the original layout").click();
            assertThat(cells(page).first()).hasAttribute("data-name", "samples");
        }
    }

    @Test
    void aDamagedArrangementIsIgnored() {
        try (Tab tab = open()) {
            Page page = tab.page();
            for (String stored :
                    List.of(
                            "no JSON",
                            "null",
                            "{\"order\":[\"gone\",\"loss\"],\"hidden\":[\"gone\"]}")) {
                page.evaluate(
                        "stored => localStorage.setItem('microgpt.live.panels', stored)", stored);
                page.reload();
                assertThat(cells(page)).hasCount(11);
            }
            assertThat(cells(page).first()).hasAttribute("data-name", "loss");
        }
    }

    @Test
    void thePanelUnderThePointerFillsTheScreenInLargerType() {
        try (Tab tab = open()) {
            Page page = tab.page();
            Locator letters = page.locator("mg-attention-panel p.caption");
            double usual = fontSize(letters);
            cell(page, "attention").hover();
            page.keyboard().press("f");
            assertThat(cells(page).locator("visible=true")).hasCount(1);
            BoundingBox box = box(cell(page, "attention"));
            assertThat(List.of(box.x, box.y, box.width, box.height))
                    .containsExactly(0.0, 0.0, (double) Tab.DESKTOP, (double) FOLD);
            assertThat(fontSize(letters)).isGreaterThan(1.5 * usual);

            page.keyboard().press("["); // the shortcuts of the page still work
            assertThat(page.locator("mg-attention-panel .subject")).containsText("step 96");
            page.keyboard().press("Escape");
            assertThat(cells(page)).hasCount(11);
            assertThat(cell(page, "samples")).isVisible();
            assertThat(fontSize(letters)).isEqualTo(usual);

            button(page, "Loss: fill the screen").click();
            assertThat(cell(page, "samples")).isHidden();
            page.keyboard().press("f");
            assertThat(cell(page, "samples")).isVisible();
        }
    }

    @Test
    void backReturnsFromAFilledPanelToAllPanels() {
        try (Tab tab = open()) {
            Page page = tab.page();
            String url = page.url();
            button(page, "Loss: fill the screen").click();
            assertThat(page).hasURL(url + "?panel=loss");
            page.keyboard().press("Home"); // looks at step 0 meanwhile
            assertThat(page).hasURL(Pattern.compile("panel=loss&at=0&text=[a-z]+$"));
            page.goBack();
            assertThat(cell(page, "samples")).isVisible();
            assertThat(page).hasURL(Pattern.compile("layout\\?at=0&text=[a-z]+$"));
            page.goForward();
            assertThat(cell(page, "samples")).isHidden();
            page.keyboard().press("Escape");
            assertThat(cell(page, "samples")).isVisible();
            assertThat(page).hasURL(Pattern.compile("layout\\?at=0&text=[a-z]+$"));
        }
    }

    @Test
    void theAddressShowsTheSameElsewhere() {
        try (Tab tab = open();
                Tab other = Tab.open(browser, api.port())) {
            Page page = tab.page();
            button(page, "Loss: hide").click();
            button(page, "Attention: move").press("ArrowLeft");
            page.keyboard().press("ArrowLeft"); // of the panel
            button(page, "Hold").first().click();
            String held = page.locator("mg-attention-panel .subject q").innerText();
            page.locator("mg-attention-panel mg-token-strip button").nth(1).click();
            page.keyboard().press("2"); // a head
            Locator caption = page.locator("mg-attention-panel .caption");
            assertThat(caption).containsText("Arcs, Head 2: position 1");
            api.step(SESSION, 1); // on another document
            button(page, "Attention: fill the screen").click();
            page.keyboard().press("[");
            assertThat(page).hasURL(Pattern.compile("at=96"));

            Page copy = other.page();
            copy.navigate(page.url());
            assertThat(copy.locator("mg-attention-panel .subject q")).hasText(held);
            assertThat(copy.locator("mg-attention-panel .subject")).containsText("step 96");
            assertThat(button(copy, "Held")).isVisible();
            assertThat(copy.locator("mg-attention-panel .caption")).hasText(caption.innerText());
            assertThat(cells(copy).locator("visible=true")).hasCount(1);
            copy.keyboard().press("Escape");
            assertThat(cell(copy, "loss")).hasCount(0);
            assertThat(order(copy)).isEqualTo(order(page));

            link(copy, "Lab").click();
            assertThat(copy).hasURL(Pattern.compile("lab\\?at=96&text=" + held + "$"));
            assertThat(copy.getByLabel("Text", new Page.GetByLabelOptions().setExact(true)))
                    .hasValue(held);
            link(copy, "Live").click();
            assertThat(copy).hasURL(Pattern.compile("at=96&hold=" + held));
            assertThat(copy.locator("mg-attention-panel .subject q")).hasText(held);
        }
    }

    private static Locator link(Page page, String name) {
        return page.getByRole(
                AriaRole.LINK, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    @Test
    void onAPhoneMenusOpenWhereTheyFit() {
        try (Tab tab = Tab.openPhone(browser, api.port())) {
            Page page = tab.page();
            page.setViewportSize(360, 640);
            page.navigate("/s/" + SESSION);
            Locator menus =
                    page.getByRole(
                            AriaRole.BUTTON,
                            new Page.GetByRoleOptions().setName(Pattern.compile(": menu$")));
            assertThat(menus).hasCount(11);
            for (Locator menu : menus.all()) {
                for (String edge : List.of("start", "center", "end")) {
                    // while panels load, what is above the menu may move it after it was opened
                    page.waitForCondition(() -> opensInside(page, menu, edge));
                }
            }
            button(page, "Panels").click();
            assertInside(box(page.locator("[popover]:popover-open")), 360, 640);
        }
    }

    /// Opens a menu whose button is at an edge of the page, or in its middle, and closes it.
    ///
    /// @return whether the open menu was inside the page
    private static boolean opensInside(Page page, Locator menu, String edge) {
        menu.evaluate("(menu, block) => menu.scrollIntoView({ block })", edge);
        menu.click();
        boolean isInside = isInside(box(page.locator("[popover]:popover-open")), 360, 640);
        page.keyboard().press("Escape");
        return isInside;
    }

    private static boolean isInside(BoundingBox box, int width, int height) {
        return box.x >= 0
                && box.y >= 0
                && box.x + box.width <= width
                && box.y + box.height <= height;
    }

    private static void assertInside(BoundingBox box, int width, int height) {
        assertThat(box.x).isNotNegative();
        assertThat(box.y).isNotNegative();
        assertThat(box.x + box.width).isLessThanOrEqualTo(width);
        assertThat(box.y + box.height).isLessThanOrEqualTo(height);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void attentionMapsGrowWithThePanel(int layers) {
        api.init(SESSION, Map.of("text", Api.SIX_NAMES, "nLayer", layers));
        api.step(SESSION, 1);
        try (Tab tab = open()) {
            Page page = tab.page();
            Locator maps = page.locator("mg-attention-panel .map canvas");
            double usual = box(maps.first()).width;
            button(page, "Attention: fill the screen").click();
            for (int width : new int[] {Tab.DESKTOP, 1920}) {
                int height = width == 1920 ? 1080 : FOLD;
                page.setViewportSize(width, height);
                page.waitForCondition(() -> isFull(maps, width, height));
                assertThat(box(maps.first()).width).isGreaterThan(1.4 * usual);
                BoundingBox foot = box(page.locator("mg-attention-panel .foot"));
                assertThat(edges(maps)[1]).isLessThanOrEqualTo(foot.y);
                assertThat(foot.y + foot.height).isLessThanOrEqualTo(height);
            }
            page.setViewportSize(Tab.DESKTOP, FOLD);
            page.keyboard().press("Escape");
            page.waitForCondition(() -> box(maps.first()).width == usual);
        }
    }

    /// Whether boxes reach almost to the right or the lower edge of the window, and no further.
    private static boolean isFull(Locator boxes, int width, int height) {
        double[] edges = edges(boxes);
        double part = Math.max(edges[0] / width, edges[1] / height);
        return part > 0.85 && part <= 1;
    }

    /// Returns the right and the lower edge of what surrounds some boxes.
    private static double[] edges(Locator boxes) {
        double[] edges = new double[2];
        for (Locator one : boxes.all()) {
            BoundingBox box = box(one);
            edges[0] = Math.max(edges[0], box.x + box.width);
            edges[1] = Math.max(edges[1], box.y + box.height);
        }
        return edges;
    }

    @Test
    void theHeadInTheAddressIsShownWhateverItsPage() {
        api.init(SESSION, Map.of("text", Api.SIX_NAMES, "nLayer", 4));
        api.step(SESSION, 1);
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/s/" + SESSION + "?head=4.2");
            Locator chosen = page.locator("mg-attention-panel .map [aria-pressed=true]");
            assertThat(chosen).containsText("L4 H2");
            assertThat(page.locator("mg-attention-panel .pages"))
                    .containsText("maps 9 to 16 of 16");
            button(page, "Previous").click();
            assertThat(page.locator("mg-attention-panel .pages")).containsText("maps 1 to 8 of 16");
            assertThat(page).hasURL(Pattern.compile("/s/" + SESSION + "$")); // no head is chosen
        }
    }

    @Test
    void typeAndPanelsGrowOnLargeScreens() {
        try (Tab tab = open()) {
            Page page = tab.page();
            Locator text = page.locator("mg-samples-panel .list .text").first();
            double usual = fontSize(text);
            double width = box(cell(page, "loss")).width;
            page.setViewportSize(1920, 1080);
            assertThat(fontSize(text)).isGreaterThan(1.1 * usual);
            assertThat(box(cell(page, "loss")).width).isGreaterThan(1.3 * width);
            page.setViewportSize(3840, 2160);
            assertThat(fontSize(text)).isGreaterThan(1.3 * usual);
        }
    }

    @Test
    void aKeyAndAButtonOpenTheDrawer() {
        try (Tab tab = open()) {
            Page page = tab.page();
            Locator fork = button(page, "Fork here");
            assertThat(fork).isHidden();
            page.keyboard().press("s");
            assertThat(fork).isVisible();
            page.keyboard().press("Escape");
            assertThat(fork).isHidden();
            button(page, "Steer and fork").click();
            assertThat(fork).isVisible();
            button(page, "Train 1 step").click(); // the page beside it can still be used
            assertThat(page.locator(".where")).hasText("Live step 101");
            button(page, "Close").click();
            assertThat(fork).isHidden();
        }
    }

    @Test
    void controlsOfTheLossesStayWithinThePadding() {
        try (Tab tab = open()) {
            Page page = tab.page();
            button(page, "Samples: hide").click(); // so that there are two panels in its row
            page.waitForCondition(() -> page.locator("mg-loss-panel").boundingBox().width > 600);
            for (int width = 1380;
                    width <= Tab.DESKTOP;
                    width += 10) { // with and without a scroll bar
                page.setViewportSize(width, 900);
                Object overrun =
                        page.locator("mg-loss-panel .controls")
                                .evaluate(
                                        """
                                        (controls) => {
                                          const right = (element) => element.getBoundingClientRect().right;
                                          const { paddingRight } = getComputedStyle(controls.getRootNode().querySelector('.content'));
                                          const inner = right(controls.closest('section')) - parseFloat(paddingRight);
                                          return Math.max(...[...controls.children].map(right)) - inner;
                                        }""");
                assertThat(((Number) overrun).doubleValue())
                        .as("%d px", width)
                        .isLessThanOrEqualTo(0);
            }
        }
    }
}

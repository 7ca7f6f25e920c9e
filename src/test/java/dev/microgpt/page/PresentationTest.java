package dev.microgpt.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static dev.microgpt.page.Tab.button;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;

import dev.microgpt.support.Api;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import java.util.List;
import java.util.regex.Pattern;

/// A presentation shows one panel at a time, in the order of a list, with a spotlight.
@ServiceTest
@ExtendWith(Chromium.class)
final class PresentationTest {

    private static final String SESSION = "presented";

    private final Api api;
    private final Browser browser;

    PresentationTest(@LocalServerPort int port, Browser browser) {
        api = new Api(port);
        this.browser = browser;
    }

    @BeforeEach
    void train() {
        api.initSixNames(SESSION);
        api.step(SESSION, 50);
    }

    private Tab open(String query) {
        Tab tab = Tab.open(browser, api.port());
        tab.page().navigate("/s/" + SESSION + query);
        tab.page().locator("mg-attention-panel canvas").first().waitFor();
        return tab;
    }

    private static void assertPresented(Page page, String name, String place) {
        assertThat(page.locator(".cell.filled")).hasAttribute("data-name", name);
        assertThat(page.locator(".cell.filled .place")).hasText(place);
    }

    @Test
    void keysOfARemoteControlGoThroughThePanels() {
        try (Tab tab = open("")) {
            Page page = tab.page();
            page.locator("mg-attention-panel h2").hover();
            page.keyboard().press("f");
            assertPresented(page, "attention", "2 / 11");
            page.keyboard().press("PageDown");
            assertPresented(page, "loss", "3 / 11");
            assertThat(page).hasURL(Pattern.compile("\\?panel=loss$"));
            page.locator("mg-loss-panel mg-chart [role=application]")
                    .focus(); // has these keys, too
            page.keyboard().press("PageUp");
            page.keyboard().press("PageUp");
            assertPresented(page, "samples", "1 / 11");
            page.keyboard().press("ArrowLeft"); // nothing is before the first
            assertPresented(page, "samples", "1 / 11");
            page.keyboard().press("ArrowRight");
            assertPresented(page, "attention", "2 / 11");
            assertThat(page.locator(".grid ~ [role=status]")).hasText("Attention: panel 2 of 11");
            page.keyboard().press("[");
            assertThat(page.locator("mg-attention-panel .subject")).containsText("step 48");
            page.keyboard().press("]");
            page.goBack();
            assertThat(page.locator(".cell.filled")).hasCount(0);
        }
    }

    @Test
    void aLinkPresentsTheListedPanels() {
        try (Tab tab = open("?panels=samples,attention&present=attention,heads,nothing,samples")) {
            Page page = tab.page();
            assertPresented(page, "attention", "1 / 3");
            button(page, "Next panel").click();
            assertPresented(page, "heads", "2 / 3"); // though it is hidden otherwise
            assertThat(button(page, "Next panel")).isFocused();
            assertThat(page).hasURL(Pattern.compile("present=attention,heads,samples&panel=heads"));
            page.keyboard().press("Enter");
            assertPresented(page, "samples", "3 / 3");
            assertThat(button(page, "Next panel")).isDisabled();
            page.reload();
            assertPresented(page, "samples", "3 / 3");
            page.keyboard().press("Escape");
            assertThat(page.locator(".cell.filled")).hasCount(0);
            assertThat(page).hasURL(Pattern.compile("\\?panels=samples,attention$"));
            assertThat(page.locator(".cell")).hasCount(2);
        }
    }

    @Test
    void theSpotlightFollowsThePointer() {
        try (Tab tab = open("?panel=attention&hold=emma")) {
            Page page = tab.page();
            page.keyboard().press("l");
            Locator map = page.locator("mg-attention-panel .map").nth(1);
            map.hover();
            assertLit(page, map);
            Locator token = page.locator("mg-attention-panel mg-token-strip button").nth(2);
            token.hover();
            assertLit(page, token);
            page.locator("mg-attention-panel p.caption").hover();
            assertThat(page.locator("mg-spotlight .round")).isVisible();

            page.keyboard().press("PageDown");
            page.keyboard().press("PageDown");
            assertPresented(page, "probabilities", "4 / 11");
            Locator rows = page.locator("mg-probabilities-panel .map canvas");
            rows.hover();
            BoundingBox row = page.locator("mg-spotlight div").boundingBox();
            assertThat(row.width).isGreaterThan(rows.boundingBox().width);
            assertThat(row.height).isBetween(20., 60.);
            page.keyboard().press("l");
            assertThat(page.locator("mg-spotlight")).hasCount(0);
            button(page, "Spotlight").click();
            assertThat(page.locator("mg-spotlight")).hasCount(1);
            page.keyboard().press("Escape");
            assertThat(page.locator("mg-spotlight")).hasCount(0);
        }
    }

    private static void assertLit(Page page, Locator part) {
        Locator light = page.locator("mg-spotlight div:not(.round)");
        page.waitForCondition(
                () -> {
                    BoundingBox lit = light.boundingBox();
                    BoundingBox box = part.boundingBox();
                    return lit != null
                            && Math.abs(lit.x + 4 - box.x) < 1
                            && Math.abs(lit.width - 8 - box.width) < 1
                            && Math.abs(lit.y + 4 - box.y) < 1;
                });
    }

    @ParameterizedTest
    @CsvSource({"1920, 1080, LIGHT", "1280, 720, DARK", "390, 844, LIGHT"})
    void isAccessibleAndFits(int width, int height, ColorScheme colours) {
        try (Tab tab = Tab.open(browser, api.port(), colours, width)) {
            Page page = tab.page();
            page.setViewportSize(width, height);
            page.navigate("/s/" + SESSION + "?present=attention,heads,loss");
            page.locator("mg-attention-panel canvas").first().waitFor();
            for (String name : List.of("attention", "heads", "loss")) {
                assertThat(page.locator(".cell.filled")).hasAttribute("data-name", name);
                BoundingBox cell = page.locator(".cell.filled").boundingBox();
                assertThat(cell.width).isEqualTo(width);
                assertThat(Tab.contentWidth(page)).isLessThanOrEqualTo(width);
                assertThat(new AxeBuilder(page).setLegacyMode(true).analyze().getViolations())
                        .filteredOn(v -> List.of("serious", "critical").contains(v.getImpact()))
                        .isEmpty();
                page.keyboard().press("PageDown");
            }
        }
    }
}

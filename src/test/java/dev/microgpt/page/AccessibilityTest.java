package dev.microgpt.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.AxeResults;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;

import dev.microgpt.support.Api;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import java.util.List;

/// Axe finds nothing serious on any page, in both colour schemes, and nothing is cut off on a phone.
@ServiceTest
@ExtendWith(Chromium.class)
final class AccessibilityTest {

    private final Api api;
    private final Browser browser;

    AccessibilityTest(@LocalServerPort int port, Browser browser) {
        api = new Api(port);
        this.browser = browser;
        api.initSixNames("axe");
        api.step("axe", 200);
    }

    @ParameterizedTest
    @CsvSource({
        "/?q=axe, mg-sparkline polyline, LIGHT, 1440",
        "/?q=axe, mg-sparkline polyline, DARK, 390",
        "/?q=axe&new=, dialog[open], LIGHT, 390",
        "/?q=axe&new=, dialog[open], DARK, 1440",
        "/s/axe, mg-loss-panel canvas, LIGHT, 390",
        "/s/axe, mg-loss-panel canvas, DARK, 1440",
        "/s/axe?at=96, .past-badge, DARK, 390",
        "/s/axe?at=96, .bar.past, LIGHT, 1440",
    })
    void noSeriousViolationAndNothingCutOff(
            String path, String sign, ColorScheme colours, int width) {
        try (Tab tab = Tab.open(browser, api.port(), colours, width)) {
            Page page = tab.page();
            page.navigate(path);
            page.locator(sign).first().waitFor();
            if (path.startsWith("/s/")) { // what has never been in sight shows nothing
                page.locator("mg-health-panel").scrollIntoViewIfNeeded();
                page.locator("mg-health-panel tbody tr").first().waitFor();
            }

            AxeResults results = new AxeBuilder(page).analyze();
            List<String> serious =
                    results.getViolations().stream()
                            .filter(
                                    rule ->
                                            List.of("serious", "critical")
                                                    .contains(rule.getImpact()))
                            .map(rule -> rule.getId() + ": " + rule.getNodes())
                            .toList();
            assertThat(serious).isEmpty();
            assertThat(results.getPasses()).isNotEmpty();
            assertThat(page.evaluate("() => document.documentElement.scrollWidth"))
                    .isEqualTo(width);
        }
    }
}

package dev.microgpt.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import java.util.List;
import java.util.Map;

/// Small numbers can be seen in heat maps, and only what can be pressed is blue.
@ServiceTest
@ExtendWith(Chromium.class)
final class ColourTest {

    /// The relative luminance of WCAG of a colour.
    private static final String FUNCTIONS =
            """
            const rgb = ({ theme }, name) => theme.colour(name).match(/[\\d.]+/g).slice(0, 3).map(Number);
            const luminance = (colour) => colour.map((c) => c / 255)
              .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
              .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0.05);
            const contrast = (a, b) => Math.max(luminance(a) / luminance(b), luminance(b) / luminance(a));
            const hue = ([r, g, b]) => {
              const [most, least] = [Math.max(r, g, b), Math.min(r, g, b)];
              const part = most === r ? (g - b) / (most - least) : most === g ? 2 + (b - r) / (most - least) : 4 + (r - g) / (most - least);
              return (60 * part + 360) % 360;
            };
            """;

    /// Elements that have the accent colour, or a tint of it, and are neither controls nor within one.
    private static final String BLUE_BUT_NOT_PRESSABLE =
            """
            (() => {
              const accents = ['--accent', '--accent-soft'].map((name) => module.theme.colour(name));
              const controls = 'a, button, summary, input, select, textarea, label, [role="button"], [role="slider"], .track:has([role="slider"]), .scale';
              const found = [];
              const visit = (node, isControl) => {
                for (const element of node.children ?? []) {
                  const pressable = isControl || element.matches(controls);
                  const style = getComputedStyle(element);
                  const own = ['backgroundColor', 'fill', 'stroke', 'borderTopColor', 'borderBottomColor'].map((name) => style[name]);
                  const text = [...element.childNodes].some((child) => child.nodeType === 3 && child.data.trim() !== '') ? [style.color] : [];
                  if (!pressable && [...own, ...text].some((colour) => accents.includes(colour))) {
                    found.push(`${element.localName}.${element.getAttribute('class')} in ${element.getRootNode().host?.localName}`);
                  }
                  visit(element, pressable);
                  if (element.shadowRoot) visit(element.shadowRoot, pressable);
                }
              };
              visit(document.body, false);
              return found;
            })()""";

    private final Api api;
    private final Browser browser;

    ColourTest(@LocalServerPort int port, Browser browser) {
        api = new Api(port);
        this.browser = browser;
    }

    private double[] evaluate(ColorScheme colours, String body) {
        try (Tab tab = Tab.open(browser, api.port(), colours, Tab.DESKTOP)) {
            tab.page().navigate("/");
            Object reply =
                    tab.page()
                            .evaluate(
                                    "async () => { const module = await import('/js/components/theme.js');\n"
                                            + FUNCTIONS
                                            + body
                                            + "}");
            return Json.doubles(Json.parse(Json.write(reply)));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"LIGHT", "DARK"})
    void weightsFromATenthOnCanBeSeen(ColorScheme colours) {
        double[] contrasts =
                evaluate(
                        colours,
                        """
                        const stops = [0, 1, 2].map((i) => rgb(module, `--ramp-${i}`));
                        const surface = rgb(module, '--surface');
                        return [0.1, 0.2, 0.3].map((value) => {
                          const [below, part] = [Math.floor(value * 5), value * 5 % 1];
                          const colour = stops[below].map((c, i) => c + ((stops[below + 1] ?? stops[below])[i] - c) * part);
                          return contrast(colour, surface);
                        });""");
        assertThat(contrasts[0]).isGreaterThan(1.2);
        assertThat(contrasts[1]).isGreaterThan(1.5);
        assertThat(contrasts[2]).isGreaterThan(1.9);
    }

    @ParameterizedTest
    @EnumSource(names = {"LIGHT", "DARK"})
    void noDataIsBlue(ColorScheme colours) {
        double[] hues =
                evaluate(
                        colours,
                        """
                        const names = ['data-1', 'data-2', 'data-3', 'data-4', 'data-5', 'ramp-2', 'ramp-3', 'ramp-4', 'diverge-low', 'diverge-high'];
                        return names.map((name) => hue(rgb(module, `--${name}`)));""");
        assertThat(hues).hasSize(10);
        for (double hue : hues) {
            assertThat(hue).matches(value -> value < 185 || value > 245);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"LIGHT", "DARK"})
    void onlyWhatCanBePressedIsBlue(ColorScheme colours) {
        api.initSixNames("blue");
        api.step("blue", 200);
        api.post("/sessions/blue/runs", Map.of("steps", 50)).ok();
        api.init("blue-other", Map.of("text", Api.SIX_NAMES, "nEmbd", 8));
        api.startSweep(
                "blue-sweep",
                Map.of("learningRate", List.of(0.001, 0.1), "seed", List.of(1, 2)),
                20);
        Map<String, String> pages =
                Map.of(
                        "/?q=blue", "mg-session-card .samples",
                        "/s/blue", "mg-training-controls .track",
                        "/s/blue/lab?text=e", "mg-continuation mark",
                        "/s/blue/tour?stop=2", "mg-tour-tokens .read",
                        "/s/blue/tour?stop=4", ".caption [data-fact]",
                        "/compare?s=blue,blue-other", "mg-compare-options .mark",
                        "/sweeps", "mg-sweep-form .row",
                        "/sweeps/blue-sweep", "mg-sweep-verdict tr.best");
        try (Tab tab = Tab.open(browser, api.port(), colours, Tab.DESKTOP)) {
            Page page = tab.page();
            pages.forEach(
                    (path, sign) -> {
                        page.navigate(path);
                        page.locator(sign).first().waitFor();
                        Object blue =
                                page.evaluate(
                                        "async () => { const module = await import('/js/components/theme.js'); return "
                                                + BLUE_BUT_NOT_PRESSABLE
                                                + "; }");
                        assertThat(blue).as(path).isEqualTo(List.of());
                    });
        }
    }
}

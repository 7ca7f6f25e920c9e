package dev.microgpt.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static dev.microgpt.page.Tab.button;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

import tools.jackson.databind.JsonNode;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;

/// Every panel saves its picture, and its menu is used with keys. [PanelNumbersTest] compares the numbers that
/// panels save.
@ServiceTest
@ExtendWith(Chromium.class)
final class PanelExportTest {

    private static final String SESSION = "export";
    private static final int STEP = 40;
    private static final int TALL = 6000; // px, so that all panels are in sight
    private static final int SHARPNESS = 2; // pixels per dot
    private static final List<String> DRAWN_AS_SHAPES =
            List.of("samples", "loss", "health", "heads", "probes");

    private final Api api;
    private final Browser browser;

    PanelExportTest(@LocalServerPort int port, Browser browser) {
        api = new Api(port);
        this.browser = browser;
    }

    @BeforeEach
    void train() {
        api.init(SESSION, Map.of("text", Api.SIX_NAMES, "nLayer", 2, "validation", 0.2));
        api.step(SESSION, STEP);
    }

    /// Returns the tags of the panels of the Live page.
    private static List<String> tags(Page page) {
        Object tags =
                page.evaluate(
                        "async () => (await import('/js/panels/index.js')).PANELS.map(({ tag }) => tag)");
        return Json.strings(Json.parse(Json.write(tags)));
    }

    /// Returns the size {width, height} in dots of what the picture of a panel shows.
    private static JsonNode drawing(Locator panel) {
        return Json.parse(
                (String)
                        panel.evaluate(
                                """
                                async (panel) => {
                                  const { drawingOf } = await import('/js/components/panel-export.js');
                                  const { theme } = await import('/js/components/theme.js');
                                  const { width, height } = await theme.forPicture(async () => {
                                    await panel.redraw();
                                    return drawingOf(panel);
                                  });
                                  return JSON.stringify({ width, height });
                                }"""));
    }

    private static Locator save(Locator panel, String format) {
        return panel.locator(
                ".menu [popover] button",
                new Locator.LocatorOptions().setHasText("Save as " + format));
    }

    private static Path saved(Locator panel, String format) {
        Download file =
                panel.page()
                        .waitForDownload(
                                () -> save(panel, format).evaluate("save => save.click()"));
        assertThat(file.suggestedFilename())
                .matches(
                        SESSION
                                + "-[a-z-]+-step-"
                                + STEP
                                + "\\."
                                + format.toLowerCase(Locale.ROOT));
        return file.path();
    }

    @Test
    void everyPanelSavesItsPicture() throws Exception {
        try (Tab tab = Tab.open(browser, api.port(), ColorScheme.DARK, Tab.DESKTOP)) {
            Page page = tab.page();
            page.setViewportSize(Tab.DESKTOP, TALL);
            page.navigate("/s/" + SESSION);
            for (String tag : tags(page)) {
                Locator panel = page.locator(tag);
                page.waitForCondition(
                        () ->
                                (Boolean)
                                        panel.evaluate(
                                                "p => p.table?.() != null && !p.isUpdatePending"));
                String name = tag.replaceAll("^mg-|-panel$", "");
                BufferedImage png = ImageIO.read(saved(panel, "PNG").toFile());
                assertIsPicture(name, png, drawing(panel));
                button(page, panel.evaluate("p => p.heading") + ": menu").click();
                boolean hasSvg = save(panel, "SVG").isVisible();
                page.keyboard().press("Escape");
                assertThat(hasSvg).as(name).isEqualTo(DRAWN_AS_SHAPES.contains(name));
                if (hasSvg) {
                    Element svg = parse(saved(panel, "SVG")).getDocumentElement();
                    assertThat(svg.getTextContent())
                            .contains((String) panel.evaluate("p => p.heading"))
                            .contains(SESSION + ", step " + STEP);
                    assertThat(SHARPNESS * Integer.parseInt(svg.getAttribute("width")))
                            .isEqualTo(png.getWidth());
                    assertThat(SHARPNESS * Integer.parseInt(svg.getAttribute("height")))
                            .isEqualTo(png.getHeight());
                    Element ground = (Element) svg.getElementsByTagName("rect").item(0);
                    assertThat(ground.getAttribute("fill")).isEqualTo("rgb(255, 255, 255)");
                }
            }
        }
    }

    /// Fails unless a picture has two pixels per dot, light margins, a title, and a drawing below it.
    private static void assertIsPicture(String name, BufferedImage png, JsonNode drawing) {
        double width = SHARPNESS * drawing.path("width").doubleValue();
        double height = SHARPNESS * drawing.path("height").doubleValue();
        assertThat((double) png.getWidth()).as(name).isGreaterThan(width);
        assertThat((double) png.getHeight()).as(name).isGreaterThan(height);
        assertThat(png.getHeight() - height).as(name).isBetween(120., 500.);
        assertThat(new Color(png.getRGB(0, 0))).as(name).isEqualTo(Color.WHITE);
        int top = png.getHeight() - (int) height;
        assertThat(ink(png, 0, 80)).as("title of " + name).isGreaterThan(100);
        assertThat(ink(png, top, (int) height - 40))
                .as("drawing of " + name)
                .isGreaterThan((long) (0.002 * width * height));
    }

    /// Counts the pixels of some rows that are not white.
    private static long ink(BufferedImage picture, int from, int rows) {
        int width = picture.getWidth();
        return Arrays.stream(picture.getRGB(0, from, width, rows, null, 0, width))
                .filter(pixel -> pixel != 0xffffffff)
                .count();
    }

    private static Document parse(Path svg)
            throws IOException, SAXException, ParserConfigurationException {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(svg.toFile());
    }

    @Test
    void aTableIsSavedAsPicture() throws Exception {
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            page.setViewportSize(Tab.DESKTOP, TALL);
            page.navigate("/s/" + SESSION + "?tables=parameters");
            Locator panel = page.locator("mg-parameters-panel");
            assertThat(panel.locator("tbody tr").first()).isVisible();
            String text = parse(saved(panel, "SVG")).getDocumentElement().getTextContent();
            assertThat(text).contains("Parameters").contains("Adam m").contains("other rows");
        }
    }

    @Test
    void theMenuIsUsedWithKeys() {
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/s/" + SESSION);
            page.locator("mg-loss-panel mg-chart canvas").waitFor();
            page.locator("mg-loss-panel h2").hover();
            page.keyboard().press("e");
            Locator menu = page.locator("mg-loss-panel [popover]");
            assertThat(menu).isVisible();
            assertThat(button(page, "Show as a table")).isFocused();
            for (String item :
                    List.of("Save as CSV", "Save as JSON", "Save as PNG", "Save as SVG")) {
                page.keyboard().press("ArrowDown");
                assertThat(button(page, item)).isFocused();
            }
            page.keyboard().press("ArrowDown");
            assertThat(button(page, "Show as a table")).isFocused();
            page.keyboard().press("End");
            page.keyboard().press("ArrowUp");
            Download png = page.waitForDownload(() -> page.keyboard().press("Enter"));
            assertThat(png.suggestedFilename()).isEqualTo("export-loss-step-40.png");
            assertThat(menu).isHidden();
            assertThat(page.locator(".where")).containsText("Live"); // the arrows moved no timeline

            page.keyboard().press("e"); // where the focus is
            assertThat(menu).isVisible();
            page.keyboard().press("Escape");
            assertThat(menu).isHidden();
            assertThat(button(page, "Loss: menu")).isFocused();
            page.keyboard().press("Enter");
            assertThat(menu).isVisible();
            page.keyboard().press("Escape");

            page.keyboard().press("?");
            assertThat(page.locator("mg-help")).containsText("opens its menu");
        }
    }
}

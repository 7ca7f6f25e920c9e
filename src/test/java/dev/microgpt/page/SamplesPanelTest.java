package dev.microgpt.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static dev.microgpt.page.Tab.button;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;

import dev.microgpt.support.Api;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.web.server.LocalServerPort;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Texts on demand begin with a prompt, and can be copied and saved without repeats.
@ServiceTest
@ExtendWith(Chromium.class)
final class SamplesPanelTest {

    private final Api api;
    private final Browser browser;

    SamplesPanelTest(@LocalServerPort int port, Browser browser) {
        api = new Api(port);
        this.browser = browser;
    }

    private static Locator.LocatorOptions withText(String text) {
        return new Locator.LocatorOptions().setHasText(text);
    }

    @Test
    void textsBeginWithThePromptAndAreSavedOnePerLine() throws IOException {
        api.initSixNames("samples-save");
        api.step("samples-save", 300);
        try (Tab tab = Tab.open(browser, api.port()).expectingErrors()) {
            Page page = tab.page();
            page.navigate("/s/samples-save");
            Locator panel = page.locator("mg-samples-panel");
            panel.getByLabel("Prompt").fill("a");
            panel.getByLabel("Temperature").fill("2"); // makes some that are new
            panel.getByLabel("Texts", new Locator.GetByLabelOptions().setExact(true)).fill("30");
            button(page, "Generate").click();
            Locator texts = panel.locator(".written li .text");
            texts.first().waitFor();
            List<String> shown = texts.allInnerTexts();
            assertThat(shown).doesNotHaveDuplicates().allMatch(text -> text.startsWith("a"));

            Locator known = panel.locator(".written .tag", withText("in the documents"));
            Locator fresh = panel.locator(".written .tag", withText("new"));
            List<String> documents = List.of(Api.SIX_NAMES.split("\n"));
            int count = (int) shown.stream().filter(documents::contains).count();
            assertThat(known).hasCount(count);
            assertThat(fresh).hasCount(shown.size() - count);
            assertThat(count).isBetween(1, shown.size() - 1);

            Download saved = page.waitForDownload(() -> button(page, "Download").click());
            assertThat(saved.suggestedFilename()).isEqualTo("samples-save-texts-step-300.txt");
            assertThat(Files.readAllLines(saved.path())).isEqualTo(shown);

            page.evaluate(
                    "() => { navigator.clipboard.writeText = async text => { window.copied = text; }; }");
            button(page, "Copy").click();
            assertThat(button(page, "Copied")).isVisible();
            assertThat(page.evaluate("() => copied")).isEqualTo(String.join("\n", shown));

            panel.getByLabel("only new texts").check();
            assertThat(texts).hasCount(shown.size() - count);
            assertThat(known).hasCount(0);
            Download fresher = page.waitForDownload(() -> button(page, "Download").click());
            assertThat(Files.readAllLines(fresher.path()))
                    .hasSize(shown.size() - count)
                    .doesNotContainAnyElementsOf(documents);

            panel.getByLabel("Prompt").fill("Ω");
            button(page, "Generate").click();
            assertThat(panel.getByLabel("Prompt")).hasAttribute("aria-invalid", "true");
        }
    }

    private static Locator panel(Page page) {
        return page.locator("mg-samples-panel");
    }

    private static Locator texts(Page page) {
        return panel(page).locator(".written li .text");
    }

    private static Locator number(Page page) {
        return panel(page).getByLabel("Texts", new Locator.GetByLabelOptions().setExact(true));
    }

    @Test
    void aLinkGeneratesTheSameTexts() {
        api.initSixNames("samples-link");
        api.step("samples-link", 100);
        try (Tab tab = Tab.open(browser, api.port()).expectingErrors();
                Tab other = Tab.open(browser, api.port()).expectingErrors()) {
            Page page = tab.page();
            page.navigate("/s/samples-link?at=64");
            panel(page).getByLabel("Prompt").fill("a");
            panel(page).getByLabel("Temperature").fill("1.5");
            panel(page)
                    .getByLabel("Seed", new Locator.GetByLabelOptions().setExact(true))
                    .fill("7");
            number(page).fill("9");
            button(page, "Generate").click();
            assertThat(panel(page).getByText("Generated at step 64.")).isVisible();

            Page copy = other.page();
            copy.navigate(page.url());
            assertThat(panel(copy).getByText("Generated at step 64.")).isVisible();
            assertThat(panel(copy).getByLabel("Prompt")).hasValue("a");
            assertThat(panel(copy).getByLabel("Temperature")).hasValue("1.5");
            assertThat(texts(copy)).hasText(texts(page).allInnerTexts().toArray(String[]::new));

            copy.navigate(
                    "/s/samples-link?samples-temperature=hot&samples-count=-5&samples-written=1&samples-prompt="
                            + "a".repeat(201));
            assertThat(panel(copy).getByLabel("Prompt")).hasValue("");
            assertThat(panel(copy).getByLabel("Temperature")).hasValue("0.5");
            assertThat(number(copy)).hasAttribute("aria-invalid", "true");
        }
    }

    @Test
    void saysWhyMostTextsAreKnownOrRepeats() {
        api.initSixNames("samples-known");
        api.step("samples-known", 500);
        api.initSixNames("samples-fresh");
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/s/samples-known");
            Locator advice = panel(page).locator(".advice");
            number(page).fill("50");
            button(page, "Generate").click();
            assertThat(advice)
                    .hasText(
                            Pattern.compile(
                                    "\\d\\d of 50 are in the training texts: the model has memorised much of the list;"
                                            + " raise the temperature or train fewer steps\\."));
            int known =
                    (int)
                            api.post(
                                            "/sessions/samples-known/generate",
                                            Map.of(
                                                    "temperature",
                                                    0.5,
                                                    "seed",
                                                    1,
                                                    "count",
                                                    50,
                                                    "known",
                                                    true))
                                    .ok()
                                    .path("samples")
                                    .valueStream()
                                    .filter(sample -> sample.path("known").booleanValue())
                                    .count();
            assertThat(advice).containsText(known + " of 50");
            panel(page).getByLabel("only new texts").check();
            assertThat(advice).isVisible();

            panel(page).getByLabel("Temperature").fill("0"); // one document, over and over
            button(page, "Generate").click();
            assertThat(advice).hasText("49 of 50 repeat another text: raise the temperature.");

            page.navigate("/s/samples-fresh");
            panel(page).getByLabel("Temperature").fill("0");
            button(page, "Generate").click();
            assertThat(advice).hasText("5 of 6 repeat another text: raise the temperature.");
            panel(page).getByLabel("Temperature").fill("1");
            button(page, "Generate").click();
            assertThat(advice).hasCount(0);
        }
    }

    @Test
    void theButtonsStayWhereTheyAreWhenTextsAreGenerated() {
        api.initSixNames("texts-still");
        api.step("texts-still", 200);
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            for (int width : new int[] {Tab.DESKTOP, Tab.PHONE}) {
                page.setViewportSize(width, 6000);
                page.navigate("/s/texts-still");
                assertThat(page.locator("mg-samples-panel .list button").first()).isVisible();
                assertThat(page.locator("mg-probes-panel .legend li")).hasCount(3);
                Locator generate = button(page, "Generate");
                generate.hover();
                double before = generate.boundingBox().y;
                generate.click();
                assertThat(page.locator("mg-samples-panel .texts li").first()).isVisible();
                assertThat(generate.boundingBox().y).as("%d px", width).isEqualTo(before);
            }
        }
    }
}

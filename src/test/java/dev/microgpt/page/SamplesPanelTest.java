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
}

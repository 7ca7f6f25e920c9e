package dev.microgpt.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;

import dev.microgpt.support.Api;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.util.List;
import java.util.Map;

/// Sessions whose tokens are byte pairs, on the pages.
@ServiceTest
@ExtendWith(Chromium.class)
final class BytePairsPageTest {

    private static final String TEXT = "hannah zoë";

    private final Api api;
    private final Browser browser;

    BytePairsPageTest(@LocalServerPort int port, Browser browser) {
        api = new Api(port);
        this.browser = browser;
    }

    private void train(String name) {
        api.init(
                name,
                Map.of(
                        "tokenizer",
                        "bpe",
                        "vocabSize",
                        280,
                        "nEmbd",
                        8,
                        "nHead",
                        2,
                        "text",
                        "anna\nhannah\nan\nannabel\nhanna\nzoë\nzoë hanna"));
        api.step(name, 20);
    }

    private JsonNode tokenize(String name) {
        return api.post("/sessions/" + name + "/tokenize", Map.of("text", TEXT, "steps", true))
                .ok();
    }

    private static List<String> texts(JsonNode tokens) {
        return tokens.valueStream()
                .map(token -> token.path("text").stringValue().replace(' ', '␣'))
                .toList();
    }

    @Test
    void theLabShowsTheMergesOfATextStepByStep() {
        train("pairs-lab");
        JsonNode reply = tokenize("pairs-lab");
        List<String> tokens = texts(reply.path("tokens"));
        int steps = reply.path("steps").size();
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/s/pairs-lab/lab?text=" + TEXT.replace(" ", "%20"));
            Locator panel = page.locator("mg-lab-tokens");
            assertThat(panel.locator("li b")).hasText(tokens.toArray(String[]::new));
            assertThat(panel.locator("output")).hasText(steps + " of " + steps + " merges");

            Locator slider = panel.getByRole(AriaRole.SLIDER);
            slider.focus();
            page.keyboard().press("Home");
            assertThat(panel.locator("li b")).hasCount(TEXT.length() + 1); // ë is two bytes
            assertThat(panel.locator(".told"))
                    .hasText("The text is 11 bytes, and each is a token.");
            page.keyboard().press("ArrowRight");
            JsonNode first = reply.path("steps").get(0);
            assertThat(panel.locator("li.new")).hasCount(first.path("at").size());
            assertThat(panel.locator("li.new b").first()).hasText(first.path("text").stringValue());
            assertThat(panel.locator(".told"))
                    .containsText("become " + first.path("text").stringValue() + ", token 256");
            page.keyboard().press("End");
            assertThat(panel.locator("li b")).hasText(tokens.toArray(String[]::new));
            panel.getByText("Back").click();
            assertThat(panel.locator("output")).hasText((steps - 1) + " of " + steps + " merges");
        }
    }

    @Test
    void tokensStandWhereCharactersStand() {
        train("pairs-text");
        List<String> tokens = texts(tokenize("pairs-text").path("tokens"));
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/s/pairs-text/lab?text=" + TEXT.replace(" ", "%20"));
            Locator surprisals = page.locator("mg-surprise .token");
            assertThat(surprisals).hasCount(tokens.size() + 1);
            assertThat(surprisals.first()).hasText(tokens.getFirst());
            assertThat(surprisals.last()).hasText("◆");
            assertThat(page.locator("mg-surprise p")).containsText("bits per character");
            Locator strip = page.locator("mg-attention-panel mg-token-strip button");
            assertThat(strip).hasCount(tokens.size() + 1);
            assertThat(strip.nth(1)).hasAttribute("aria-label", "position 1, " + tokens.getFirst());
            assertThat(page.locator("mg-probabilities-panel h2")).hasText("Next token");
            assertThat(page.locator("mg-probabilities-panel .bars li.actual")).hasCount(1);
            assertThat(page.locator("mg-probabilities-panel .caption").first())
                    .hasText("Next after “hannah␣zoë”:");
        }
    }

    @Test
    void aModelOfCharactersHasNoMerges() {
        api.init("no-pairs", Map.of("text", Api.SIX_NAMES, "nEmbd", 8, "nHead", 2));
        api.step("no-pairs", 3);
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/s/no-pairs/lab?text=emma");
            assertThat(page.locator("mg-surprise .token")).hasCount(5);
            assertThat(page.locator("mg-lab-tokens")).hasCount(0);
            assertThat(page.locator("mg-probabilities-panel h2")).hasText("Next character");
        }
    }

    @Test
    void theFormForANewSessionOffersBytePairs() {
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/");
            page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("New session"))
                    .click();
            page.getByRole(AriaRole.DIALOG).waitFor();
            page.getByText("More options").press("Enter");
            Locator vocabulary = page.locator("mg-create-session [name=vocabSize]");
            assertThat(vocabulary).hasCount(0);
            page.locator("mg-create-session [name=tokenizer]").selectOption("bpe");
            assertThat(vocabulary).hasCount(1);
            vocabulary.fill("300");
            Locator preview = page.locator("mg-documents-preview");
            assertThat(preview).containsText("300 tokens");
            assertThat(preview).containsText("characters each");
            page.locator("mg-create-session #field-name").fill("made-of-pairs");
            page.locator("mg-create-session [name=steps]").fill("20");
            page.locator("mg-create-session button.primary").click();
            page.waitForURL("**/s/made-of-pairs**");
            assertThat(api.view("made-of-pairs").path("vocabSize").intValue()).isEqualTo(300);
        }
    }

    @Test
    void theTourSpeaksOfBytePairs() {
        train("pairs-tour");
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/s/pairs-tour/tour?stop=2");
            assertThat(page.locator("[data-fact=merges]")).hasCount(1);
            assertThat(page.locator("mg-tour-tokens .text li b").nth(1)).not().hasText("·");
        }
    }
}

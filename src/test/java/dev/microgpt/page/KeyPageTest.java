package dev.microgpt.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;

import dev.microgpt.support.Json;
import dev.microgpt.support.KeyedService;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Map;

/// The pages of a service that requires API keys.
@ExtendWith(Chromium.class)
final class KeyPageTest {

    private final Browser browser;
    private KeyedService keyed;

    KeyPageTest(Browser browser) {
        this.browser = browser;
    }

    @BeforeEach
    void start(@TempDir Path data) {
        keyed = new KeyedService(data);
        keyed.alice().initSixNames("hers");
        keyed.bob().initSixNames("his");
    }

    @AfterEach
    void stop() {
        keyed.close();
    }

    private static Locator field(Page page) {
        return page.getByLabel("Key", new Page.GetByLabelOptions().setExact(true));
    }

    private static void enter(Page page, String key) {
        field(page).fill(key);
        Tab.button(page, "Continue").click();
    }

    @Test
    void asksForTheKeyAndShowsItsSessionsLive() {
        try (Tab tab = Tab.open(browser, keyed.port()).expectingErrors().forOneUse()) {
            Page page = tab.page();
            page.navigate("/");
            enter(page, "alice.wrong");
            assertThat(page.getByRole(AriaRole.ALERT).getByText("does not recognise this key"))
                    .isVisible();
            enter(page, keyed.aliceKey());
            assertThat(page.getByText("hers", new Page.GetByTextOptions().setExact(true)).first())
                    .isVisible();
            assertThat(page.getByText("his", new Page.GetByTextOptions().setExact(true)))
                    .hasCount(0);

            page.navigate("/s/hers"); // with the same key
            assertThat(page.getByText("step 0").or(page.getByText("Step 0")).first()).isVisible();
            keyed.alice().post("/sessions/hers/step", Map.of("count", 77));
            assertThat(page.getByText("77").first()).isVisible(); // through the WebSocket

            assertThat(tab.requests()).noneMatch(url -> url.contains(keyed.aliceKey()));
            assertThat(tab.requests()).anyMatch(url -> url.endsWith("/api/v1/tickets"));
        }
    }

    @Test
    void theJavaScriptClientSendsTheKeyAndAsksForIt() {
        String script =
                """
                async (key) => {
                  const { MicroGPT, MicroGPTWorker } = await import('/client/microgpt.js');
                  const rejected = [];
                  const askForKey = async (old) => { rejected.push(old); return key; };
                  const model = await MicroGPT.open('hers', { askForKey });
                  await model.trainSteps(3);
                  const frame = (await model.watch({ fromStep: 1 }).next()).value;
                  const worker = new MicroGPTWorker(undefined, { key, session: 'hers' });
                  const step = await new Promise((resolve, reject) => {
                    worker.onmessage = ({ data }) => resolve(data.result.step);
                    worker.onerror = ({ error }) => reject(error);
                    worker.postMessage({ type: 'train' });
                  });
                  worker.terminate();
                  return [rejected, frame.toStep, step];
                }""";
        try (Tab tab = Tab.open(browser, keyed.port()).expectingErrors().forOneUse()) {
            tab.page().navigate("/");
            String result = Json.write(tab.page().evaluate(script, keyed.aliceKey()));

            assertThat(result).isEqualTo("[[null],3,4]");
            assertThat(tab.requests()).noneMatch(url -> url.contains(keyed.aliceKey()));
        }
    }

    @Test
    void doesNotPromptAgainAfterTheUserDeclines() throws InterruptedException {
        try (Tab tab = Tab.open(browser, keyed.port()).expectingErrors().forOneUse()) {
            Page page = tab.page();
            page.navigate("/");
            assertThat(field(page)).isVisible();
            page.keyboard().press("Escape");
            Thread.sleep(3000); // the page polls the sessions every 1.5 s
            assertThat(field(page)).hasCount(0);
            assertThat(page.getByText("needs an API key").first()).isVisible();
        }
    }
}

package dev.microgpt.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static dev.microgpt.page.Tab.button;
import static dev.microgpt.page.Tab.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.FilePayload;
import com.microsoft.playwright.options.ReducedMotion;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Pattern;

/// The page of all sessions. It also shows those of other tests, so each test filters for its own.
@ServiceTest
@ExtendWith(Chromium.class)
final class SessionsPageTest {

    private static final String MARKUP = "<img src=x onerror=hacked=1>";

    private final Api api;
    private final Browser browser;

    SessionsPageTest(@LocalServerPort int port, Browser browser) {
        api = new Api(port);
        this.browser = browser;
    }

    private Tab open() {
        return Tab.open(browser, api.port());
    }

    private static Locator nameField(Page page) {
        return page.getByLabel("Name", new Page.GetByLabelOptions().setExact(true));
    }

    private static Locator textField(Page page) {
        return page.getByLabel("Text", new Page.GetByLabelOptions().setExact(true));
    }

    private static Locator fileField(Page page) {
        return page.getByLabel("File", new Page.GetByLabelOptions().setExact(true));
    }

    private static void beginSession(Page page) {
        button(page, "New session").click();
        page.getByRole(AriaRole.DIALOG).waitFor();
    }

    private static void beginSession(Page page, String name) {
        beginSession(page);
        nameField(page).fill(name);
    }

    /// By key, as the preview of the documents may move what a pointer aims at.
    private static void toggleMoreOptions(Page page) {
        page.getByText("More options").press("Enter");
    }

    private static void create(Page page) {
        button(page, "Create and train").click();
    }

    @Test
    void createsASessionThatTrainsAndOpensIt() {
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/");
            beginSession(page, "page-story");
            page.getByLabel("Pasted").check();
            textField(page).fill(Api.SIX_NAMES);
            page.getByLabel("Training steps").fill("300");
            toggleMoreOptions(page);
            page.getByLabel("Embedding width").fill("8");
            create(page);

            page.waitForURL("**/s/page-story");
            assertThat(page.locator(".badge dd").first()).hasText("300");
            assertThat(page.getByText("Last run succeeded: 300 of 300 steps")).isVisible();
        }
        JsonNode options = api.view("page-story").path("options");
        assertThat(options.path("nEmbd").intValue()).isEqualTo(8);
        assertThat(options.path("numSteps").intValue()).isEqualTo(300);
    }

    @Test
    void theCardOfADatasetShowsWhatItContains() {
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/");
            beginSession(page);
            assertThat(page.getByLabel("names", new Page.GetByLabelOptions().setExact(true)))
                    .isChecked();
            Locator cities =
                    page.locator(".dataset")
                            .filter(new Locator.FilterOptions().setHasText("GeoNames"));
            assertThat(cities)
                    .containsText(
                            Pattern.compile(
                                    "Hambergen.*40,000 documents, 450KB.*2 to 31 characters, 9.9 on"
                                            + " average.*182 characters.*Licence: CC BY 4.0",
                                    Pattern.DOTALL));
            page.keyboard().press("ArrowDown");
            assertThat(page.locator(".dataset:has(:checked)")).containsText("60,000 documents");
            page.keyboard().press("ArrowDown");
            assertThat(cities.getByRole(AriaRole.RADIO)).isChecked();
            assertThat(nameField(page)).hasValue(Pattern.compile("cities.*"));
            button(page, "Use a context of 32").click();
            page.getByLabel("Training steps").fill("10");
            nameField(page).fill("page-cities");
            create(page);
            page.waitForURL("**/s/page-cities");
        }
        assertThat(api.view("page-cities").path("numDocs").intValue()).isEqualTo(40_000);
    }

    @Test
    void aSizeSetsTheShapeAndStaysOpenToChanges() {
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/");
            beginSession(page, "page-size");
            page.getByLabel("Pasted").check();
            textField(page).fill(Api.SIX_NAMES);
            page.getByLabel("Training steps").fill("20");
            page.getByLabel("Medium").check();
            toggleMoreOptions(page);
            assertThat(page.getByLabel("Embedding width")).hasAttribute("placeholder", "64");
            page.getByLabel("Layers", new Page.GetByLabelOptions().setExact(true)).fill("3");
            create(page);

            page.waitForURL("**/s/page-size");
        }
        JsonNode view = api.view("page-size");
        assertThat(view.path("options").path("nEmbd").intValue()).isEqualTo(64);
        assertThat(view.path("options").path("nLayer").intValue()).isEqualTo(3);
        // The form computes the number of parameters in the same way as the service.
        assertThat(parametersOf(64, 3, view.path("vocabSize").intValue(), 16))
                .isEqualTo(view.path("numParams").intValue());
    }

    private int parametersOf(int width, int layers, int vocabulary, int context) {
        return Tab.run(
                        browser,
                        api.port(),
                        """
                        const { parametersOf } = await import('/js/pages/sessions/session-sizes.js');
                        return parametersOf({ nEmbd: %d, nHead: 4, nLayer: %d, blockSize: %d }, %d);"""
                                .formatted(width, layers, context, vocabulary))
                .intValue();
    }

    @Test
    void savesASessionAsABundleAndRestoresIt() throws IOException {
        api.delete("/sessions/page-bundle-2");
        api.initSixNames("page-bundle");
        api.step("page-bundle", 5);
        try (Tab tab = open().expectingErrors()) {
            Page page = tab.page();
            page.navigate("/?q=page-bundle");
            Download file =
                    page.waitForDownload(
                            () -> button(page, "Save page-bundle as a bundle").click());
            assertThat(file.suggestedFilename()).isEqualTo("page-bundle.zip");
            byte[] bundle = Files.readAllBytes(file.path());

            beginSession(page);
            page.getByText("From a bundle").click();
            Locator field = page.getByLabel("Bundle file");
            field.setInputFiles(
                    new FilePayload("page-bundle.zip", "application/zip", new byte[] {'a'}));
            button(page, "Restore").click();
            assertThat(page.getByRole(AriaRole.ALERT)).containsText("not a ZIP file");
            field.setInputFiles(new FilePayload("page-bundle.zip", "application/zip", bundle));
            assertThat(page.getByLabel("Name of the restored session")).hasValue("page-bundle-2");
            button(page, "Restore").click();
            page.waitForURL("**/s/page-bundle-2");
        }
        assertThat(api.losses("page-bundle-2")).isEqualTo(api.losses("page-bundle"));
    }

    @Test
    void proposesANameThatIsFree() {
        api.initSixNames("page-list");
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/");
            beginSession(page);
            assertThat(nameField(page)).hasValue(Pattern.compile("names(-\\d+)?"));
            page.getByLabel("Pasted").check();
            assertThat(nameField(page)).hasValue(Pattern.compile("session(-\\d+)?"));
            page.getByLabel("From a file").check();
            fileField(page)
                    .setInputFiles(
                            new FilePayload("Page List.txt", "text/plain", new byte[] {'a', 'b'}));
            assertThat(nameField(page)).hasValue("page-list-2");
            nameField(page).fill("mine");
            page.getByLabel("Bundled").check();
            assertThat(nameField(page)).hasValue("mine");
        }
    }

    @Test
    void aNumberThatBelongsToTheNameIsKept() {
        JsonNode names =
                Tab.run(
                        browser,
                        api.port(),
                        """
                        const { availableName, proposedName } = await import('/js/data/session-names.js');
                        const taken = new Set(['lr-0-01', 'width-16', 'demo', 'demo-2', 'demo-9']);
                        return [...taken].map((name) => availableName(name, taken))
                          .concat(['', 'Ünder_taken 7.csv', 'demo'].map((words) => proposedName(words, taken)));""");

        assertThat(names.valueStream().map(JsonNode::stringValue))
                .containsExactly(
                        "lr-0-01-2",
                        "width-16-2",
                        "demo-3",
                        "demo-3",
                        "demo-10",
                        "session",
                        "nder-taken-7-csv",
                        "demo-3");
    }

    @Test
    void previewsTheDocumentsAndTakesTheSuggestedContext() {
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/");
            beginSession(page);
            page.getByLabel("Pasted").check();
            String text = "Orbicore Partners Limited\nab\nab";
            textField(page).pressSequentially(text);

            Locator preview = page.locator("mg-documents-preview");
            assertThat(preview).containsText("1 of 3 documents is longer than the context");
            assertThat(preview).containsText("Longest25 characters");
            assertThat(preview).containsText("Duplicates1");
            assertThat(preview).containsText("␣LOPabcdeimnorst");
            assertThat(tab.requests().stream().filter(url -> url.endsWith("/preview")).count())
                    .isLessThan(text.length());
            assertThat(page.getByText(Pattern.compile("^Tiny")))
                    .containsText(Pattern.compile("[\\d,]+ parameters;\\s+trains for about"));

            preview.getByRole(AriaRole.BUTTON).click();
            assertThat(preview.getByText("longer than the context")).hasCount(0);
            toggleMoreOptions(page);
            assertThat(page.getByLabel("Context length")).hasValue(Pattern.compile("2[56]"));

            textField(page).fill("");
            assertThat(preview.getByText("Documents")).hasCount(0);
        }
    }

    @Test
    void startsASessionAgain() {
        api.init("page-again", Map.of("text", Api.SIX_NAMES, "nEmbd", 8));
        api.step("page-again", 5);
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/?q=page-again&again=page-again");
            assertThat(page.getByLabel("Embedding width")).hasValue("8");
            page.getByLabel("Pasted").check();
            textField(page).fill("ab\nba");
            button(page, "Start again").click();

            assertThat(card(page, "page-again")).containsText("2 documents");
            assertThat(card(page, "page-again")).containsText("nEmbd 8");
            assertThat(page).hasURL(Pattern.compile(".*\\?q=page-again$"));
        }
        assertThat(api.view("page-again").path("step").intValue()).isZero();
    }

    @Test
    void trainsClonesAndDeletesASession() {
        api.init("page-train", Map.of("text", Api.SIX_NAMES, "nEmbd", 8));
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/?q=page-train");
            Locator card = card(page, "page-train");
            assertThat(card).containsText("Not trained yet");
            assertThat(card).containsText("nEmbd 8");

            page.getByLabel("Steps to train page-train").fill("300");
            button(page, "Train page-train").click();
            assertThat(card.locator("dd").first()).hasText("300");
            assertThat(card.getByRole(AriaRole.IMG))
                    .hasAttribute(
                            "aria-label",
                            Pattern.compile("Loss over 300 steps: from 2\\.\\d+ to \\d.*"));
            assertThat(card).containsText(Pattern.compile("Writes: \\w+"));

            button(page, "Clone page-train").click();
            button(page, "Clone").click();
            assertThat(card(page, "page-train-2").locator("dd").first()).hasText("300");

            button(page, "Delete page-train").click();
            assertThat(button(page, "Keep")).isFocused();
            button(page, "Keep").click();
            assertThat(api.view("page-train").path("step").intValue()).isEqualTo(300);
            button(page, "Delete page-train").click();
            button(page, "Delete").click();
            assertThat(card).isHidden();
            assertThat(api.get("/sessions/page-train").status()).isEqualTo(404);
        }
    }

    @Test
    void continuesASessionWithOtherDocuments() {
        api.initSixNames("page-continue");
        api.step("page-continue", 7);
        try (Tab tab = open().expectingErrors()) {
            Page page = tab.page();
            page.navigate("/?q=page-continue");
            button(page, "Continue page-continue with other documents").click();
            Locator dialog = page.locator("mg-continue-session");
            dialog.getByLabel("Pasted text").check();
            dialog.locator("textarea").fill("zoé");
            button(page, "Continue").click();
            assertThat(dialog.getByRole(AriaRole.ALERT)).containsText("'z' (U+007A)");
            dialog.getByLabel("Give characters that it does not know tokens").check();
            button(page, "Continue").click();

            assertThat(card(page, "page-continue")).containsText("1 documents");
            assertThat(dialog.locator("form")).isHidden();
            assertThat(card(page, "page-continue").locator("dd").first()).hasText("7");
            assertThat(api.view("page-continue").path("continuations").intValue()).isEqualTo(1);

            page.navigate("/s/page-continue");
            Locator mark = page.locator("mg-timeline .mark.continued");
            mark.hover();
            assertThat(mark.locator(".tip"))
                    .containsText("continued with 1 other document and the new characters zé");
        }
    }

    @Test
    void comparesTheSelectedSessions() {
        for (int i = 1; i <= 7; i++) {
            api.initSixNames("page-pick-" + i);
        }
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/?q=page-pick");
            for (int i = 7; i >= 2; i--) {
                page.getByLabel("Compare page-pick-" + i).check();
            }
            assertThat(page.getByLabel("Compare page-pick-1")).isDisabled();
            for (int i = 7; i >= 4; i--) {
                page.getByLabel("Compare page-pick-" + i).uncheck();
            }
            page.getByText("Compare 2 selected").click();
            assertThat(page).hasURL(Pattern.compile("/compare\\?s=page-pick-3,page-pick-2$"));
        }
    }

    @Test
    void showsErrorsAtTheirField() {
        api.initSixNames("page-taken");
        try (Tab tab = open().expectingErrors()) {
            Page page = tab.page();
            page.navigate("/");
            beginSession(page, "page-refused");
            toggleMoreOptions(page);
            Locator heads = page.getByLabel("Attention heads");
            heads.fill("3");
            toggleMoreOptions(page); // closes them; an error opens them
            create(page);
            assertThat(heads).hasAttribute("aria-invalid", "true");
            assertThat(heads).isFocused();
            assertThat(heads)
                    .hasAccessibleDescription(
                            Pattern.compile(".*nHead must divide nEmbd \\(16\\), but is 3"));

            heads.fill("four");
            create(page);
            assertThat(heads).hasAccessibleDescription(Pattern.compile(".*must be a number"));

            heads.fill("");
            nameField(page).fill("page-taken");
            create(page);
            assertThat(nameField(page))
                    .hasAccessibleDescription(Pattern.compile(".*page-taken.*exists.*"));

            nameField(page).fill("page-refused");
            Locator steps = page.getByLabel("Training steps");
            steps.fill("0");
            create(page);
            assertThat(steps)
                    .hasAccessibleDescription(Pattern.compile(".*at least 1.*|.* 1 to .*"));
            assertThat(steps).isFocused();
            assertThat(api.get("/sessions/page-refused").status()).isEqualTo(404);

            page.getByLabel("From a file").check();
            fileField(page)
                    .setInputFiles(
                            new FilePayload(
                                    "latin.txt", "text/plain", new byte[] {'a', (byte) 0xE9, 'b'}));
            assertThat(page.getByText("latin.txt is not UTF-8 text")).isVisible();
        }
    }

    @Test
    void showsTheDefaultsAndRangesThatTheServerReturns() {
        try (Tab tab = open()) {
            Page page = tab.page();
            page.route(
                    "**/api/v1/limits",
                    route -> {
                        String limits = route.fetch().text();
                        route.fulfill(
                                new Route.FulfillOptions()
                                        .setContentType("application/json")
                                        .setBody(
                                                limits.replace(
                                                        "\"nEmbd\",\"type\":\"integer\","
                                                                + "\"default\":16,\"min\":1,"
                                                                + "\"max\":1024",
                                                        "\"nEmbd\",\"type\":\"integer\","
                                                                + "\"default\":24,\"min\":2,"
                                                                + "\"max\":4096")));
                    });
            page.navigate("/");
            beginSession(page);
            toggleMoreOptions(page);

            Locator width = page.getByLabel("Embedding width");
            assertThat(width).hasAttribute("placeholder", "24");
            assertThat(width).hasAccessibleDescription("2 to 4,096");
            assertThat(page.getByLabel("Learning rate"))
                    .hasAccessibleDescription("its highest value; above 0");
            assertThat(page.getByLabel("Seed"))
                    .hasAccessibleDescription("mulberry32: -2^31 to 2^32-1; python: 0 to 2^63-1");
            assertThat(page.getByLabel("Engine")).hasValue("tensor");
        }
    }

    @Test
    void loadsAFile() {
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/");
            beginSession(page, "page-file");
            page.getByLabel("From a file").check();
            byte[] text = "čeněk\nžofie\n".getBytes(StandardCharsets.UTF_8);
            fileField(page).setInputFiles(new FilePayload("names.txt", "text/plain", text));
            create(page);

            page.waitForURL("**/s/page-file");
            assertThat(page.getByText("2 documents")).isVisible();
        }
    }

    @Test
    void showsMarkupInSamplesAsText() {
        String name = "page-markup";
        api.init(name, Map.of("text", MARKUP, "blockSize", 32, "numSteps", 400));
        api.step(name, 300);
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/?q=" + name);

            assertThat(card(page, name)).containsText(MARKUP);
            assertThat(card(page, name).locator("img[src=x]")).hasCount(0);
            assertThat(page.evaluate("() => typeof hacked")).isEqualTo("undefined");
        }
    }

    @Test
    void pausesAndResumesAllRuns() {
        api.initSlow("page-pause");
        api.post("/sessions/page-pause/runs", Map.of("steps", 1_000_000_000)).ok();
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/?q=page-pause");
            button(page, "Pause all").click();
            assertThat(card(page, "page-pause").locator(".chip")).hasText("paused");
            button(page, "Resume all").click();
            assertThat(card(page, "page-pause").locator(".chip")).hasText("training");
            button(page, "Cancel the run of page-pause").click();
            assertThat(card(page, "page-pause").locator(".chip")).hasText("ready");
        }
    }

    /// Lets the page believe that the service has these sessions.
    private static void pretendSessions(Page page, String sessions) {
        page.route(
                Pattern.compile("/api/v1/sessions\\?"),
                route ->
                        route.fulfill(
                                new Route.FulfillOptions()
                                        .setContentType("application/json")
                                        .setBody(
                                                "{\"sessions\": [%s], \"nextCursor\": null}"
                                                        .formatted(sessions))));
    }

    @Test
    void withoutSessionsTheThreeWaysInStillWork() {
        api.delete("/sessions/names");
        try (Tab tab = open()) {
            Page page = tab.page();
            pretendSessions(page, "");
            page.navigate("/");
            assertThat(page.getByText("No sessions yet")).isVisible();
            assertThat(page.locator("mg-learning-replay")).hasCount(0);
            button(page, "Train on your own list").click();
            assertThat(page.getByRole(AriaRole.DIALOG)).isVisible();
            assertThat(textField(page)).isFocused();
            assertThat(page).hasURL(Pattern.compile(".*\\?new=$"));
            button(page, "Cancel").click();

            button(page, "Take the tour").click();
            page.waitForURL("**/s/names/tour");
            assertThat(page.locator("mg-tour-page h1")).hasText("names");
        } finally {
            api.delete("/sessions/names");
        }
    }

    @Test
    void showsASessionThatLearnsAndPausesWithTheReader() {
        api.initSixNames("page-shown");
        api.step("page-shown", 200);
        String view = api.get("/sessions/page-shown").body();
        try (Tab tab = open()) {
            Page page = tab.page();
            pretendSessions(page, view);
            page.navigate("/");
            assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(1)))
                    .hasText("Train a tiny GPT and watch how it learns");
            Locator replay = page.locator("mg-learning-replay");
            assertThat(replay.locator("li")).hasCount(6); // it has advanced that far
            assertThat(replay.getByRole(AriaRole.IMG))
                    .hasAttribute("aria-label", Pattern.compile("Loss over 200 steps.*"));
            button(page, "Pause the replay").click();
            assertThat(button(page, "Play the replay")).isVisible();
            assertThat(replay.locator("figcaption"))
                    .containsText(Pattern.compile("at step \\d+\\s+of 200\\s+loss \\d\\.\\d{4}"));
            page.getByText("Look at a model train (a replay)").click();
            assertThat(page.locator("mg-timeline .replay")).containsText("A replay");
            Locator where = page.locator("mg-timeline .where");
            assertThat(where).hasText("Step 16 of 200");
            assertThat(where).not().hasText("Step 16 of 200"); // it moves
        }
    }

    @Test
    void theReplayPassesTheFirstStepsQuicklyAndSaysItsLoss() {
        api.initSixNames("page-replay");
        api.step("page-replay", 20_000);
        String view = api.get("/sessions/page-replay").body();
        try (Tab tab = open()) {
            Page page = tab.page();
            pretendSessions(page, view);
            page.navigate("/");
            Locator replay = page.locator("mg-learning-replay");
            replay.locator("li").first().waitFor();
            JsonNode samples =
                    Json.parse(
                            Json.write(
                                    replay.evaluate(
                                            "({ samples }) => samples.map(({ step, tick, loss }) => ({ step, tick, loss }))")));
            assertThat(samples.path(0).path("step").intValue()).isZero();
            int ticks = samples.path(samples.size() - 1).path("tick").intValue();
            int early = 0;
            double[] losses =
                    Json.doubles(
                            api.get("/sessions/page-replay/losses?from=1&to=1000")
                                    .ok()
                                    .path("losses"));
            for (JsonNode sample : samples) {
                int step = sample.path("step").intValue();
                early += step <= 100 ? 1 : 0;
                if (step > 0 && step <= 1000) { // where the losses are known in detail
                    double mean =
                            Arrays.stream(losses, Math.max(0, step - 100), step)
                                    .average()
                                    .orElseThrow();
                    assertThat(sample.path("loss").doubleValue())
                            .as("step %d", step)
                            .isCloseTo(mean, within(0.1));
                }
            }
            assertThat(early).isLessThanOrEqualTo(ticks / 5);
        }
    }

    @Test
    void thePictureStandsStillForReadersWhoPreferLessMotion() {
        api.initSixNames("page-calm");
        api.step("page-calm", 200);
        String view = api.get("/sessions/page-calm").body();
        try (Tab tab = open()) {
            Page page = tab.page();
            page.emulateMedia(
                    new Page.EmulateMediaOptions().setReducedMotion(ReducedMotion.REDUCE));
            pretendSessions(page, view);
            page.navigate("/");
            Locator steps = page.locator("mg-learning-replay .step");
            assertThat(steps).hasCount(6);
            assertThat(steps.first()).hasText("0");
            assertThat(button(page, "Play the replay")).isVisible();
            page.emulateMedia(
                    new Page.EmulateMediaOptions().setReducedMotion(ReducedMotion.NO_PREFERENCE));
        }
    }

    @Test
    void keyboardShortcutsOpenTheHelpAndFocusTheFilter() {
        api.initSixNames("page-keys");
        try (Tab tab = open()) {
            Page page = tab.page();
            page.navigate("/");
            page.getByLabel("Filter by name").waitFor(); // appears with the sessions
            page.keyboard().press("?");
            assertThat(page.getByText("pause all runs")).isVisible();
            page.keyboard().press("Escape");
            assertThat(page.getByText("pause all runs")).isHidden();
            Locator filter = page.getByLabel("Filter by name");
            await().until(
                            () ->
                                    isFocusedAfter(
                                            page, "/", filter)); // the dialog may still be closing
            page.keyboard().type("n?/");
            assertThat(filter).hasValue("n?/");
            assertThat(page.getByText("No session has “n?/” in its name.")).isVisible();
            assertThat(page).hasURL(Pattern.compile(".*\\?q=n%3F%2F$"));
        }
    }

    private static boolean isFocusedAfter(Page page, String key, Locator locator) {
        page.keyboard().press(key);
        return (boolean) locator.evaluate("it => it.getRootNode().activeElement === it");
    }

    @Test
    void saysThatTheServerDoesNotRespond() {
        api.initSixNames("page-away");
        try (Tab tab = open().expectingErrors()) {
            Page page = tab.page();
            page.navigate("/?q=page-away");
            card(page, "page-away").waitFor();
            page.route("**/api/v1/sessions?*", Route::abort);
            assertThat(page.getByText("The server does not respond")).isVisible();
            page.unroute("**/api/v1/sessions?*");
            assertThat(page.getByText("The server does not respond")).isHidden();
        }
    }

    @Test
    void coloursFollowTheSystemAndTheSwitch() {
        try (Tab tab = Tab.open(browser, api.port(), ColorScheme.DARK, Tab.PHONE)) {
            Page page = tab.page();
            page.navigate("/");
            String background = "() => getComputedStyle(document.documentElement).backgroundColor";
            Object dark = page.evaluate(background);
            button(page, "Colours: same as the system").click();
            Object light = page.evaluate(background);
            assertThat(light).isNotEqualTo(dark);
            page.reload();
            assertThat(button(page, "Colours: light")).isVisible();
            assertThat(page.evaluate(background)).isEqualTo(light);
        }
    }

    @Test
    void theHeaderShowsWhichPageThisIs() {
        try (Tab tab = Tab.open(browser, api.port())) {
            Page page = tab.page();
            page.navigate("/");
            Locator links = page.locator("mg-header nav a");
            assertThat(links).hasCount(3);
            String background = "e => getComputedStyle(e).backgroundColor";
            assertThat(links.first().evaluate(background)).isNotEqualTo("rgba(0, 0, 0, 0)");
            assertThat(links.last().evaluate(background)).isEqualTo("rgba(0, 0, 0, 0)");
        }
    }
}

package dev.microgpt.verification.pages;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;

import dev.microgpt.page.Chromium;
import dev.microgpt.support.Api;
import dev.microgpt.support.LocalService;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// Takes the picture of the Live page that the README shows, of a session that trains.
public final class LivePicture {

    private static final Path PICTURE = Path.of("src/site/resources/images/live.png");
    private static final long LARGEST = 300_000; // bytes
    private static final int WIDTH = 1440;
    private static final int HEIGHT = 1200;
    private static final String SESSION = "names";
    private static final int FIRST_STEPS = 3000;
    private static final int HORIZON = 20_000;
    private static final int BATCH = 16; // for a loss that is not all noise
    private static final int STEPS_PER_SECOND = 50;
    private static final double TRAINING_MILLIS = 6000;
    private static final double PATIENCE_MILLIS = 60_000;

    private LivePicture() {}

    /// Exits with 2 if the picture is too large.
    public static void main(String[] args) throws IOException {
        Path data = Files.createTempDirectory("picture");
        try (LocalService service = LocalService.start(data);
                Playwright playwright = Chromium.createPlaywright();
                Browser browser = Chromium.launch(playwright)) {
            train(service.api());
            take(browser, service.api().origin() + "/s/" + SESSION);
        }
        System.exit(Files.size(PICTURE) <= LARGEST ? 0 : 2);
    }

    /// Leaves a run that is slow enough for the page to show every step.
    private static void train(Api api) {
        api.init(SESSION, Map.of("dataset", "names", "numSteps", HORIZON, "batchSize", BATCH));
        api.step(SESSION, FIRST_STEPS);
        api.post(
                        "/sessions/" + SESSION + "/runs",
                        Map.of("steps", HORIZON, "stepsPerSecond", STEPS_PER_SECOND))
                .ok();
    }

    private static void take(Browser browser, String url) {
        Page page =
                browser.newPage(
                        new Browser.NewPageOptions()
                                .setViewportSize(WIDTH, HEIGHT)
                                .setColorScheme(ColorScheme.LIGHT));
        page.setDefaultTimeout(PATIENCE_MILLIS);
        page.navigate(url);
        page.locator("mg-loss-panel mg-chart canvas").first().waitFor();
        page.waitForTimeout(TRAINING_MILLIS);
        page.screenshot(new Page.ScreenshotOptions().setPath(PICTURE));
    }
}

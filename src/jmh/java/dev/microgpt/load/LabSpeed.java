package dev.microgpt.load;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;

import dev.microgpt.page.Chromium;
import dev.microgpt.support.Api;
import dev.microgpt.support.Json;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Measures the lab at default size: how long after a key the text is shown as the model finds it, and how
/// long a training step takes to be taken apart.
final class LabSpeed {

    private static final int HEAP_MB = 1024;
    private static final String SESSION = "names";
    private static final List<String> NAMES = List.of("emma", "olivia", "isabella", "maximilian");
    private static final int ROUNDS = 10;
    private static final int STEPS = 60;
    private static final int WARM_UP = 20;
    private static final double KEY_GOAL = 50; // ms
    private static final double STEP_GOAL = 300; // ms
    private static final double PAUSE_MILLIS = 60;

    /// Before the page's own scripts.
    private static final String CLOCK =
            """
            window.keys = [];
            let pressed = 0;
            addEventListener('input', () => { pressed = performance.now(); }, true);
            addEventListener('read', () => {
              if (pressed > 0) {
                keys.push(performance.now() - pressed);
                pressed = 0;
              }
            });
            """;

    private LabSpeed() {}

    /// Exits with 2 if a figure is missed.
    public static void main(String[] args) throws IOException, InterruptedException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        boolean isGood = true;
        try (ServiceProcess service = ServiceProcess.start(HEAP_MB, List.of());
                Playwright playwright = Chromium.createPlaywright();
                Browser browser = Chromium.launch(playwright)) {
            Api api = new Api(service.port());
            api.init(SESSION, Map.of("dataset", "names"));
            api.step(SESSION, 1000);
            isGood &=
                    report(
                            out,
                            "a key, until its character is shown",
                            keys(api, browser),
                            KEY_GOAL);
            isGood &= report(out, "a step taken apart, over REST", steps(api), STEP_GOAL);
        }
        System.exit(isGood ? 0 : 2);
    }

    private static double[] keys(Api api, Browser browser) {
        Page page = browser.newPage(new Browser.NewPageOptions().setViewportSize(1440, 900));
        page.addInitScript(CLOCK);
        page.navigate(api.origin() + "/s/" + SESSION + "/lab?text=a");
        page.locator("mg-surprise button").first().waitFor();
        for (int round = 0; round < ROUNDS; round++) {
            for (String name : NAMES) {
                page.locator("#text").fill("");
                for (int i = 0; i < name.length(); i++) {
                    page.keyboard().press(name.substring(i, i + 1));
                    page.waitForTimeout(PAUSE_MILLIS);
                }
            }
        }
        double[] found = Json.doubles(Json.parse(Json.write(page.evaluate("() => keys"))));
        return Arrays.copyOfRange(found, Math.min(WARM_UP, found.length), found.length);
    }

    private static double[] steps(Api api) {
        List<Double> found = new ArrayList<>();
        for (int i = 0; i < WARM_UP + STEPS; i++) {
            long start = System.nanoTime();
            api.get("/sessions/" + SESSION + "/anatomy?step=" + i).ok();
            if (i >= WARM_UP) {
                found.add((System.nanoTime() - start) / 1e6);
            }
        }
        return found.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static boolean report(PrintStream out, String what, double[] millis, double goal) {
        Arrays.sort(millis);
        double median = millis[millis.length / 2];
        boolean isGood = median <= goal;
        out.printf(
                "%s: median %.1f ms of %d, 9 of 10 within %.1f (wanted a median of at most %.0f) %s\n",
                what,
                median,
                millis.length,
                millis[(int) (0.9 * millis.length)],
                goal,
                isGood ? "ok" : "MISSED");
        return isGood;
    }
}

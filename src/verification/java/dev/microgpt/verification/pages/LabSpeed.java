package dev.microgpt.verification.pages;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;

import dev.microgpt.page.Chromium;
import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.verification.support.ServiceProcess;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Measures the lab page with a model of default size: the time from a key press until the page shows how the
/// model scores the text, and the time of the call that breaks a training step down.
public final class LabSpeed {

    private static final int HEAP_MB = 1024;
    private static final String SESSION = "names";
    private static final List<String> NAMES = List.of("emma", "olivia", "isabella", "maximilian");
    private static final int ROUNDS = 10;
    private static final int STEPS = 60;
    private static final int WARM_UP = 20;
    private static final double KEY_TARGET = 50; // ms
    private static final double STEP_TARGET = 300; // ms
    private static final double PAUSE_MILLIS = 60;

    /// Runs before the page's own scripts, and records the time from each input to the next `read` event.
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

    /// Exits with 2 if a measurement misses its target.
    ///
    /// @param args ignored
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
                            "a key press, until its character is shown",
                            measureKeys(api, browser),
                            KEY_TARGET);
            isGood &= report(out, "breakdown of a step, over REST", measureSteps(api), STEP_TARGET);
        }
        System.exit(isGood ? 0 : 2);
    }

    private static double[] measureKeys(Api api, Browser browser) {
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
        double[] millis = Json.doubles(Json.parse(Json.write(page.evaluate("() => keys"))));
        return Arrays.copyOfRange(millis, Math.min(WARM_UP, millis.length), millis.length);
    }

    private static double[] measureSteps(Api api) {
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < WARM_UP + STEPS; i++) {
            long start = System.nanoTime();
            api.get("/sessions/" + SESSION + "/anatomy?step=" + i).ok();
            if (i >= WARM_UP) {
                millis.add((System.nanoTime() - start) / 1e6);
            }
        }
        return millis.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static boolean report(PrintStream out, String what, double[] millis, double target) {
        Arrays.sort(millis);
        double median = millis[millis.length / 2];
        boolean isGood = median <= target;
        out.printf(
                "%s: median %.1f ms of %d, 90th percentile %.1f ms (target: median at most %.0f ms) %s\n",
                what,
                median,
                millis.length,
                millis[(int) (0.9 * millis.length)],
                target,
                isGood ? "ok" : "MISSED");
        return isGood;
    }
}

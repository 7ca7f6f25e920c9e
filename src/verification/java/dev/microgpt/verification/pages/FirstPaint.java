package dev.microgpt.verification.pages;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;

import dev.microgpt.page.Chromium;
import dev.microgpt.support.Api;
import dev.microgpt.verification.support.Arguments;
import dev.microgpt.verification.support.ServiceProcess;
import dev.microgpt.verification.support.Statistics;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Measures the time from a navigation to the first paint with content, for visitors who come for the first time and for
/// those who come again.
public final class FirstPaint {

    private static final int HEAP_MB = 1024;
    private static final String SESSION = "names";
    private static final double WAIT_MILLIS = 20_000;

    /// What the visits of a page may take in the median, in ms.
    private static final Map<String, Double> TARGETS = Map.of("/", 300.0, "/s/" + SESSION, 800.0);

    private static final String PAINTED =
            "() => performance.getEntriesByName('first-contentful-paint').length > 0";
    private static final String TIME =
            "() => performance.getEntriesByName('first-contentful-paint')[0].startTime";

    private FirstPaint() {}

    /// Exits with 2 if a first visit misses its target.
    ///
    /// @param args how often each page is visited, like `visits=5`; 10 times by default
    public static void main(String[] args) throws IOException, InterruptedException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        int visits = Arguments.parse(Map.of("visits", 10L), args).intValue("visits");
        boolean isGood = true;
        try (ServiceProcess service = ServiceProcess.start(HEAP_MB, List.of());
                Playwright playwright = Chromium.createPlaywright();
                Browser browser = Chromium.launch(playwright)) {
            Api api = new Api(service.port());
            api.init(SESSION, Map.of("dataset", SESSION));
            api.step(SESSION, 1000);
            for (String path : TARGETS.keySet().stream().sorted().toList()) {
                double target = TARGETS.getOrDefault(path, 0.0);
                isGood &= measure(browser, api.origin() + path, path, visits, target, out);
            }
        }
        System.exit(isGood ? 0 : 2);
    }

    private static boolean measure(
            Browser browser, String url, String path, int visits, double target, PrintStream out) {
        List<Double> first = new ArrayList<>();
        List<Double> again = new ArrayList<>();
        for (int i = 0; i <= visits; i++) {
            try (BrowserContext visitor = browser.newContext()) {
                double once = paintOf(visitor, url);
                double twice = paintOf(visitor, url);
                if (i > 0) { // the service has compiled its code
                    first.add(once);
                    again.add(twice);
                }
            }
        }
        out.printf(
                "%-10s first paint of a first visit %.0f ms (wanted: %.0f), of the next %.0f ms; medians of %d%n",
                path, Statistics.median(first), target, Statistics.median(again), visits);
        return Statistics.median(first) <= target;
    }

    private static double paintOf(BrowserContext visitor, String url) {
        try (Page page = visitor.newPage()) {
            page.navigate(url);
            page.waitForFunction(
                    PAINTED, null, new Page.WaitForFunctionOptions().setTimeout(WAIT_MILLIS));
            return ((Number) page.evaluate(TIME)).doubleValue();
        }
    }
}

package dev.microgpt.verification.pages;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Playwright;

import dev.microgpt.page.Chromium;
import dev.microgpt.support.Api;
import dev.microgpt.verification.support.Arguments;
import dev.microgpt.verification.support.ServiceProcess;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Measures the Live page while its session trains at full speed with every panel visible: its frame rate,
/// and whether its memory grows.
public final class PageLoad {

    private static final String SESSION = "names";
    private static final long STEPS = 1_000_000_000_000L;
    private static final double LEARNING_RATE = 1e-4; // with the usual one it diverges in a minute
    private static final int HEAP_MB = 1024;

    private PageLoad() {}

    /// Exits with 2 if the frame rate misses its target or the memory grows.
    ///
    /// @param args how long to measure, like `minutes=3`; 10 minutes by default
    public static void main(String[] args) throws IOException, InterruptedException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        int minutes = Arguments.parse(Map.of("minutes", 10L), args).intValue("minutes");
        PageReport report = run(minutes, out);
        report.print(out);
        System.exit(report.isGood() ? 0 : 2);
    }

    private static PageReport run(int minutes, PrintStream out)
            throws IOException, InterruptedException {
        try (ServiceProcess service = ServiceProcess.start(HEAP_MB, List.of());
                Playwright playwright = Chromium.createPlaywright();
                Browser browser = Chromium.launch(playwright)) {
            Api api = new Api(service.port());
            api.init(
                    SESSION,
                    Map.of("dataset", "names", "numSteps", STEPS, "learningRate", LEARNING_RATE));
            api.post("/sessions/" + SESSION + "/runs", Map.of("steps", STEPS)).ok();
            return measure(new LivePage(browser, api.origin() + "/s/" + SESSION), minutes, out);
        }
    }

    private static PageReport measure(LivePage page, int minutes, PrintStream out) {
        out.println(PageMinute.HEADING);
        List<PageMinute> measured = new ArrayList<>();
        for (int i = 0; i < minutes; i++) {
            PageMinute minute = page.nextMinute();
            out.println(minute);
            measured.add(minute);
        }
        out.println("updates of each panel per second: " + page.updatesPerSecond());
        return new PageReport(measured);
    }
}

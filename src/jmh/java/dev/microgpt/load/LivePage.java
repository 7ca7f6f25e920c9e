package dev.microgpt.load;

import com.google.gson.JsonObject;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;

import dev.microgpt.support.Json;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;

/// A Live page so tall that all panels are in sight, which counts its pictures.
final class LivePage {

    private static final int WIDTH = 1440;
    private static final int HEIGHT = 9000;
    private static final int WINDOW_MILLIS = 10_000;
    private static final int WINDOWS = 6;
    private static final double PATIENCE_MILLIS = 60_000;

    /// Before the page's own scripts. A picture is one call of requestAnimationFrame.
    private static final String COUNT =
            """
            window.counted = { start: performance.now(), gaps: [], updates: 0, long: [], panels: {} };
            let last = performance.now();
            requestAnimationFrame(function next(now) {
              counted.gaps.push(now - last);
              last = now;
              requestAnimationFrame(next);
            });
            new PerformanceObserver((list) => counted.long.push(...list.getEntries().map((e) => e.duration)))
              .observe({ type: 'longtask' });
            """;

    private static final String COUNT_PANELS =
            """
            () => {
              const page = document.querySelector('mg-live-page');
              let step = null;
              page.live.addEventListener('change', () => {
                counted.updates += page.live.view.step === step ? 0 : 1;
                step = page.live.view.step;
              });
              for (const panel of page.renderRoot.querySelectorAll('.cell > *')) {
                counted.panels[panel.localName] = 0;
                const { performUpdate } = panel;
                panel.performUpdate = function () {
                  counted.panels[panel.localName]++;
                  return performUpdate.call(this);
                };
              }
            }
            """;

    private static final String ALL_IN_SIGHT =
            """
            () => {
              const cells = document.querySelector('mg-live-page')?.renderRoot.querySelectorAll('.cell > *') ?? [];
              return cells.length > 0 && [...cells].every(({ isVisible, hasUpdated }) => isVisible && hasUpdated);
            }
            """;

    private static final String TAKE =
            """
            () => {
              const { start, gaps, updates, long } = counted;
              const end = performance.now();
              Object.assign(counted, { start: end, gaps: [], updates: 0, long: [] });
              return { seconds: (end - start) / 1000, gaps, updates, long };
            }
            """;

    private final Page page;
    private final CDPSession devTools;
    private double seconds;

    LivePage(Browser browser, String url) {
        page = browser.newPage(new Browser.NewPageOptions().setViewportSize(WIDTH, HEIGHT));
        page.setDefaultTimeout(PATIENCE_MILLIS);
        page.addInitScript(COUNT);
        page.navigate(url);
        page.waitForFunction(ALL_IN_SIGHT);
        page.evaluate(COUNT_PANELS);
        page.evaluate(TAKE);
        devTools = page.context().newCDPSession(page);
    }

    /// Measures for a minute.
    ///
    /// @throws IllegalStateException if a panel draws nothing
    PageMinute nextMinute() {
        List<PageWindow> windows = new ArrayList<>();
        for (int i = 0; i < WINDOWS; i++) {
            page.waitForTimeout(WINDOW_MILLIS);
            windows.add(PageWindow.of(ask(TAKE)));
        }
        seconds += windows.stream().mapToDouble(PageWindow::seconds).sum();
        JsonNode drawn = ask("() => counted.panels");
        if (drawn.valueStream().anyMatch(pictures -> pictures.intValue() == 0)) {
            throw new IllegalStateException("not all panels draw: " + drawn);
        }
        devTools.send("HeapProfiler.collectGarbage");
        JsonObject counters = devTools.send("Memory.getDOMCounters");
        JsonObject heap = devTools.send("Runtime.getHeapUsage");
        page.evaluate(TAKE); // the collection is no work of the page
        return new PageMinute(
                windows,
                heap.get("usedSize").getAsDouble(),
                counters.get("nodes").getAsInt(),
                counters.get("jsEventListeners").getAsInt());
    }

    /// By the name of the panel.
    String drawnPerSecond() {
        List<String> panels = new ArrayList<>();
        ask("() => counted.panels")
                .forEachEntry(
                        (name, pictures) ->
                                panels.add(
                                        "%s %.1f"
                                                .formatted(
                                                        name.replaceAll("^mg-|-panel$", ""),
                                                        pictures.intValue() / seconds)));
        return String.join(", ", panels);
    }

    private JsonNode ask(String script) {
        return Json.parse(Json.write(page.evaluate(script)));
    }
}

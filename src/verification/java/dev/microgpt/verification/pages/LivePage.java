package dev.microgpt.verification.pages;

import com.google.gson.JsonObject;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;

import dev.microgpt.support.Json;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;

/// A Live page in a window so tall that all panels are visible. It counts its animation frames and the
/// updates of each panel.
final class LivePage {

    private static final int WIDTH = 1440;
    private static final int HEIGHT = 9000;
    private static final int WINDOW_MILLIS = 10_000;
    private static final int WINDOWS = 6;
    private static final double TIMEOUT_MILLIS = 60_000;

    /// Runs before the page's own scripts. An animation frame is one callback of requestAnimationFrame.
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
              for (const panel of page.renderRoot.querySelector('mg-panel-grid').renderRoot.querySelectorAll('.cell > *')) {
                counted.panels[panel.localName] = 0;
                const { updated } = panel;
                panel.updated = function (changed) {
                  counted.panels[panel.localName]++;
                  updated.call(this, changed);
                };
              }
            }
            """;

    private static final String ALL_VISIBLE =
            """
            () => {
              const grid = document.querySelector('mg-live-page')?.renderRoot?.querySelector('mg-panel-grid');
              const cells = grid?.renderRoot?.querySelectorAll('.cell > *') ?? [];
              return cells.length > 0 && [...cells].every(({ isVisible, hasUpdated }) => isVisible && hasUpdated);
            }
            """;

    private static final String READ_AND_RESET =
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
        page.setDefaultTimeout(TIMEOUT_MILLIS);
        page.addInitScript(COUNT);
        page.navigate(url);
        page.waitForFunction(ALL_VISIBLE);
        page.evaluate(COUNT_PANELS);
        page.evaluate(READ_AND_RESET);
        devTools = page.context().newCDPSession(page);
    }

    /// Measures for one minute.
    ///
    /// @throws IllegalStateException if a panel has never drawn
    PageMinute nextMinute() {
        List<PageWindow> windows = new ArrayList<>();
        for (int i = 0; i < WINDOWS; i++) {
            page.waitForTimeout(WINDOW_MILLIS);
            windows.add(PageWindow.of(evaluate(READ_AND_RESET)));
        }
        seconds += windows.stream().mapToDouble(PageWindow::seconds).sum();
        JsonNode drawn = evaluate("() => counted.panels");
        if (drawn.valueStream().anyMatch(updates -> updates.intValue() == 0)) {
            throw new IllegalStateException("a panel has never drawn; updates of each: " + drawn);
        }
        devTools.send("HeapProfiler.collectGarbage");
        JsonObject counters = devTools.send("Memory.getDOMCounters");
        JsonObject heap = devTools.send("Runtime.getHeapUsage");
        page.evaluate(READ_AND_RESET); // the collection is not the page's own work
        return new PageMinute(
                windows,
                heap.get("usedSize").getAsDouble(),
                counters.get("nodes").getAsInt(),
                counters.get("jsEventListeners").getAsInt());
    }

    /// Returns the updates per second of each panel, with its name.
    String updatesPerSecond() {
        List<String> panels = new ArrayList<>();
        evaluate("() => counted.panels")
                .forEachEntry(
                        (name, updates) ->
                                panels.add(
                                        "%s %.1f"
                                                .formatted(
                                                        name.replaceAll("^mg-|-panel$", ""),
                                                        updates.intValue() / seconds)));
        return String.join(", ", panels);
    }

    private JsonNode evaluate(String script) {
        return Json.parse(Json.write(page.evaluate(script)));
    }
}

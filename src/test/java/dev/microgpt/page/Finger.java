package dev.microgpt.page;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;

/// Drags on a touch screen, which Playwright itself cannot do: it only taps.
final class Finger {

    private static final int MOVES = 10;

    private final CDPSession devTools;

    Finger(Page page) {
        devTools = page.context().newCDPSession(page);
    }

    /// Touches the page, moves sideways, and lifts the finger.
    void drag(double fromX, double toX, double y) {
        touch("touchStart", fromX, y);
        for (int i = 1; i <= MOVES; i++) {
            touch("touchMove", fromX + i * (toX - fromX) / MOVES, y);
        }
        send("touchEnd", new JsonArray());
    }

    private void touch(String type, double x, double y) {
        JsonObject point = new JsonObject();
        point.addProperty("x", x);
        point.addProperty("y", y);
        JsonArray points = new JsonArray();
        points.add(point);
        send(type, points);
    }

    private void send(String type, JsonArray points) {
        JsonObject event = new JsonObject();
        event.addProperty("type", type);
        event.add("touchPoints", points);
        devTools.send("Input.dispatchTouchEvent", event);
    }
}

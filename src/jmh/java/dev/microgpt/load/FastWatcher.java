package dev.microgpt.load;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/// A watcher that reads what comes as soon as it comes, and goes on where it was when it connects
/// again.
final class FastWatcher {

    private static final int TIMEOUT_SECONDS = 30;

    private final LossLedger ledger = new LossLedger();
    private final HttpClient client;
    private final URI uri;
    private final String session;
    private @Nullable Receiver receiver;

    FastWatcher(HttpClient client, int port, String session) {
        this.client = client;
        this.session = session;
        uri = URI.create("ws://127.0.0.1:" + port + "/api/v1/ws");
    }

    LossLedger ledger() {
        return ledger;
    }

    /// Begins to watch, at the first step that it has not seen.
    void connect() {
        Receiver fresh = new Receiver();
        receiver = fresh;
        WebSocket socket =
                client.newWebSocketBuilder()
                        .buildAsync(uri, fresh)
                        .orTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                        .join();
        fresh.socket = socket;
        String place = ledger.next() == 0 ? "" : ",\"fromStep\":" + ledger.next();
        socket.sendText(
                        "{\"type\":\"subscribe\",\"session\":\"%s\"%s}".formatted(session, place),
                        true)
                .orTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    /// Goes away as a page does that is closed. What is on the way is not counted.
    void disconnect() {
        Receiver old = receiver;
        if (old != null) {
            old.end();
        }
    }

    private final class Receiver implements WebSocket.Listener {

        private final StringBuilder head = new StringBuilder();
        private boolean isComplete; // all that matters of the message has been seen
        private boolean isOver;
        private volatile @Nullable WebSocket socket;

        /// A message comes in parts. The losses are in the first ones; the rest is not looked at.
        @Override
        public synchronized @Nullable CompletionStage<?> onText(
                WebSocket webSocket, CharSequence data, boolean last) {
            if (!isOver) {
                if (!isComplete) {
                    int length = head.length();
                    head.append(data);
                    isComplete = last || head.indexOf("]", length) >= 0;
                }
                if (last) {
                    ledger.take(head);
                    head.setLength(0);
                    isComplete = false;
                }
            }
            webSocket.request(1);
            return null;
        }

        @Override
        public synchronized @Nullable CompletionStage<?> onClose(
                WebSocket webSocket, int statusCode, String reason) {
            failUnlessOver("closed: " + statusCode + " " + reason);
            return null;
        }

        @Override
        public synchronized void onError(WebSocket webSocket, Throwable error) {
            failUnlessOver(error.toString());
        }

        private void failUnlessOver(String what) {
            if (!isOver) {
                ledger.fail(what);
            }
        }

        void end() {
            synchronized (this) {
                isOver = true;
            }
            WebSocket open = socket;
            if (open != null) {
                open.abort();
            }
        }
    }
}

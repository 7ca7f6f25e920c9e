package dev.microgpt.verification.load;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/// A watcher that reads messages as soon as they arrive. When it reconnects, it continues at the first step
/// that it has not seen.
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

    /// Connects and subscribes from the first step that it has not seen.
    void connect() {
        Receiver fresh = new Receiver();
        receiver = fresh;
        WebSocket socket =
                client.newWebSocketBuilder()
                        .buildAsync(uri, fresh)
                        .orTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                        .join();
        fresh.socket = socket;
        String fromStep = ledger.next() == 0 ? "" : ",\"fromStep\":" + ledger.next();
        socket.sendText(
                        "{\"type\":\"subscribe\",\"session\":\"%s\"%s}"
                                .formatted(session, fromStep),
                        true)
                .orTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    /// Aborts the connection, as a closed page does. Messages in flight are not counted.
    void disconnect() {
        Receiver old = receiver;
        if (old != null) {
            old.end();
        }
    }

    private final class Receiver implements WebSocket.Listener {

        private final StringBuilder head = new StringBuilder();
        private boolean hasLosses; // the rest of the message does not matter
        private boolean isOver;
        private volatile @Nullable WebSocket socket;

        /// Receives a part of a message. The losses are in the first parts; the others are ignored.
        @Override
        public synchronized @Nullable CompletionStage<?> onText(
                WebSocket webSocket, CharSequence data, boolean last) {
            if (!isOver) {
                if (!hasLosses) {
                    int length = head.length();
                    head.append(data);
                    hasLosses = last || head.indexOf("]", length) >= 0;
                }
                if (last) {
                    ledger.record(head);
                    head.setLength(0);
                    hasLosses = false;
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

        private void failUnlessOver(String fault) {
            if (!isOver) {
                ledger.fail(fault);
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

package dev.microgpt.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;

/// A port on this machine that forwards to a server's, until the test cuts the connections.
final class Gate implements AutoCloseable {

    private final ServerSocket listener;
    private final int target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicReference<Cut> nextCut = new AtomicReference<>(Cut.NONE);
    private volatile boolean isShut;

    private enum Cut {
        NONE,
        CONNECTION,
        ALL
    }

    /// @param target the server's port
    Gate(int target) {
        this.target = target;
        try {
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofPlatform().daemon().start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /// Cuts all connections, and accepts no new ones.
    void shut() {
        isShut = true;
        sockets.forEach(Gate::close);
    }

    void open() {
        isShut = false;
    }

    /// Cuts the connection on which the server confirms the next commit, instead of the confirmation.
    void cutAfterNextCommit() {
        nextCut.set(Cut.CONNECTION);
    }

    /// Cuts all connections when the server confirms the next commit, instead of the confirmation, and accepts no
    /// new ones.
    void shutAfterNextCommit() {
        nextCut.set(Cut.ALL);
    }

    /// Returns whether what was ordered has happened.
    boolean hasCut() {
        return nextCut.get() == Cut.NONE;
    }

    private boolean mustCut(String response) {
        if (!response.contains("COMMIT\0")) {
            return false;
        }
        Cut cut = nextCut.getAndSet(Cut.NONE);
        if (cut == Cut.ALL) {
            shut();
        }
        return cut != Cut.NONE;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                connect(listener.accept());
            } catch (IOException _) {
                // the listener was closed, or the server does not accept the connection
            }
        }
    }

    private void connect(Socket client) throws IOException {
        if (isShut) {
            client.close();
            return;
        }
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        sockets.add(client);
        sockets.add(server);
        Link link = new Link(client, server);
        Thread.ofPlatform().daemon().start(link::forwardRequests);
        Thread.ofPlatform().daemon().start(link::forwardResponses);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException _) {
            // it was closed already
        }
    }

    private final class Link {

        private final Socket client;
        private final Socket server;

        Link(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void forwardRequests() {
            forward(client, server, _ -> false);
        }

        void forwardResponses() {
            forward(server, client, Gate.this::mustCut);
        }

        private void forward(Socket from, Socket to, Predicate<String> mustCut) {
            byte[] buffer = new byte[1 << 16];
            try (from;
                    to) {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                int length = in.read(buffer);
                while (length >= 0) {
                    if (mustCut.test(new String(buffer, 0, length, StandardCharsets.ISO_8859_1))) {
                        return;
                    }
                    out.write(buffer, 0, length);
                    length = in.read(buffer);
                }
            } catch (IOException _) {
                // one side was closed
            } finally {
                sockets.remove(from);
                sockets.remove(to);
            }
        }
    }

    @Override
    public void close() {
        shut();
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

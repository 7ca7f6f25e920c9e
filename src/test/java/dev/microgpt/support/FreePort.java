package dev.microgpt.support;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/// Finds ports for servers that must know theirs before they start.
public final class FreePort {

    /// The system takes the ports of outgoing connections from above, so that none of them gets a port between its
    /// choice and its use.
    private static final int MIN = 15_000;

    private static final int MAX = 32_000;

    private static final AtomicInteger NEXT =
            new AtomicInteger((int) (ProcessHandle.current().pid() * 100 % (MAX - MIN)));

    private FreePort() {}

    /// Returns a port at which nobody listens, and which no other call in this process returns soon.
    public static int find() {
        for (int attempts = 0; attempts < MAX - MIN; attempts++) {
            int port = MIN + Math.floorMod(NEXT.getAndIncrement(), MAX - MIN);
            try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return port;
            } catch (IOException _) {
                // in use: the next one
            }
        }
        throw new IllegalStateException("there is no free port");
    }
}

package dev.microgpt.cluster.link;

import dev.microgpt.cluster.ClusterHeaders;
import dev.microgpt.cluster.ClusterSettings;
import dev.microgpt.cluster.Locations;
import dev.microgpt.cluster.Node;
import dev.microgpt.live.LiveThreads;
import dev.microgpt.live.SessionHost;
import dev.microgpt.live.SessionHosts;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.wire.ForwardedCall;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Finds the host of a session: this node, or another one, to which it opens a link. Owns the links and their threads.
final class ClusterHosts implements SessionHosts, AutoCloseable {

    private static final int THREADS = 4;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    private final Locations locations;
    private final SessionHost local;
    private final LiveThreads threads;
    private final LinkCodec codec;
    private final Duration patience;
    private final String secret;
    private final ExecutorService executor =
            Executors.newFixedThreadPool(
                    THREADS, Thread.ofPlatform().name("link-", 1).daemon().factory());
    private final HttpClient http =
            HttpClient.newBuilder().executor(executor).connectTimeout(CONNECT_TIMEOUT).build();
    private final Map<Node, NodeLink> links = new HashMap<>(); // guarded by this

    ClusterHosts(
            ClusterSettings settings,
            Locations locations,
            SessionHost local,
            LiveThreads threads,
            LinkCodec codec) {
        this.locations = locations;
        this.local = local;
        this.threads = threads;
        this.codec = codec;
        patience = settings.ownerTimeout();
        secret = Objects.requireNonNull(settings.secret());
    }

    @Override
    public @Nullable SessionHost of(SessionId id) {
        Node owner = locations.ownerOf(id);
        if (owner == null) {
            return null;
        }
        return owner.equals(locations.self()) ? local : linkTo(owner);
    }

    private synchronized NodeLink linkTo(Node node) {
        NodeLink link = links.get(node);
        if (link == null || link.hasEnded()) {
            links.values().removeIf(NodeLink::hasEnded);
            link = new NodeLink(codec, threads, listener -> connect(node, listener));
            links.put(node, link);
        }
        return link;
    }

    /// Returns the number of open links to other nodes.
    synchronized long numLinks() {
        return links.values().stream().filter(link -> !link.hasEnded()).count();
    }

    private CompletableFuture<WebSocket> connect(Node node, WebSocket.Listener listener) {
        URI address =
                URI.create(
                        "ws://%s:%d%s"
                                .formatted(
                                        node.host(), node.forwardPort(), ForwardedCall.LINK_PATH));
        return http.newWebSocketBuilder()
                .header(ClusterHeaders.SECRET, secret)
                .connectTimeout(CONNECT_TIMEOUT)
                .buildAsync(address, listener);
    }

    @Override
    public Duration patience() {
        return patience;
    }

    @Override
    public void close() {
        List<NodeLink> open;
        synchronized (this) {
            open = List.copyOf(links.values());
        }
        open.forEach(NodeLink::end);
        http.shutdownNow();
        executor.shutdownNow();
    }
}

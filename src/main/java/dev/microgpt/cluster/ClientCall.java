package dev.microgpt.cluster;

import dev.microgpt.live.ConnectionAbort;
import dev.microgpt.wire.Problem;
import dev.microgpt.wire.ProblemWriter;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiConsumer;

/// A client's call that is answered asynchronously, with the response of another node or with a problem. Ends once.
final class ClientCall {

    private static final Logger log = LoggerFactory.getLogger(ClientCall.class);

    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final AsyncContext async;
    private final ProblemWriter problems;
    private final BiConsumer<ClientCall, Outcome> onEnd;
    private final Runnable abort;
    private volatile Runnable onDisconnect = () -> {};
    private volatile Runnable onCheck = () -> {};
    private volatile CallBody body = new SmallBody();
    private volatile boolean isStopping;
    private volatile boolean isOver; // the response is determined
    private volatile boolean isCompleted; // the container has been told
    private volatile boolean hasEvents;
    private volatile @Nullable ClientResponse written;

    /// Begins the asynchronous mode of a request.
    ///
    /// @param onEnd called once
    ClientCall(
            HttpServletRequest request,
            HttpServletResponse response,
            ProblemWriter problems,
            BiConsumer<ClientCall, Outcome> onEnd) {
        this.request = request;
        this.response = response;
        this.problems = problems;
        this.onEnd = onEnd;
        abort =
                request.getAttribute(ConnectionAbort.OF_REQUEST) instanceof Runnable action
                        ? action
                        : () -> {};
        async = request.startAsync(request, response);
        async.setTimeout(0); // the owner limits the time of calls
        async.addListener(new ContainerListener());
    }

    HttpServletRequest request() {
        return request;
    }

    /// Sets what happens when the client has disconnected.
    void onDisconnect(Runnable action) {
        onDisconnect = action;
    }

    /// Sets what is done twice a second until the end of the call.
    void onCheck(Runnable action) {
        onCheck = action;
    }

    /// Checks whether the call can still be executed.
    void check() {
        if (!isOver) {
            onCheck.run();
        }
    }

    /// Sets the body that is sent on, of which nothing is read after the end of the call.
    void setBody(CallBody newBody) {
        body = newBody;
    }

    boolean isOver() {
        return isOver;
    }

    /// Returns whether this node shuts down, so that the call should not wait any longer.
    boolean isStopping() {
        return isStopping;
    }

    /// Shuts down: ends a stream of events, which would not end by itself.
    void stop() {
        isStopping = true;
        ClientResponse stream = written;
        if (hasEvents && stream != null) {
            complete(stream);
            onDisconnect.run();
        }
    }

    /// Begins to respond as another node does.
    ///
    /// @return to which the body is written
    ClientResponse respond(Response answer) throws IOException {
        hasEvents = Forward.isEvents(answer);
        copyHead(answer);
        ClientResponse begun = newResponse();
        begun.start(!answer.getHeaders().contains(HttpHeader.CONTENT_LENGTH));
        return begun;
    }

    /// Responds with the status and headers of another node and another body.
    void respond(Response answer, byte[] body) {
        try {
            copyHead(answer);
            response.setContentLengthLong(body.length);
            ClientResponse begun = newResponse();
            begun.start(false);
            begun.write(Content.Chunk.from(ByteBuffer.wrap(body), true), () -> {});
            complete(begun);
        } catch (IOException | IllegalStateException e) {
            log.debug("The client has disconnected", e);
            disconnect(Outcome.DISCONNECTED);
        }
    }

    private ClientResponse newResponse() throws IOException {
        ClientResponse begun =
                new ClientResponse(
                        response,
                        () -> endRequest(async::complete),
                        () -> disconnect(Outcome.DISCONNECTED));
        written = begun;
        return begun;
    }

    private void copyHead(Response answer) {
        response.setStatus(answer.getStatus());
        Set<String> copied = new HashSet<>();
        for (HttpField field : answer.getHeaders()) {
            String name = field.getName();
            String value = field.getValue();
            if (value == null || !ClusterHeaders.isReturned(name)) {
                continue;
            }
            if (name.equalsIgnoreCase(HttpHeaders.LOCATION) && value.startsWith("/")) {
                value = withPrefix(value);
            }
            // the first of a name replaces what this node has set itself
            if (copied.add(name.toLowerCase(Locale.ROOT))) {
                response.setHeader(name, value);
            } else {
                response.addHeader(name, value);
            }
        }
    }

    /// Adds the prefix of a reverse proxy, of which the other node does not know.
    private String withPrefix(String path) {
        String prefix = request.getContextPath();
        return prefix.isEmpty() || path.startsWith(prefix + "/") ? path : prefix + path;
    }

    /// Ends a response after what has been written of it.
    void complete(ClientResponse begun) {
        if (endOnce(Outcome.ANSWERED)) {
            begun.end();
        }
    }

    /// Responds with a problem.
    void fail(Problem problem, Outcome outcome) {
        if (!endOnce(outcome)) {
            return;
        }
        try {
            problems.write(response, problem);
            endRequest(async::complete);
        } catch (IOException | IllegalStateException e) {
            log.debug("The client has disconnected", e);
        }
    }

    /// Ends the request, once, in one way or the other.
    private void endRequest(Runnable end) {
        synchronized (this) {
            if (isCompleted) {
                return;
            }
            isCompleted = true;
        }
        try {
            end.run();
        } catch (IllegalStateException e) {
            log.debug("The request had already ended", e);
        }
    }

    /// Closes the connection, because the client has left or its response cannot be completed.
    void disconnect(Outcome outcome) {
        if (!endOnce(outcome)) {
            return;
        }
        closeResponse();
        onDisconnect.run();
        endRequest(abort); // the container then reports an error
    }

    private void closeResponse() {
        ClientResponse begun = written;
        if (begun != null) {
            begun.close();
        }
    }

    private synchronized boolean endOnce(Outcome outcome) {
        if (isOver) {
            return false;
        }
        isOver = true;
        body.close();
        onEnd.accept(this, outcome);
        return true;
    }

    /// Receives the events of the container.
    private final class ContainerListener implements AsyncListener {

        @Override
        public void onError(AsyncEvent event) {
            closeResponse();
            if (endOnce(Outcome.DISCONNECTED)) {
                onDisconnect.run();
            }
            isCompleted = true;
            try {
                async.complete();
            } catch (IllegalStateException e) {
                log.debug("The request had already ended", e);
            }
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            onError(event);
        }

        @Override
        public void onComplete(AsyncEvent event) {
            isCompleted = true;
            closeResponse();
        }

        @Override
        public void onStartAsync(AsyncEvent event) {}
    }
}

package dev.microgpt.cluster;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.wire.Problem;
import dev.microgpt.wire.Problems;

import jakarta.servlet.http.HttpServletRequest;

import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Set;

/// A call that is forwarded to the owner of its session.
///
/// While there is no owner, or it cannot be reached, or it has passed the session on, the call is tried again, but
/// only if it cannot have been executed or is safe to repeat.
final class Forward {

    private static final Logger log = LoggerFactory.getLogger(Forward.class);

    private static final Duration RETRY_INTERVAL = Duration.ofMillis(100);
    private static final Set<String> READS = Set.of("GET", "HEAD");
    private static final String IDEMPOTENCY_KEY = "Idempotency-Key";
    private static final int MISDIRECTED = HttpStatus.MISDIRECTED_REQUEST.value();

    private static final Problem MOVING = Problem.of(SessionException.moving());
    private static final Problem UNREACHABLE =
            unavailable("the node that has the session cannot be reached; try again later");
    private static final Problem READ_LOST =
            unavailable("the connection to the node that has the session was lost; try again");
    private static final Problem LOST =
            unavailable(
                    "the connection to the node that has the session was lost, so it is unknown whether the"
                            + " call was executed; with an Idempotency-Key, a POST can be repeated safely");

    private final ClientCall client;
    private final HttpServletRequest request;
    private final SessionId session;
    private final CallBody body;
    private final Locations locations;
    private final NodeClient nodes;
    private final long patienceNanos;

    // confined to one attempt at a time
    private long waitingSince;
    private boolean isWaiting;
    private volatile @Nullable Attempt attempt;

    Forward(
            ClientCall client,
            SessionId session,
            CallBody body,
            Locations locations,
            NodeClient nodes,
            Duration patience) {
        this.client = client;
        request = client.request();
        this.session = session;
        this.body = body;
        this.locations = locations;
        this.nodes = nodes;
        patienceNanos = patience.toNanos();
        client.onDisconnect(() -> abort("the client has disconnected"));
        client.onCheck(this::requireNode);
        client.setBody(body);
    }

    /// Sends the call to the owner, or tries again later.
    void run() {
        if (client.isOver()) {
            return;
        }
        Throwable failure = body.failure();
        if (failure != null) {
            failBody(failure);
            return;
        }
        Node owner = locations.ownerOf(session);
        if (owner == null) {
            tryAgain(Problem.of(locations.noOwner()));
        } else {
            Attempt next = new Attempt(owner, nodes.request(owner, request));
            attempt = next;
            next.send();
        }
    }

    private void tryAgain(Problem otherwise) {
        long now = System.nanoTime();
        if (!isWaiting) {
            isWaiting = true;
            waitingSince = now;
        }
        if (now - waitingSince < patienceNanos && !client.isStopping()) {
            nodes.schedule(this::run, RETRY_INTERVAL);
        } else {
            client.fail(otherwise, Outcome.UNAVAILABLE);
        }
    }

    private void abort(String reason) {
        Attempt current = attempt;
        if (current != null) {
            var _ = current.call.abort(new IOException(reason));
        }
    }

    /// Gives up an attempt at a node that is gone or hangs, as it may never respond.
    private void requireNode() {
        Attempt current = attempt;
        if (current != null && !locations.isPresent(current.node)) {
            abort("the node has left the cluster");
        }
    }

    private void failBody(Throwable failure) {
        Throwable cause = failure;
        if (failure instanceof SocketTimeoutException
                && failure.getMessage() == null
                && request.getAttribute(Problems.STOPPED_BODY) instanceof String detail) {
            cause = new SocketTimeoutException(detail);
        }
        // if the client has disconnected, it does not see this
        client.fail(Problems.of(cause), Outcome.DISCONNECTED);
    }

    private static Problem unavailable(String detail) {
        return Problem.of(ErrorCode.BUSY, HttpStatus.SERVICE_UNAVAILABLE, detail);
    }

    /// Returns whether the call may be executed twice.
    private boolean isSafeToRepeat() {
        return body.isRepeatable()
                && (isRead()
                        || (request.getMethod().equals("POST")
                                && request.getHeader(IDEMPOTENCY_KEY) != null));
    }

    private boolean isRead() {
        return READS.contains(request.getMethod());
    }

    /// One request to a node.
    private final class Attempt {

        private final Node node;
        private final Request call;
        private volatile boolean isSent;
        private volatile boolean isRejected;
        private volatile @Nullable ClientResponse response;
        private volatile @Nullable SmallResponse small;

        Attempt(Node node, Request call) {
            this.node = node;
            this.call = call;
        }

        void send() {
            body.addTo(call);
            call.onRequestBegin(_ -> isSent = true)
                    .onResponseHeaders(this::headers)
                    .onResponseContentAsync(this::content)
                    .onResponseSuccess(this::end)
                    .send(this::complete);
        }

        private void headers(Response answer) {
            if (answer.getStatus() == MISDIRECTED
                    && answer.getHeaders().contains(ClusterHeaders.NOT_OWNER)) {
                isRejected = true;
                return;
            }
            if (SmallResponse.mayBe(request, answer)) {
                small = new SmallResponse();
            } else {
                begin(answer);
            }
        }

        private void begin(Response answer) {
            try {
                response = client.respond(answer);
            } catch (IOException | IllegalStateException e) {
                var _ = answer.abort(e);
            }
        }

        private void content(Response answer, Content.Chunk chunk, Runnable next) {
            SmallResponse kept = small;
            if (kept != null && kept.add(chunk)) {
                next.run();
                return;
            }
            if (kept != null) { // it is not small
                small = null;
                begin(answer);
            }
            ClientResponse written = response;
            if (written == null) {
                next.run(); // the problem of a node that does not own the session
            } else {
                written.write(kept == null ? chunk : kept.followedBy(chunk), next);
            }
        }

        /// Ends the response. The rest of the body, if there is one, was not needed for it.
        private void end(Response answer) {
            SmallResponse whole = small;
            ClientResponse written = response;
            if (whole != null) {
                client.respond(answer, whole.bytes());
            } else if (written != null) {
                client.complete(written);
            }
        }

        private void complete(Result result) {
            if (client.isOver()) {
                return;
            }
            if (isRejected) {
                if (body.isRepeatable()) {
                    tryAgain(MOVING);
                } else {
                    client.fail(MOVING, Outcome.UNAVAILABLE);
                }
            } else if (response != null) {
                log.debug("The connection to a node was lost", result.getFailure());
                client.disconnect(Outcome.LOST);
            } else {
                fail(result);
            }
        }

        private void fail(Result result) {
            log.debug("A call could not be forwarded", result.getFailure());
            Throwable failure = body.failure();
            if (failure != null) {
                failBody(failure);
            } else if (!isSent) {
                tryAgain(UNREACHABLE);
            } else if (isSafeToRepeat()) {
                tryAgain(isRead() ? READ_LOST : LOST);
            } else {
                client.fail(isRead() ? READ_LOST : LOST, Outcome.LOST);
            }
        }
    }

    /// Returns whether a response consists of events.
    static boolean isEvents(Response answer) {
        String type = answer.getHeaders().get(HttpHeaders.CONTENT_TYPE);
        return type != null && type.startsWith("text/event-stream");
    }
}

package dev.microgpt.verification.cluster;

import dev.microgpt.support.Json;
import dev.microgpt.support.Reply;
import dev.microgpt.verification.cluster.ClusterTally.Kind;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/// Sends a call to random nodes until one answers it. Any answer that the API does not document for that situation
/// is a violation.
final class ClusterCalls {

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(40);
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(150);
    private static final int MAX_PAUSE_MILLIS = 300;
    private static final int NODE_PAUSE_MILLIS = 50;
    private static final int SHOWN = 500;

    /// The codes of answers with status 503 that ask a client to try again.
    private static final Set<String> TEMPORARY = Set.of("moving", "busy", "store_unavailable");

    private static final HttpClient CLIENT =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(5))
                    .build();

    private final List<ClusterNode> nodes;
    private final ClusterTally tally;

    ClusterCalls(List<ClusterNode> nodes, ClusterTally tally) {
        this.nodes = nodes;
        this.tally = tally;
    }

    /// A call to a session.
    ///
    /// @param kind the name of the call in the report
    /// @param path relative to the session
    /// @param body null for none
    /// @param key whether it carries an idempotency key
    /// @param expected the status of success
    record Call(
            String kind,
            String method,
            String path,
            @Nullable Map<String, ?> body,
            boolean key,
            int expected) {

        static Call get(String path) {
            return new Call("get", "GET", path, null, false, 200);
        }

        static Call post(String kind, String path, @Nullable Map<String, ?> body, int expected) {
            return new Call(kind, "POST", path, body, true, expected);
        }

        boolean isRead() {
            return method.equals("GET");
        }
    }

    /// A call with its key, to be sent as often as needed.
    ///
    /// @param mayHaveBeenMade whether an earlier attempt has ended without telling its outcome
    record Attempt(Call call, String key, boolean mayHaveBeenMade) {

        Attempt(Call call) {
            this(call, UUID.randomUUID().toString(), false);
        }
    }

    /// Calls a session at random nodes until it is answered.
    ///
    /// @throws Dropped if the answer is wrong or does not come in time
    Reply send(SessionLog session, Call call, RandomGenerator random) throws InterruptedException {
        return send(session, new Attempt(call), random, nodes);
    }

    /// @param allowed the nodes to which it may be sent
    Reply send(SessionLog session, Attempt first, RandomGenerator random, List<ClusterNode> allowed)
            throws InterruptedException {
        long end = System.nanoTime() + CALL_TIMEOUT.toNanos();
        Attempt attempt = first;
        while (System.nanoTime() < end) {
            ClusterNode node = choose(random, allowed);
            if (node == null) {
                TimeUnit.MILLISECONDS.sleep(NODE_PAUSE_MILLIS);
                continue;
            }
            long start = System.nanoTime();
            Reply reply = null;
            try {
                reply = once(node, session.name(), attempt);
            } catch (IOException e) {
                failed(session, node, attempt.call, start, e);
                attempt = new Attempt(attempt.call, attempt.key, true);
            }
            if (reply != null) {
                note(session, node, attempt, start, reply);
                if (isDone(attempt, reply)) {
                    tally.answered(attempt.call.kind);
                    return reply;
                }
                requireTemporary(session, node, attempt, reply);
                attempt = new Attempt(attempt.call, attempt.key, true);
            }
            TimeUnit.MILLISECONDS.sleep(random.nextInt(NODE_PAUSE_MILLIS, MAX_PAUSE_MILLIS));
        }
        throw violation(
                Kind.UNANSWERED,
                session,
                "%s was not answered within %s".formatted(attempt, CALL_TIMEOUT));
    }

    private static void note(
            SessionLog session, ClusterNode node, Attempt attempt, long start, Reply reply) {
        session.note(
                "%s%s at %s, %d ms: %s"
                        .formatted(
                                attempt.call.kind,
                                attempt.call.body == null ? "" : attempt.call.body,
                                node,
                                (System.nanoTime() - start) / 1_000_000,
                                shorten(reply.toString())));
    }

    private static @Nullable ClusterNode choose(RandomGenerator random, List<ClusterNode> allowed) {
        List<ClusterNode> open = allowed.stream().filter(ClusterNode::isOpen).toList();
        return open.isEmpty() ? null : open.get(random.nextInt(open.size()));
    }

    /// Sends a call to a node once.
    Reply once(ClusterNode node, String session, Attempt attempt)
            throws IOException, InterruptedException {
        HttpRequest request = request(node, session, attempt);
        return Reply.of(CLIENT.send(request, BodyHandlers.ofString()));
    }

    private static HttpRequest request(ClusterNode node, String session, Attempt attempt) {
        Call call = attempt.call;
        HttpRequest.Builder request =
                HttpRequest.newBuilder(
                                URI.create(
                                        "http://%s/api/v1/sessions/%s%s"
                                                .formatted(node.authority(), session, call.path)))
                        .timeout(ANSWER_TIMEOUT);
        if (call.key) {
            request.header("Idempotency-Key", attempt.key);
        }
        if (call.body == null) {
            request.method(call.method, BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json")
                    .method(call.method, BodyPublishers.ofString(Json.write(call.body)));
        }
        return request.build();
    }

    private static boolean isDone(Attempt attempt, Reply reply) {
        return reply.status() == attempt.call.expected
                || (attempt.call.method.equals("DELETE")
                        && reply.status() == 404
                        && attempt.mayHaveBeenMade);
    }

    private void failed(
            SessionLog session, ClusterNode node, Call call, long start, IOException e) {
        session.note("%s%s at %s: %s".formatted(call.kind, call.path, node, e));
        if (e instanceof HttpTimeoutException && node.wasSound(start)) {
            throw violation(
                    Kind.UNANSWERED,
                    session,
                    "%s got no answer from %s within %s".formatted(call, node, ANSWER_TIMEOUT));
        }
        if (node.wasSound(start)) {
            throw violation(
                    Kind.WRONG,
                    session,
                    "%s: %s has closed the connection: %s".formatted(call, node, e));
        }
        tally.temporary("connection to a node that ends");
    }

    private void requireTemporary(
            SessionLog session, ClusterNode node, Attempt attempt, Reply reply) {
        String code = code(reply);
        boolean isUnavailable =
                reply.status() == 503
                        && TEMPORARY.contains(code)
                        && !reply.header("Retry-After").isEmpty();
        // The first attempt of a call with a key is still in progress, or was ended by a move.
        boolean isInProgress =
                reply.status() == 409
                        && attempt.call.key
                        && (code.equals("busy") || isInterruption(reply));
        if (!isUnavailable && !isInProgress) {
            throw violation(Kind.WRONG, session, "%s at %s: %s".formatted(attempt, node, reply));
        }
        tally.temporary(reply.status() + " " + code);
    }

    private static boolean isInterruption(Reply reply) {
        return code(reply).equals("wrong_state")
                && reply.body().contains("of this call; the session keeps them");
    }

    private static String code(Reply reply) {
        try {
            return reply.json().path("code").asString("");
        } catch (RuntimeException _) {
            return "";
        }
    }

    static String shorten(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }

    /// Sends a call to two nodes at the same time, and repeats it until it is answered. Both answers must be the
    /// same.
    Reply sendTwice(SessionLog session, Call call, RandomGenerator random)
            throws InterruptedException {
        Attempt attempt = new Attempt(call);
        ClusterNode other = choose(random, nodes);
        if (other == null) {
            return send(session, attempt, random, nodes);
        }
        var second =
                CLIENT.sendAsync(request(other, session.name(), attempt), BodyHandlers.ofString());
        long start = System.nanoTime();
        Reply reply = send(session, attempt, random, nodes);
        try {
            HttpResponse<String> twin = second.get(ANSWER_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            Reply answer = Reply.of(twin);
            note(session, other, attempt, start, answer);
            if (answer.status() != call.expected) {
                requireTemporary(session, other, attempt, answer);
            } else if (!answer.body().equals(reply.body())) {
                throw violation(
                        Kind.WRONG,
                        session,
                        "%s was answered differently: %s and %s".formatted(call, reply, answer));
            }
        } catch (java.util.concurrent.ExecutionException
                | java.util.concurrent.TimeoutException e) {
            session.note("second %s at %s: %s".formatted(call.kind, other, e));
            if (other.wasSound(start)) {
                throw violation(
                        Kind.WRONG,
                        session,
                        "%s got no answer from %s: %s".formatted(call, other, e));
            }
        }
        return reply;
    }

    /// Reads a file of a session.
    byte[] file(SessionLog session, ClusterNode node, String path)
            throws IOException, InterruptedException {
        HttpRequest request = request(node, session.name(), new Attempt(Call.get(path)));
        HttpResponse<byte[]> reply = CLIENT.send(request, BodyHandlers.ofByteArray());
        if (reply.statusCode() != 200) {
            throw new IOException(
                    "%s of %s: status %d".formatted(path, session.name(), reply.statusCode()));
        }
        return reply.body();
    }

    /// Returns the status of a call that only reads, sent once.
    int status(ClusterNode node, String session) throws InterruptedException {
        try {
            return once(node, session, new Attempt(Call.get(""))).status();
        } catch (IOException _) {
            return 0;
        }
    }

    /// Checks that a session is where it must be.
    void requireStep(SessionLog session, String what, long expected, JsonNode actual) {
        long step = actual.path("step").longValue();
        if (step != expected) {
            throw violation(
                    step < expected ? Kind.LOST : Kind.DOUBLED,
                    Math.abs(step - expected),
                    session,
                    "%s: expected step %d, but was %d".formatted(what, expected, step));
        }
    }

    /// Records a violation.
    ///
    /// @return an exception that ends the use of the session
    Dropped violation(Kind kind, SessionLog session, String text) {
        return violation(kind, 1, session, text);
    }

    private Dropped violation(Kind kind, long amount, SessionLog session, String text) {
        session.drop();
        tally.violation(
                kind,
                amount,
                "session %s: %s; its calls:%s".formatted(session.name(), text, session.notes()));
        return new Dropped(text);
    }
}

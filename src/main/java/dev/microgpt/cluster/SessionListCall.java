package dev.microgpt.cluster;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.persistence.PartitionStore;
import dev.microgpt.wire.Problem;

import jakarta.servlet.http.HttpServletRequest;

import org.eclipse.jetty.client.BufferingResponseListener;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// A call for the list of all sessions, which asks all nodes for the same page, and merges what they answer.
final class SessionListCall {

    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_BYTES = 1 << 24;
    private static final long TIMEOUT_SECONDS = 10;
    private static final Duration RETRY_INTERVAL = Duration.ofMillis(100);

    private final ClientCall client;
    private final Locations locations;
    private final NodeClient nodes;
    private final JsonMapper json;
    private final long endNanos;

    /// @param patience how long to wait for nodes that cannot be reached, and for sessions that are being moved
    SessionListCall(
            ClientCall client,
            Locations locations,
            NodeClient nodes,
            JsonMapper json,
            Duration patience) {
        this.client = client;
        this.locations = locations;
        this.nodes = nodes;
        this.json = json;
        endNanos = System.nanoTime() + patience.toNanos();
    }

    private record Answer(Response head, byte[] body) {

        boolean isList() {
            return head.getStatus() == HttpStatus.OK.value();
        }

        /// Returns the partitions whose sessions are in it.
        BitSet partitions() {
            String header = head.getHeaders().get(ClusterHeaders.PARTITIONS);
            return header == null ? new BitSet() : BitSet.valueOf(HexFormat.of().parseHex(header));
        }
    }

    /// Asks all nodes.
    void run() {
        if (client.isOver()) {
            return;
        }
        List<Node> asked = locations.nodes();
        if (asked.isEmpty()) {
            tryAgain();
        } else {
            Round round = new Round(asked.size());
            asked.forEach(round::ask);
        }
    }

    private boolean mayWait() {
        return System.nanoTime() - endNanos < 0 && !client.isStopping();
    }

    /// Asks all nodes once more, since sessions that are being moved may be in no list.
    private void tryAgain() {
        if (mayWait()) {
            nodes.schedule(this::run, RETRY_INTERVAL);
        } else {
            client.fail(Problem.of(locations.noOwner()), Outcome.UNAVAILABLE);
        }
    }

    /// One question to each node.
    private final class Round {

        private final List<Answer> answers = new ArrayList<>(); // guarded by this
        private int numMissing; // guarded by this

        Round(int size) {
            numMissing = size;
        }

        /// Asks a node; again if that fails, for as long as the client should wait.
        void ask(Node node) {
            Request request =
                    nodes.request(node, client.request())
                            .method("GET")
                            .timeout(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            request.send(
                    new BufferingResponseListener(MAX_BYTES) {
                        @Override
                        public void onComplete(Result result) {
                            byte[] body = getContent();
                            if (result.isSucceeded()) {
                                add(
                                        new Answer(
                                                result.getResponse(),
                                                body == null ? new byte[0] : body));
                            } else if (mayWait()) {
                                nodes.schedule(() -> ask(node), RETRY_INTERVAL);
                            } else {
                                add(null);
                            }
                        }
                    });
        }

        /// @param answer null if the node could not be reached
        private void add(@Nullable Answer answer) {
            List<Answer> all;
            synchronized (this) {
                numMissing--;
                if (answer != null) {
                    answers.add(answer);
                    if (numMissing > 0) {
                        return;
                    }
                }
                all = List.copyOf(answers);
            }
            if (answer == null) {
                client.fail(
                        Problem.of(
                                ErrorCode.BUSY,
                                HttpStatus.SERVICE_UNAVAILABLE,
                                "a node that has sessions cannot be reached; try again later"),
                        Outcome.UNAVAILABLE);
            } else if (client.isOver()) {
                return;
            } else if (isComplete(all)) {
                respond(all);
            } else {
                tryAgain();
            }
        }
    }

    /// Returns whether the sessions of all partitions are in the lists, or there is a problem instead of a list.
    private static boolean isComplete(List<Answer> all) {
        BitSet partitions = new BitSet();
        all.forEach(answer -> partitions.or(answer.partitions()));
        return partitions.cardinality() == PartitionStore.PARTITIONS
                || !all.stream().allMatch(Answer::isList);
    }

    private void respond(List<Answer> all) {
        Answer first = all.stream().filter(answer -> !answer.isList()).findFirst().orElse(null);
        if (first != null) {
            client.respond(first.head(), first.body());
        } else {
            List<JsonNode> pages =
                    all.stream().map(answer -> json.readTree(answer.body())).toList();
            client.respond(
                    all.getFirst().head(),
                    json.writeValueAsBytes(merge(pages, limit(client.request()))));
        }
    }

    private static int limit(HttpServletRequest request) {
        String value = request.getParameter("limit");
        try {
            return value == null ? DEFAULT_LIMIT : Integer.parseInt(value.strip());
        } catch (NumberFormatException _) {
            return DEFAULT_LIMIT;
        }
    }

    /// Returns one page of the sessions of all pages, sorted by name. A session that is being moved may be on two.
    private ObjectNode merge(List<JsonNode> pages, int limit) {
        Map<String, JsonNode> sessions = new TreeMap<>();
        boolean hasMore = false;
        for (JsonNode page : pages) {
            hasMore |= !page.path("nextCursor").isNull();
            for (JsonNode session : page.path("sessions")) {
                sessions.putIfAbsent(session.path("name").asString(), session);
            }
        }
        ObjectNode result = json.createObjectNode();
        ArrayNode page = result.putArray("sessions");
        sessions.values().stream().limit(limit).forEach(page::add);
        boolean isLast = page.isEmpty() || (!hasMore && sessions.size() <= limit);
        result.put("nextCursor", isLast ? null : page.get(page.size() - 1).path("name").asString());
        return result;
    }
}

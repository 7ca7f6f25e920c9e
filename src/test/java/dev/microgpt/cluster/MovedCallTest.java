package dev.microgpt.cluster;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.session.admission.SessionException;
import dev.microgpt.support.Api;
import dev.microgpt.support.MostlyWaiting;
import dev.microgpt.support.Reply;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Calls whose session leaves its node when they have already begun there.
@MostlyWaiting
final class MovedCallTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path data;

    @SuppressWarnings("NullAway.Init")
    private static TestCluster cluster;

    @BeforeAll
    static void start() {
        cluster =
                new TestCluster(
                        3,
                        data,
                        context ->
                                context.registerBean(
                                        Echo.class,
                                        () -> new Echo(context.getBean(Locations.class))),
                        "--microgpt.cluster.owner-timeout=500ms");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    /// Responds with the body at the node to which sessions move, and is too late at the one from which they move.
    @RestController
    @RequestMapping("/api/v1/sessions/{name}/echo")
    static final class Echo {

        /// From a session to the node to which it moves.
        static final Map<String, Node> MOVES = new ConcurrentHashMap<>();

        private final Locations locations;

        Echo(Locations locations) {
            this.locations = locations;
        }

        @GetMapping
        String get(@PathVariable String name) {
            return answer(name, "nothing");
        }

        @PostMapping
        String post(@PathVariable String name, @RequestBody String body) {
            return answer(name, body);
        }

        private String answer(String name, String body) {
            Node next = MOVES.get(name);
            if (next == null) {
                throw SessionException.moving();
            }
            if (next.equals(locations.self())) {
                return "echo: " + body;
            }
            cluster.setOwner(name, next);
            throw SessionException.moving();
        }
    }

    private static void move(String name, int from, int to) {
        cluster.setOwner(name, cluster.node(from).node());
        Echo.MOVES.put(name, cluster.node(to).node());
    }

    private static Reply send(Api api, HttpRequest.Builder request) {
        return api.send(request);
    }

    private static HttpRequest.Builder post(Api api, String name, String body) {
        return api.body("/sessions/" + name + "/echo", "text/plain", BodyPublishers.ofString(body));
    }

    @Test
    void aCallToTheFormerOwnerIsPassedOn() {
        Api entry = cluster.node(0).api();
        move("get", 0, 1);
        assertThat(entry.get("/sessions/get/echo").body()).isEqualTo("echo: nothing");
        move("post", 0, 1);
        Reply reply = send(entry, post(entry, "post", "hello"));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body()).isEqualTo("echo: hello");
        assertThat(reply.header("Content-Type")).startsWith("text/plain");
        assertThat(reply.header("Retry-After")).isEmpty();
        move("key", 0, 1);
        assertThat(send(entry, post(entry, "key", "hello").header("Idempotency-Key", "k")).body())
                .isEqualTo("echo: hello");
    }

    @Test
    void aForwardedCallIsForwardedAgain() {
        Api entry = cluster.node(2).api();
        move("again", 0, 1);
        assertThat(send(entry, post(entry, "again", "hello")).body()).isEqualTo("echo: hello");
    }

    @Test
    void aLargeBodyIsNotKept() {
        Api entry = cluster.node(0).api();
        move("large", 0, 1);
        assertProblem(send(entry, post(entry, "large", "x".repeat(100_000))), 503, "moving");
        assertThat(send(entry, post(entry, "large", "x".repeat(100_000))).status()).isEqualTo(200);
    }

    @Test
    void aCallDoesNotWaitForEver() {
        Api entry = cluster.node(0).api();
        cluster.setOwner("nowhere", cluster.node(0).node());
        Reply reply = entry.get("/sessions/nowhere/echo");
        assertProblem(reply, 503, "moving");
        assertThat(reply.header("Retry-After")).isEqualTo("5");
    }
}

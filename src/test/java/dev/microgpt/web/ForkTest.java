package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.Reply;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.util.Map;

/// Tests forks: independent copies of sessions.
@ServiceTest
final class ForkTest {

    private static final String PARENT = "/sessions/parent";
    private static final String CHILD = "/sessions/child";

    private final Api api;

    ForkTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @BeforeEach
    void createSession() {
        api.delete(CHILD);
        api.initSixNames("parent");
    }

    private JsonNode fork() {
        Reply reply = api.post(PARENT + "/fork", Map.of("name", "child"));
        assertThat(reply.status()).as(reply.body()).isEqualTo(201);
        assertThat(reply.header("Location")).isEqualTo("/api/v1" + CHILD);
        return reply.json();
    }

    @ParameterizedTest
    @CsvSource({"tensor, mulberry32", "scalar, python"})
    void aForkContinuesExactlyAsItsParent(String engine, String random) {
        api.initSmall("parent", engine, random, 2);
        api.step("parent", 10);
        api.patch(PARENT, Map.of("batchSize", 3, "learningRate", 0.02)).ok();
        api.post(PARENT + "/generate", Map.of("count", 2)).ok();
        api.step("parent", 7);
        JsonNode child = fork();
        assertThat(child.path("step").longValue()).isEqualTo(17);
        assertThat(child.path("options")).isEqualTo(api.view("parent").path("options"));

        api.step("parent", 20);
        api.step("child", 20);
        assertThat(api.losses("child")).containsExactly(api.losses("parent"));
        Map<String, Integer> five = Map.of("count", 5);
        assertThat(api.post(CHILD + "/generate", five).ok())
                .isEqualTo(api.post(PARENT + "/generate", five).ok());
        assertThat(api.get(CHILD + "/embeddings").ok())
                .isEqualTo(api.get(PARENT + "/embeddings").ok());
    }

    @Test
    void aForkCanBeForkedAtAStepLikeItsParent() {
        api.step("parent", 5);
        api.post(PARENT + "/generate", Map.of("count", 3)).ok();
        fork();
        assertThat(textsOfForkAt(3, CHILD)).isEqualTo(textsOfForkAt(3, PARENT));
        assertThat(textsOfForkAt(5, CHILD)).isEqualTo(textsOfForkAt(5, PARENT));
    }

    private String textsOfForkAt(int step, String session) {
        api.delete("/sessions/grandchild");
        api.post(session + "/fork", Map.of("name", "grandchild", "step", step)).ok();
        return api.post("/sessions/grandchild/generate", Map.of("count", 9)).ok().toString();
    }

    @Test
    void forkAndParentAreIndependent() {
        api.step("parent", 5);
        fork();
        api.step("child", 5);
        assertThat(api.view("parent").path("step").longValue()).isEqualTo(5);
        api.delete(PARENT);
        assertThat(api.step("child", 1).path("step").longValue()).isEqualTo(11);
        JsonNode events = api.get(CHILD + "/history").ok().path("events");
        assertThat(events.get(0).path("kind").stringValue()).isEqualTo("loaded");
        assertThat(events.get(events.size() - 1).path("kind").stringValue()).isEqualTo("forked");
        assertThat(events.get(events.size() - 1).path("step").longValue()).isEqualTo(5);
    }

    @Test
    void aRunIsNeitherDisturbedNorCopied() {
        api.post(PARENT + "/runs", Map.of("steps", 1_000_000_000)).ok();
        await().until(() -> api.view("parent").path("step").longValue() > 0);
        JsonNode child = fork();
        long step = child.path("step").longValue();
        assertThat(child.path("state").stringValue()).isEqualTo("ready");
        assertThat(api.get(CHILD + "/runs").ok().path("runs")).isEmpty();
        await().until(() -> api.view("parent").path("step").longValue() > step + 100);
        api.post(PARENT + "/runs/" + newestRun() + "/cancel").ok();
        api.step("child", 100);
        double[] parent = api.losses("parent");
        double[] losses = api.losses("child");
        for (int i = 0; i < losses.length; i++) {
            assertThat(losses[i]).isEqualTo(parent[i]);
        }
    }

    private long newestRun() {
        JsonNode runs = api.get(PARENT + "/runs").ok().path("runs");
        return runs.get(runs.size() - 1).path("id").longValue();
    }

    @Test
    void rejectsForksThatAreNotPossible() {
        Map<String, String> name = Map.of("name", "child");
        assertProblem(api.post("/sessions/nobody/fork", name), 404, "not_found");
        assertProblem(api.post(PARENT + "/fork", Map.of()), 400, "invalid_name");
        assertProblem(api.post(PARENT + "/fork", Map.of("name", "A b")), 400, "invalid_name");
        assertProblem(api.post(PARENT + "/fork", Map.of("name", "parent")), 409, "exists")
                .hasDetail("fork to another name, or delete it first");
        api.init("parent", Map.of());
        assertProblem(api.post(PARENT + "/fork", name), 409, "not_loaded");
        assertThat(api.get(CHILD).status()).isEqualTo(404);
    }
}

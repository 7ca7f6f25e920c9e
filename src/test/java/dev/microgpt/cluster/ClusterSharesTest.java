package dev.microgpt.cluster;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.Live;
import dev.microgpt.support.MostlyWaiting;
import dev.microgpt.support.NewKey;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;

import java.nio.file.Path;
import java.util.Map;

/// A share is valid at all nodes, whichever owns its session, and ends at all of them.
@MostlyWaiting
@Timeout(120)
final class ClusterSharesTest {

    private static final String OWNER = "alice";
    private static final NewKey KEY = NewKey.of(OWNER);

    @SuppressWarnings("NullAway.Init")
    private static DatabaseCluster cluster;

    @BeforeAll
    static void start(@TempDir Path directory) {
        cluster = new DatabaseCluster(2, directory, "--" + KEY.setting());
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static Api owner(int node) {
        return cluster.api(node).withKey(KEY.text());
    }

    private static Api bearer(int node, JsonNode share) {
        return cluster.api(node).withKey(share.path("token").stringValue());
    }

    @Test
    void aShareOfAnyNodesSessionIsMadeUsedAndWithdrawnAtAnyNode() {
        for (int home = 0; home < 2; home++) {
            String name = cluster.nameAt(home, OWNER);
            String session = "/sessions/" + name;
            owner(0).initSixNames(name);
            JsonNode share = owner(0).post(session + "/shares", Map.of()).ok();
            assertThat(share.path("url").stringValue())
                    .startsWith(cluster.api(0).origin() + "/s/" + name + "#share=");
            for (int node = 0; node < 2; node++) {
                Api bearer = bearer(node, share);
                assertThat(bearer.get(session).status()).isEqualTo(200);
                assertThat(bearer.postJson(session + "/tokenize", "{\"text\":\"emma\"}").status())
                        .isEqualTo(200);
                assertProblem(bearer.postJson(session + "/generate", "{}"), 403, "not_shared");
                assertProblem(bearer.postJson(session + "/step", "{}"), 403, "not_shared");
                assertProblem(bearer.get("/sessions/none"), 403, "not_shared");
            }
            try (Live here = watch(0, share, name);
                    Live there = watch(1, share, name)) {
                String path = session + "/shares/" + share.path("id").stringValue();
                assertThat(owner(0).delete(path).status()).isEqualTo(204);
                assertThat(here.awaitClose()).isEqualTo(4401);
                assertThat(there.awaitClose()).isEqualTo(4401);
            }
            for (int node = 0; node < 2; node++) {
                Api bearer = bearer(node, share);
                Awaitility.await().until(() -> bearer.get(session).status() == 401);
            }
        }
    }

    /// The ticket comes from the other node.
    private static Live watch(int node, JsonNode share, String name) {
        String ticket = bearer(1 - node, share).post("/tickets").ok().path("ticket").stringValue();
        Live live = Live.connectWithTicket(ticket, cluster.api(node).port());
        live.send("subscribe", "session", name);
        live.next("subscribed");
        return live;
    }
}

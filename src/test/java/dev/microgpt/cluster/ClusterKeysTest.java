package dev.microgpt.cluster;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.microgpt.support.Json;
import dev.microgpt.support.Live;
import dev.microgpt.support.MostlyWaiting;
import dev.microgpt.support.NewKey;
import dev.microgpt.support.Reply;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.Map;

/// What a key may do holds for all nodes together.
@MostlyWaiting
@Timeout(120)
final class ClusterKeysTest {

    private static final String OWNER = "alice";
    private static final NewKey KEY = NewKey.of(OWNER);

    @SuppressWarnings("NullAway.Init")
    private static DatabaseCluster cluster;

    @BeforeAll
    static void start(@TempDir Path directory) {
        cluster =
                new DatabaseCluster(
                        2,
                        directory,
                        "--" + KEY.setting(),
                        "--microgpt.quotas.key.sessions=2",
                        "--microgpt.quotas.key.parameters=10000");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static Reply send(HttpRequest.Builder request) {
        return cluster.api(0).send(request.header("Authorization", "Bearer " + KEY.text()));
    }

    private static Reply init(String name, int width) {
        return send(
                cluster.api(0)
                        .json(
                                "/sessions/" + name + "/init?overwrite=true",
                                Json.write(Map.of("text", "ab", "nEmbd", width))));
    }

    @Test
    void sessionsOfOtherNodesCount() {
        String first = cluster.nameAt(0, OWNER);
        String second = cluster.nameAt(1, OWNER);

        assertThat(init(first, 16).status()).isEqualTo(201);
        assertProblem(init(second, 24), 429, "quota_exceeded");
        assertThat(init(second, 16).status()).isEqualTo(201);
        assertProblem(init(second, 24), 429, "quota_exceeded");
        assertProblem(init(second + "-more", 4), 429, "quota_exceeded");
        Reply sessions = send(cluster.api(0).request("/sessions"));
        assertThat(sessions.ok().path("sessions")).hasSize(2);
        assertThat(sessions.json().at("/sessions/1/options/nEmbd").intValue()).isEqualTo(16);
    }

    @Test
    void aTicketOpensAStreamAtAnyNodeOnce() {
        String ticket =
                send(cluster.api(0).request("/tickets").POST(BodyPublishers.noBody()))
                        .ok()
                        .path("ticket")
                        .asString();
        int other = cluster.api(1).port();

        try (Live live = Live.connectWithTicket(ticket, other)) {
            assertThat(live.isClosed()).isFalse();
        }

        assertThatThrownBy(() -> Live.connectWithTicket(ticket, other))
                .hasStackTraceContaining("status code 401");
    }
}

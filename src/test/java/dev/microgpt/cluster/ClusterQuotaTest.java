package dev.microgpt.cluster;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.MostlyWaiting;
import dev.microgpt.support.NewKey;
import dev.microgpt.support.Reply;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.Map;

/// The quotas of a key hold for its sessions at all nodes together.
@MostlyWaiting
@Timeout(120)
final class ClusterQuotaTest {

    private static final String OWNER = "alice";

    private static Reply init(Api api, String key, String name, int width) {
        return api.send(
                api.body(
                                "/sessions/" + name + "/init?overwrite=true",
                                "application/json",
                                BodyPublishers.ofString(
                                        Json.write(Map.of("text", "ab", "nEmbd", width))))
                        .header("Authorization", "Bearer " + key));
    }

    @Test
    void sessionsOfOtherNodesCount(@TempDir Path directory) {
        NewKey alice = NewKey.of(OWNER);
        try (DatabaseCluster cluster =
                new DatabaseCluster(
                        2,
                        directory,
                        "--" + alice.setting(),
                        "--microgpt.quotas.key.sessions=2",
                        "--microgpt.quotas.key.parameters=10000")) {
            String first = cluster.nameAt(0, OWNER);
            String second = cluster.nameAt(1, OWNER);
            Api api = cluster.api(0);

            assertThat(init(api, alice.text(), first, 16).status()).isEqualTo(201);
            assertProblem(init(api, alice.text(), second, 24), 429, "quota_exceeded");
            assertThat(init(api, alice.text(), second, 16).status()).isEqualTo(201);
            assertProblem(init(api, alice.text(), second, 24), 429, "quota_exceeded");
            assertProblem(init(api, alice.text(), second + "-more", 4), 429, "quota_exceeded");
            Reply sessions =
                    api.send(
                            api.request("/sessions")
                                    .header("Authorization", "Bearer " + alice.text()));
            assertThat(sessions.ok().path("sessions")).hasSize(2);
            assertThat(sessions.json().at("/sessions/1/options/nEmbd").intValue()).isEqualTo(16);
        }
    }
}

package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Tests listing, showing and deleting sessions.
@ServiceTest
final class SessionListTest {

    private static final List<String> NAMES =
            List.of("list", "list-", "list-1", "list-10", "list-2", "lista");

    private final Api api;

    SessionListTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @Test
    void pagesContainEachSessionOnceInOrder() {
        NAMES.forEach(name -> api.init(name, Map.of()));
        List<String> found = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = api.get("/sessions?limit=2" + cursor).ok();
            assertThat(page.propertyNames()).containsExactlyInAnyOrder("sessions", "nextCursor");
            assertThat(page.path("sessions").size()).isBetween(1, 2);
            page.path("sessions").forEach(s -> found.add(s.path("name").stringValue()));
            JsonNode next = page.path("nextCursor");
            cursor = next.isNull() ? "" : "&cursor=" + next.stringValue();
        } while (!cursor.isEmpty());

        assertThat(found).isSorted().doesNotHaveDuplicates().containsAll(NAMES);
        JsonNode all = api.get("/sessions?limit=1000").ok();
        assertThat(all.path("nextCursor").isNull()).isTrue();
        assertThat(all.path("sessions").valueStream().map(s -> s.path("name").stringValue()))
                .containsExactlyElementsOf(found);
    }

    @Test
    void aCursorRemainsValidAfterItsSessionIsDeleted() {
        NAMES.forEach(name -> api.init(name, Map.of()));
        api.delete("/sessions/list-10");
        JsonNode page = api.get("/sessions?limit=1&cursor=list-10").ok();

        assertThat(page.path("sessions").get(0).path("name").stringValue()).isEqualTo("list-2");
    }

    @Test
    void showsASessionAsItIsListed() {
        Instant before = Instant.now().minusSeconds(1);
        JsonNode created = api.initSixNames("list");
        JsonNode listed =
                api.get("/sessions?limit=1000")
                        .ok()
                        .path("sessions")
                        .valueStream()
                        .filter(s -> s.path("name").stringValue().equals("list"))
                        .findFirst()
                        .orElseThrow();

        assertThat(api.view("list")).isEqualTo(created).isEqualTo(listed);
        assertThat(created.propertyNames())
                .containsExactlyInAnyOrder(
                        "name",
                        "state",
                        "engine",
                        "step",
                        "numParams",
                        "vocabSize",
                        "numDocs",
                        "options",
                        "createdAt",
                        "stepsPerSecond");
        assertThat(created.path("engine").stringValue()).isEqualTo("tensor");
        assertThat(Instant.parse(created.path("createdAt").stringValue()))
                .isBetween(before, Instant.now());
    }

    @Test
    void aDeletedSessionIsNotFound() {
        api.initSixNames("list");
        var deleted = api.delete("/sessions/list");

        assertThat(deleted.status()).isEqualTo(204);
        assertThat(deleted.body()).isEmpty();
        assertProblem(api.get("/sessions/list"), 404, "not_found");
        assertProblem(api.post("/sessions/list/step"), 404, "not_found");
        assertProblem(api.delete("/sessions/list"), 404, "not_found");
        assertThat(api.get("/sessions?limit=1000").body()).doesNotContain("\"list\"");
        assertThat(api.post("/sessions/list/init").status()).isEqualTo(201);
    }
}

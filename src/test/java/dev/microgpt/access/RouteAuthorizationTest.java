package dev.microgpt.access;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.DocumentedCalls;
import dev.microgpt.support.Json;
import dev.microgpt.support.KeyedService;
import dev.microgpt.support.Reply;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;

import tools.jackson.databind.JsonNode;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Tests every route without a key and with the key of another owner. The routes are read from the
/// dispatcher, so that no new one is forgotten.
final class RouteAuthorizationTest {

    /// Routes that need no key: pages without user data, and the health of the service.
    private static final Set<String> PUBLIC_ROUTES =
            Set.of(
                    "GET /",
                    "GET /s/{name}",
                    "GET /s/{name}/lab",
                    "GET /s/{name}/strings",
                    "GET /s/{name}/tour",
                    "GET /embed/s/{name}/{panel}",
                    "GET /compare",
                    "GET /sweeps",
                    "GET /sweeps/{name}",
                    "GET /actuator/health",
                    "GET /actuator/health/**");

    /// Routes that create a session of the caller's own, even if another owner has one of the same name.
    private static final Set<String> CREATING_ROUTES =
            Set.of(
                    "PUT /api/v1/sessions/{name}/checkpoint",
                    "PUT /api/v1/sessions/{name}/bundle",
                    "POST /api/v1/sessions/{name}/init");

    private static final String SESSION = "/api/v1/sessions/{name}";

    @TempDir static Path data;
    private static KeyedService keyed;
    private static JsonNode before;

    @BeforeAll
    static void start() {
        keyed = new KeyedService(data, "--management.endpoints.web.exposure.include=*");
        keyed.alice().initSixNames("hers");
        keyed.alice().step("hers", 2);
        keyed.alice().post("/sessions/hers/runs", Map.of("steps", 1)).ok();
        before = options(keyed.alice().view("hers"));
    }

    @AfterAll
    static void stop() {
        keyed.close();
    }

    private static JsonNode options(JsonNode view) {
        return view.path("options");
    }

    /// Returns all routes, such as `GET /api/v1/sessions/{name}`.
    private static Set<String> routes() {
        Set<String> routes = new TreeSet<>();
        for (RequestMappingInfoHandlerMapping mapping :
                keyed.service().parts(RequestMappingInfoHandlerMapping.class)) {
            mapping.getHandlerMethods()
                    .keySet()
                    .forEach(
                            info -> {
                                Set<RequestMethod> methods =
                                        info.getMethodsCondition().getMethods();
                                for (String pattern : info.getPatternValues()) {
                                    if (methods.isEmpty()) {
                                        routes.add("GET " + pattern);
                                        routes.add("POST " + pattern);
                                    }
                                    methods.forEach(method -> routes.add(method + " " + pattern));
                                }
                            });
        }
        routes.add("GET /api/v1/ws");
        return routes;
    }

    private static HttpRequest.Builder request(Api api, String route) {
        String[] parts = route.split(" ", 2);
        String path =
                parts[1].replace("{name}", "hers")
                        .replace("{id}", "1")
                        .replace("{matrix}", "wte")
                        .replace("{panel}", "loss")
                        .replace("/**", "/liveness")
                        .replaceAll("\\{[^}]*}", "any");
        boolean takesBody = Set.of("POST", "PUT", "PATCH").contains(parts[0]);
        HttpRequest.Builder request =
                api.root(path)
                        .method(
                                parts[0],
                                takesBody
                                        ? BodyPublishers.ofString(body(route))
                                        : BodyPublishers.noBody());
        return takesBody ? request.header("Content-Type", contentType(route)) : request;
    }

    private static String contentType(String route) {
        if (route.endsWith("/checkpoint")) {
            return "application/octet-stream";
        }
        return route.endsWith("/bundle") ? "application/zip" : "application/json";
    }

    private static String body(String route) {
        return route.endsWith("/fork") ? "{\"name\":\"copy\"}" : "{}";
    }

    @Test
    void routesIncludeThoseOfTheOpenApiDocument() {
        List<String> documented = DocumentedCalls.of(keyed.alice());
        assertThat(documented).hasSizeGreaterThan(25);
        assertThat(routes()).containsAll(documented);
        assertThat(routes()).anyMatch(route -> route.contains("/actuator/"));
        assertThat(routes()).containsAll(PUBLIC_ROUTES).containsAll(CREATING_ROUTES);
    }

    @Test
    void theActuatorOnAPortOfItsOwnNeedsAKey(@TempDir Path other) {
        try (KeyedService own = new KeyedService(other, "--management.server.port=0")) {
            Api stranger = own.service().managementApi();
            assertThat(stranger.send(stranger.root("/actuator/health")).status()).isEqualTo(200);
            for (String path : List.of("/actuator", "/actuator/prometheus", "/actuator/info")) {
                assertProblem(stranger.send(stranger.root(path)), 401, "unauthorized");
                Api alice = stranger.withKey(own.aliceKey());
                assertThat(alice.send(alice.root(path)).status()).as(path).isEqualTo(200);
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> routesThatAreNotPublicNeedAKey() {
        return routes().stream()
                .map(
                        route ->
                                DynamicTest.dynamicTest(
                                        route,
                                        () -> {
                                            Reply reply =
                                                    keyed.stranger()
                                                            .send(request(keyed.stranger(), route));
                                            if (PUBLIC_ROUTES.contains(route)) {
                                                assertThat(reply.status()).isEqualTo(200);
                                                assertThat(reply.body()).doesNotContain("hers");
                                            } else {
                                                assertProblem(reply, 401, "unauthorized");
                                            }
                                        }));
    }

    @TestFactory
    Stream<DynamicTest> sessionsOfAnotherOwnerAreNotFound() {
        return routes().stream()
                .filter(route -> route.contains(SESSION))
                .filter(route -> !CREATING_ROUTES.contains(route))
                .map(
                        route ->
                                DynamicTest.dynamicTest(
                                        route,
                                        () ->
                                                assertProblem(
                                                        keyed.bob()
                                                                .send(request(keyed.bob(), route)),
                                                        404,
                                                        "not_found")));
    }

    @Test
    void sessionsOfTheSameNameAreIndependent() {
        for (String route : CREATING_ROUTES) {
            int status = keyed.carol().send(request(keyed.carol(), route)).status();
            // created; not a checkpoint; or exists already, created by the other route
            assertThat(status).as(route).isIn(201, 400, 409);
        }
        assertThat(keyed.carol().delete("/sessions/hers").status()).isEqualTo(204);
        assertThat(options(keyed.alice().view("hers"))).isEqualTo(before);
        assertThat(keyed.alice().view("hers").path("step").intValue()).isBetween(2, 3);
        assertThat(Json.write(keyed.carol().get("/sessions").ok())).doesNotContain("hers");
    }
}

package dev.microgpt.live;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.MicroGptApplication;
import dev.microgpt.support.Api;
import dev.microgpt.support.Json;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Watches a session with Server-Sent Events.
@ServiceTest
final class EventsTest {

    private static final String PATH = "/sessions/events";
    private static final long ENDLESS = 1_000_000_000L;

    private final Api api;

    EventsTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @BeforeEach
    void createSession() {
        api.initSixNames("events");
    }

    record Event(String id, String type, JsonNode data) {}

    /// A reader that receives events on its own thread.
    private static final class Reader implements AutoCloseable {

        final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
        final HttpResponse<Stream<String>> response;
        private final HttpClient client = HttpClient.newHttpClient();
        private final Thread thread;
        private volatile boolean ended;

        Reader(Api api, String path, String... headers) throws IOException, InterruptedException {
            var request = api.request(path);
            if (headers.length > 0) {
                request.headers(headers);
            }
            response = client.send(request.build(), BodyHandlers.ofLines());
            thread = Thread.ofVirtual().start(this::read);
        }

        private void read() {
            Map<String, String> fields = new HashMap<>();
            try (Stream<String> lines = response.body()) {
                lines.forEach(
                        line -> {
                            int colon = line.indexOf(": ");
                            if (colon > 0) {
                                fields.put(line.substring(0, colon), line.substring(colon + 2));
                            } else if (line.isEmpty() && fields.containsKey("event")) {
                                events.add(
                                        new Event(
                                                fields.getOrDefault("id", ""),
                                                fields.getOrDefault("event", ""),
                                                Json.parse(fields.getOrDefault("data", ""))));
                                fields.clear();
                            }
                        });
            } catch (UncheckedIOException _) {
                // the stream has ended
            }
            ended = true;
        }

        Event next() throws InterruptedException {
            Event event = events.poll(10, TimeUnit.SECONDS);
            assertThat(event).isNotNull();
            return event;
        }

        @Override
        public void close() {
            client.shutdownNow();
            thread.interrupt();
        }
    }

    /// Collects the losses of frames up to a step, and checks that none is missing.
    private static void collect(Reader reader, List<Double> losses, long upTo)
            throws InterruptedException {
        while (losses.size() < upTo) {
            Event event = reader.next();
            assertThat(event.type()).isEqualTo("frame");
            assertThat(event.data().path("fromStep").longValue()).isEqualTo(losses.size() + 1);
            for (double loss : Json.doubles(event.data().path("losses"))) {
                losses.add(loss);
            }
            assertThat(event.id()).isEqualTo("" + losses.size());
            assertThat(event.data().path("toStep").longValue()).isEqualTo(losses.size());
        }
    }

    @Test
    void framesContainEveryLossAcrossAReconnect() throws Exception {
        List<Double> losses = new ArrayList<>();
        try (Reader reader = new Reader(api, PATH + "/events?fromStep=1&viz=none&maxHz=60")) {
            assertThat(reader.response.headers().firstValue("Content-Type").orElse(""))
                    .startsWith("text/event-stream");
            api.post(PATH + "/runs", Map.of("steps", 30_000)).ok();
            collect(reader, losses, 100);
        }
        String last = "" + losses.size();
        try (Reader reader = new Reader(api, PATH + "/events?viz=none", "Last-Event-ID", last)) {
            collect(reader, losses, 30_000);
        }
        assertThat(losses.stream().mapToDouble(x -> x).toArray())
                .containsExactly(api.losses("events"));
    }

    @Test
    void tracesAreSentOnlyIfRequested() throws Exception {
        try (Reader with = new Reader(api, PATH + "/events");
                Reader without = new Reader(api, PATH + "/events?viz=none&losses=buckets")) {
            api.step("events", 3);
            assertThat(with.next().data().path("trace").path("vizData").isArray()).isTrue();
            JsonNode frame = without.next().data();
            assertThat(frame.has("trace")).isFalse();
            assertThat(frame.path("buckets").isArray()).isTrue();
        }
    }

    @Test
    void stateChangesWithoutAStepAreSent() throws Exception {
        api.init("events", Map.of("text", Api.SIX_NAMES, "learningRate", 1e300));
        try (Reader reader = new Reader(api, PATH + "/events?viz=none")) {
            api.post(PATH + "/runs", Map.of("steps", 10)).ok();
            Event event = reader.next();
            while (!event.data().path("state").stringValue().equals("failed")) {
                event = reader.next();
            }
            assertThat(event.type()).isEqualTo("frame");
            assertThat(event.data().path("toStep").longValue())
                    .isEqualTo(event.data().path("fromStep").longValue() - 1);
            assertThat(event.data().path("losses")).isEmpty();
        }
        api.initSixNames("events");
        try (Reader reader = new Reader(api, PATH + "/events?viz=none")) {
            api.post(PATH + "/runs", Map.of("steps", ENDLESS)).ok();
            String run = PATH + "/runs/2";
            for (String action : new String[] {"pause", "resume", "cancel"}) {
                long before = api.view("events").path("step").longValue();
                await().until(
                                () ->
                                        action.equals("resume")
                                                || api.view("events").path("step").longValue()
                                                        > before);
                api.post(run + "/" + action).ok();
                String state = api.view("events").path("state").stringValue();
                Event event = reader.next();
                while (!event.data().path("state").stringValue().equals(state)) {
                    event = reader.next();
                }
            }
        }
    }

    @Test
    void aStreamEndsWithItsSession() throws Exception {
        try (Reader reader = new Reader(api, PATH + "/events")) {
            api.delete(PATH);
            assertThat(reader.next().type()).isEqualTo("deleted");
            await().until(() -> reader.ended);
        }
    }

    @Test
    void aReinitializedSessionIsSentFromItsFirstStep() throws Exception {
        api.step("events", 10);
        try (Reader reader = new Reader(api, PATH + "/events", "Last-Event-ID", "10")) {
            api.initSixNames("events");
            api.step("events", 2);
            assertThat(reader.next().data().path("fromStep").longValue()).isEqualTo(1);
        }
        try (Reader late = new Reader(api, PATH + "/events", "Last-Event-ID", "10")) {
            assertThat(late.next().data().path("fromStep").longValue()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"maxHz=0", "maxHz=61", "fromStep=0", "fromStep=2", "viz=all", "losses=x"})
    void valuesOutOfRangeAreRejected(String query) {
        assertProblem(api.get(PATH + "/events?" + query), 400, "out_of_range");
    }

    @Test
    void anUnknownSessionIsNotFound() {
        assertProblem(api.get("/sessions/nobody/events"), 404, "not_found");
    }

    @Test
    void disconnectingReadersDoNotStopARun() throws Exception {
        try (Reader reader = new Reader(api, PATH + "/events")) {
            api.post(PATH + "/runs", Map.of("steps", ENDLESS)).ok();
            reader.next();
        }
        long step = api.view("events").path("step").longValue();
        await().until(() -> api.view("events").path("step").longValue() > step);
        api.post(PATH + "/runs/1/cancel").ok();
    }

    @Test
    void streamsEndAtShutdown() throws Exception {
        var context =
                new SpringApplicationBuilder(MicroGptApplication.class)
                        .run("--server.port=0", "--microgpt.demo=false");
        Api other =
                new Api(
                        context.getEnvironment()
                                .getRequiredProperty("local.server.port", int.class));
        other.initSixNames("events");
        try (Reader reader = new Reader(other, PATH + "/events")) {
            long start = System.nanoTime();
            context.close();
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isLessThan(Duration.ofSeconds(5));
            await().until(() -> reader.ended);
        }
    }
}

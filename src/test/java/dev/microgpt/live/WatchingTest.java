package dev.microgpt.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.Live;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

import java.util.List;
import java.util.Map;

/// Watchers receive every step once and in order, whichever client has caused it.
@ServiceTest
final class WatchingTest {

    private static final String NAME = "watching";

    private final Api api;
    private final Live live;

    WatchingTest(@LocalServerPort int port) {
        api = new Api(port);
        live = Live.connect(port);
    }

    @BeforeEach
    void createSession() {
        api.initSlow(NAME);
    }

    @AfterEach
    void disconnect() {
        live.close();
        api.delete("/sessions/" + NAME);
    }

    private long subscribe(Live watcher, Object... options) {
        Object[] message = new Object[options.length + 2];
        message[0] = "session";
        message[1] = NAME;
        System.arraycopy(options, 0, message, 2, options.length);
        watcher.send("subscribe", message);
        return watcher.next("subscribed").path("step").longValue();
    }

    @Test
    void framesCoverStepsOfAllCallers() {
        assertThat(subscribe(live, "maxHz", 60)).isZero();
        try (Live trainer = Live.connect(api.port())) {
            trainer.send("train", "session", NAME, "steps", 50);
            api.step(NAME, 20);
            trainer.await("trained");
            api.step(NAME, 1);
            trainer.send("train", "session", NAME, "steps", 30);
            trainer.await("trained");
        }
        Frames frames = new Frames(1).collect(live, 101);

        assertThat(frames.all().getLast().path("toStep").intValue()).isEqualTo(101);
        frames.assertLosses(api.losses(NAME));
    }

    @Test
    void framesAreSentDuringACall() {
        var call = api.stepWithoutEnd(NAME);
        await().until(() -> api.view(NAME).path("step").intValue() > 0);
        live.send("subscribe", "session", NAME, "fromStep", 1);
        live.next("subscribed"); // before any frame
        Frames frames = new Frames(1);
        while (frames.all().size() < 5) {
            JsonNode newest = api.view(NAME);
            frames.collect(live, newest.path("step").longValue());
        }

        assertThat(call).isNotDone();
        assertThat(frames.all().getLast().path("stepsPerSecond").doubleValue()).isPositive();
        frames.assertLosses(api.losses(NAME));
    }

    @Test
    void aFrameTellsThatASessionHasOtherDocuments() {
        api.step(NAME, 3);
        subscribe(live);
        api.postText("/sessions/" + NAME + "/load?continue=true&grow=true", "zoé").ok();
        JsonNode frame = live.next("frame");

        assertThat(frame.path("continuations").intValue()).isEqualTo(1);
        assertThat(frame.path("toStep").intValue()).isEqualTo(3);
        assertThat(frame.has("trace")).isFalse();
    }

    @Test
    void replaysFromFirstStep() {
        api.step(NAME, 50);
        subscribe(live, "fromStep", 1);
        Frames frames = new Frames(1).collect(live, 50);
        api.step(NAME, 5);
        frames.collect(live, 55);

        frames.assertLosses(api.losses(NAME));
    }

    @ParameterizedTest
    @ValueSource(longs = {2, 20, 50, 51})
    void replaysFromAnyStep(long fromStep) {
        api.step(NAME, 50);
        subscribe(live, "fromStep", fromStep);
        api.step(NAME, 5);
        Frames frames = new Frames(fromStep).collect(live, 55);

        frames.assertLosses(api.losses(NAME));
    }

    @Test
    void startsWithNextStepByDefault() {
        api.step(NAME, 50);
        assertThat(subscribe(live)).isEqualTo(50);
        api.step(NAME, 5);
        Frames frames = new Frames(51).collect(live, 55);

        frames.assertLosses(api.losses(NAME));
    }

    @Test
    void longReplayIsSplitIntoFrames() {
        api.init(NAME, Map.of("nEmbd", 1, "nHead", 1, "blockSize", 1, "text", "a"));
        api.step(NAME, 45_000);
        subscribe(live, "fromStep", 1);
        Frames frames = new Frames(1).collect(live, 45_000);

        assertThat(frames.all()).hasSizeGreaterThanOrEqualTo(3);
        assertThat(frames.all())
                .allSatisfy(
                        frame ->
                                assertThat(frame.path("losses").size())
                                        .isLessThanOrEqualTo(20_000));
        frames.assertLosses(api.losses(NAME));
    }

    @Test
    void watchersDoNotDisturbEachOther() {
        try (Live other = Live.connect(api.port())) {
            subscribe(live, "maxHz", 60);
            subscribe(other, "maxHz", 10, "viz", "none");
            var call = api.postAsync("/sessions/" + NAME + "/step", Map.of("count", 2000));
            Frames mine = new Frames(1).collect(live, 2000);
            Frames others = new Frames(1).collect(other, 2000);

            assertThat(call.join().status()).isEqualTo(200);
            mine.assertLosses(api.losses(NAME));
            others.assertLosses(api.losses(NAME));
        }
    }

    @Test
    void watchersOfASessionWithoutDocumentsReceiveItsFirstStep() {
        api.init(NAME, Map.of("nEmbd", 4));
        assertThat(subscribe(live)).isZero();
        api.postText("/sessions/" + NAME + "/load", "alice\nbob").ok();
        api.step(NAME, 3);

        new Frames(1).collect(live, 3).assertLosses(api.losses(NAME));
    }

    @Test
    void reinitializedSessionIsWatchedFromItsFirstStep() {
        subscribe(live);
        api.step(NAME, 7);
        new Frames(1).collect(live, 7);
        api.init(NAME, Map.of("nEmbd", 4, "seed", 7, "text", Api.SIX_NAMES));
        api.step(NAME, 3);
        new Frames(1).collect(live, 3).assertLosses(api.losses(NAME));
        api.postText("/sessions/" + NAME + "/load?overwrite=true", "bob").ok();
        api.step(NAME, 2);

        new Frames(1).collect(live, 2).assertLosses(api.losses(NAME));
    }

    @Test
    void unsubscribedWatcherReceivesNoMoreFrames() {
        subscribe(live);
        api.step(NAME, 2);
        new Frames(1).collect(live, 2);
        live.send("unsubscribe", "session", NAME);
        live.next("unsubscribed");
        api.step(NAME, 5);
        live.send("getConfig", "session", NAME);
        live.next("config");

        assertThat(live.isQuiet()).isTrue();
        assertThat(subscribe(live, "fromStep", 3)).isNotNegative();
        new Frames(3).collect(live, 7).assertLosses(api.losses(NAME));
    }

    @Test
    void secondSubscriptionReplacesFirst() {
        subscribe(live);
        api.step(NAME, 4);
        new Frames(1).collect(live, 4);
        subscribe(live, "fromStep", 2);
        new Frames(2).collect(live, 4);
        api.step(NAME, 3);

        new Frames(5).collect(live, 7);
        live.send("getConfig", "session", NAME);
        live.next("config");
    }

    @Test
    void deletionEndsASubscription() {
        subscribe(live);
        api.step(NAME, 3);
        api.delete("/sessions/" + NAME);
        new Frames(1).collect(live, 3);

        assertThat(live.next("unsubscribed").path("session").stringValue()).isEqualTo(NAME);
        live.send("getConfig", "session", NAME);
        live.next("error");
    }

    @Test
    void deletionDuringTrainingEndsASubscription() {
        for (int i = 0; i < 10; i++) {
            createSession();
            subscribe(live, "maxHz", 60);
            var call = api.stepWithoutEnd(NAME);
            await().until(() -> api.view(NAME).path("step").intValue() > 0);
            api.delete("/sessions/" + NAME);

            assertThat(call.join().status()).isEqualTo(404);
            List<JsonNode> messages = live.collectUntil("unsubscribed");
            assertThat(messages.subList(0, messages.size() - 1))
                    .allSatisfy(m -> assertThat(m.path("type").stringValue()).isEqualTo("frame"));
        }
    }
}

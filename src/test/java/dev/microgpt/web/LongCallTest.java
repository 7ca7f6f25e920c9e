package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.support.Api;
import dev.microgpt.support.Reply;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Tests a session while a long call trains it.
@ServiceTest
final class LongCallTest {

    private static final String PATH = "/sessions/long-call";

    private final Api api;

    LongCallTest(@LocalServerPort int port) {
        api = new Api(port);
    }

    @BeforeEach
    void createSession() {
        api.initSlow("long-call");
    }

    @AfterEach
    void endTraining() {
        api.delete(PATH);
    }

    private CompletableFuture<Reply> startTraining() {
        CompletableFuture<Reply> call = api.stepWithoutEnd("long-call");
        await().until(() -> api.view("long-call").path("step").intValue() > 0);
        return call;
    }

    private static Reply replyTo(CompletableFuture<Reply> call) {
        return call.orTimeout(10, TimeUnit.SECONDS).join();
    }

    @Test
    void sessionIsTrainingDuringTheCallAndReadyAfterwards() {
        var call = api.postAsync(PATH + "/step", Map.of("count", 5000, "viz", "none"));
        await().pollInterval(Duration.ofMillis(5)).until(() -> state().equals("training"));
        assertThat(call).isNotDone();
        await().until(() -> api.view("long-call").path("stepsPerSecond").doubleValue() > 0);

        assertThat(replyTo(call).ok().path("step").intValue()).isEqualTo(5000);
        assertThat(state()).isEqualTo("ready");
        assertThat(api.view("long-call").path("stepsPerSecond").doubleValue()).isZero();
    }

    private String state() {
        return api.view("long-call").path("state").stringValue();
    }

    @Test
    void shortCallsAreServedDuringTheCall() {
        var call = startTraining();

        for (int i = 0; i < 10; i++) {
            api.post(PATH + "/generate", Map.of("count", 2)).ok();
            api.get(PATH + "/embeddings").ok();
            api.get(PATH + "/losses?maxPoints=10").ok();
        }
        assertThat(call).isNotDone();
    }

    @Test
    void initWithOverwriteEndsTheCall() {
        var call = startTraining();
        api.initSixNames("long-call");

        assertProblem(replyTo(call), 409, "wrong_state");
        assertThat(state()).isEqualTo("ready");
        assertThat(api.step("long-call", 2).path("step").intValue()).isEqualTo(2);
        assertThat(api.losses("long-call")).hasSize(2);
    }

    @Test
    void loadWithOverwriteEndsTheCall() {
        var call = startTraining();
        assertProblem(api.postText(PATH + "/load", "bob"), 409, "already_trained");
        assertThat(call).isNotDone();
        api.postText(PATH + "/load?overwrite=true", "bob").ok();

        assertProblem(replyTo(call), 409, "wrong_state");
        assertThat(api.step("long-call", 2).path("doc").stringValue()).isEqualTo("bob");
        assertThat(api.losses("long-call")).hasSize(2);
    }

    @Test
    void deletionEndsTheCall() {
        var call = startTraining();
        var waiting = api.stepWithoutEnd("long-call");
        assertThat(api.delete(PATH).status()).isEqualTo(204);

        assertProblem(replyTo(call), 404, "not_found");
        assertProblem(replyTo(waiting), 404, "not_found");
        assertProblem(api.get(PATH), 404, "not_found");
        createSession();
        assertThat(api.step("long-call", 2).path("step").intValue()).isEqualTo(2);
    }

    @Test
    void aSecondCallContinuesAfterTheFirst() {
        var first = api.postAsync(PATH + "/step", Map.of("count", 2000, "viz", "none"));
        await().until(() -> api.view("long-call").path("step").intValue() > 0);
        var second = api.postAsync(PATH + "/step", Map.of("count", 10, "viz", "none"));

        assertThat(replyTo(first).ok().path("step").intValue()).isEqualTo(2000);
        assertThat(replyTo(second).ok().path("step").intValue()).isEqualTo(2010);
    }
}

package dev.microgpt.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;

import dev.microgpt.support.Json;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.web.server.LocalServerPort;

import tools.jackson.databind.JsonNode;

/// The page's store of what is known about a session: frames and REST responses go through it, and the newest
/// step wins.
@ServiceTest
@ExtendWith(Chromium.class)
final class SessionStoreTest {

    private final int port;
    private final Browser browser;

    SessionStoreTest(@LocalServerPort int port, Browser browser) {
        this.port = port;
        this.browser = browser;
    }

    /// Runs the body of a function with a `store` that has applied the `responses` for an idle session at
    /// step 10, and a `frame` function of steps and state.
    private JsonNode run(String body) {
        return Tab.run(
                browser,
                port,
                """
                const { SessionStore } = await import('/js/data/session-store.js');
                const responses = (step, state, createdAt = 'then') => ({
                  session: { step, state, createdAt, stepsPerSecond: 0, numDocs: 6 },
                  runs: [], keyframes: { steps: [] },
                  history: { events: [{ kind: 'loaded', at: createdAt }], schedule: [], samples: [] },
                });
                const frame = (fromStep, toStep, state) => ({
                  fromStep, toStep, state, stepsPerSecond: 5,
                  losses: Array(toStep - fromStep + 1).fill(2),
                });
                const store = new SessionStore();
                store.applyResponses(responses(10, 'ready'), store.requestToken());
                store.applyLosses({ from: 1, losses: Array(10).fill(2) });
                const shown = () => [store.view.step, store.view.state, store.losses.lastStep];
                %s"""
                        .formatted(body));
    }

    @Test
    void aResponseThatIsOlderThanAFrameChangesNeitherStepNorState() {
        JsonNode result =
                run(
                        """
                        const token = store.requestToken();
                        const isNewState = store.applyFrame(frame(11, 20, 'training'));
                        store.applyResponses(responses(12, 'ready'), token);
                        return [isNewState, ...shown(), store.view.stepsPerSecond, store.view.numDocs];""");

        assertThat(Json.write(result)).isEqualTo("[true,20,\"training\",20,5,6]");
    }

    @Test
    void aResponseOfTheSameStepWinsOnlyIfNoFrameHasArrivedSinceItsRequest() {
        JsonNode result =
                run(
                        """
                        const early = store.requestToken();
                        store.applyFrame(frame(11, 20, 'ready'));
                        store.applyResponses(responses(20, 'training'), early);
                        const first = store.view.state;
                        store.applyResponses(responses(20, 'training'), store.requestToken());
                        return [first, store.view.state];""");

        assertThat(Json.write(result)).isEqualTo("[\"ready\",\"training\"]");
    }

    @Test
    void aFrameThatIsOlderThanAResponseOnlyAddsItsLosses() {
        JsonNode result =
                run(
                        """
                        store.applyResponses(responses(30, 'paused'), store.requestToken());
                        store.applyFrame(frame(11, 20, 'training'));
                        return shown();""");

        assertThat(Json.write(result)).isEqualTo("[30,\"paused\",20]");
    }

    @Test
    void responsesThatArriveOutOfOrderAreIgnored() {
        JsonNode result =
                run(
                        """
                        const first = store.requestToken();
                        const second = store.requestToken();
                        store.applyResponses(responses(10, 'paused'), second);
                        store.applyResponses(responses(10, 'training'), first);
                        return shown();""");

        assertThat(Json.write(result)).isEqualTo("[10,\"paused\",10]");
    }

    @Test
    void aRestartForgetsTheLossesAndOlderResponses() {
        JsonNode result =
                run(
                        """
                        const restarts = [];
                        const unsubscribe = store.subscribe((isRestart) => restarts.push(isRestart));
                        const early = store.requestToken();
                        store.applyFrame(frame(1, 3, 'training'));
                        store.applyResponses(responses(10, 'ready'), early);
                        store.applyResponses(responses(3, 'training', 'now'), store.requestToken());
                        const byFrame = shown();
                        const isRestart = store.applyResponses(responses(0, 'ready', 'later'), store.requestToken());
                        unsubscribe();
                        store.clear();
                        return [byFrame, isRestart, shown(), restarts];""");

        assertThat(Json.write(result))
                .isEqualTo("[[3,\"training\",3],true,[0,\"ready\",0],[true,false,true]]");
    }

    @Test
    void anOlderTraceDoesNotReplaceANewerOne() {
        JsonNode result =
                run(
                        """
                        const steps = [];
                        const look = () => steps.push(store.trace?.step ?? null, store.diagnostics?.step ?? null);
                        store.applyFrame({ ...frame(11, 11, 'ready'), trace: { step: 11 }, diagnostics: {} });
                        look();
                        store.applyFrame(frame(12, 20, 'ready')); // trained while no trace was wanted
                        store.applyInspection({ step: 20 });
                        look();
                        store.applyFrame({ ...frame(21, 20, 'ready'), trace: { step: 11 }, diagnostics: {} });
                        store.applyInspection({ step: 10 });
                        look();
                        return steps;""");
        assertThat(Json.doubles(result)).containsExactly(11, 11, 20, 11, 20, 11);
    }
}

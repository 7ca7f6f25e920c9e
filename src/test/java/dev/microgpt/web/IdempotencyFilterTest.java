package dev.microgpt.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.session.admission.Idempotency;
import dev.microgpt.session.persistence.Holding;
import dev.microgpt.session.persistence.IdempotencyStore;
import dev.microgpt.wire.ProblemWriter;

import jakarta.servlet.FilterChain;
import jakarta.servlet.http.HttpServletResponse;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

import tools.jackson.databind.json.JsonMapper;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/// Calls with the same key at the same time, in an order that the test chooses.
final class IdempotencyFilterTest {

    private final HeldStore store = new HeldStore();
    private final IdempotencyFilter filter =
            new IdempotencyFilter(store, _ -> true, new ProblemWriter(new JsonMapper()));
    private final AtomicInteger executions = new AtomicInteger();
    private final ExecutorService threads = Executors.newFixedThreadPool(2);

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    /// A store whose next look-up waits, with its result, until the test continues it.
    private static final class HeldStore implements IdempotencyStore {

        private final Map<String, Entry> entries = new ConcurrentHashMap<>();
        private volatile @Nullable Hold hold;

        @Override
        public @Nullable Entry find(String key) {
            Entry entry = entries.get(key);
            Hold current = hold;
            hold = null;
            if (current != null) {
                current.begun.countDown();
                await(current.end);
            }
            return entry;
        }

        @Override
        public void started(Holding session, Idempotency idempotency, Idempotency.Start start) {}

        @Override
        public CompletableFuture<Void> put(Entry response) {
            entries.put(response.key(), response);
            return CompletableFuture.completedFuture(null);
        }
    }

    private record Hold(CountDownLatch begun, CountDownLatch end) {
        Hold() {
            this(new CountDownLatch(1), new CountDownLatch(1));
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /// Executes a call once it may, and stores its response.
    private FilterChain executing(CountDownLatch begun, CountDownLatch mayEnd) {
        return (request, response) -> {
            executions.incrementAndGet();
            begun.countDown();
            await(mayEnd);
            Object idempotency = request.getAttribute(CallContextResolver.IDEMPOTENCY);
            byte[] body = {'1'};
            response.getOutputStream().write(body);
            var _ =
                    store.put(
                            IdempotencyStore.Entry.of(
                                    (Idempotency) idempotency,
                                    null,
                                    new Idempotency.Response(200, Map.of(), body)));
        };
    }

    private FilterChain executing() {
        return executing(new CountDownLatch(1), new CountDownLatch(0));
    }

    /// Begins a call that ends when it may.
    private Future<Integer> callInProgress(CountDownLatch mayEnd) {
        CountDownLatch begun = new CountDownLatch(1);
        Future<Integer> call = threads.submit(() -> call("body", executing(begun, mayEnd)));
        await(begun);
        return call;
    }

    private int call(String body, FilterChain chain) throws Exception {
        MockHttpServletRequest request = new MockHttpServletRequest("POST", "/api/v1/x");
        request.addHeader(IdempotencyFilter.HEADER, "key");
        request.setContent(body.getBytes(StandardCharsets.UTF_8));
        MockHttpServletResponse response = new MockHttpServletResponse();
        filter.doFilter(request, response, chain);
        return response.getStatus();
    }

    @Test
    void repeatIsReplayedWhileAnotherRepeatIsLookedUp() throws Exception {
        assertThat(call("body", executing())).isEqualTo(200);
        Hold held = new Hold();
        store.hold = held;
        Future<Integer> repeat = threads.submit(() -> call("body", executing()));
        await(held.begun);

        assertThat(call("body", executing())).isEqualTo(200);
        assertThat(call("other", executing())).isEqualTo(422);
        held.end.countDown();
        assertThat(repeat.get(10, TimeUnit.SECONDS)).isEqualTo(200);
        assertThat(executions).hasValue(1);
    }

    /// The repeat begins while the first call is in progress, and is still being looked up when that ends.
    @Test
    void repeatThatFoundNothingIsNotExecutedWhenTheFirstCallEnds() throws Exception {
        CountDownLatch mayEnd = new CountDownLatch(1);
        Future<Integer> first = callInProgress(mayEnd);
        Hold held = new Hold();
        store.hold = held;
        Future<Integer> repeat = threads.submit(() -> call("body", executing()));
        await(held.begun);
        mayEnd.countDown();
        assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo(200);
        held.end.countDown();

        assertThat(repeat.get(10, TimeUnit.SECONDS)).isEqualTo(409);
        assertThat(executions).hasValue(1);
        assertThat(call("body", executing())).isEqualTo(200);
        assertThat(executions).hasValue(1);
    }

    /// The service answers before it knows whether the change is stored.
    @Test
    void aCallThatIsAnsweredMayStillBeInProgress() throws Exception {
        AtomicReference<@Nullable Idempotency> first = new AtomicReference<>();
        FilterChain begins =
                (request, response) -> {
                    executions.incrementAndGet();
                    Idempotency idempotency =
                            (Idempotency) request.getAttribute(CallContextResolver.IDEMPOTENCY);
                    idempotency.use().begin();
                    first.set(idempotency);
                    ((HttpServletResponse) response).setStatus(503);
                };
        assertThat(call("body", begins)).isEqualTo(503);

        assertThat(call("body", executing())).isEqualTo(409);
        assertThat(executions).hasValue(1);

        Idempotency idempotency = Objects.requireNonNull(first.get());
        var _ =
                store.put(
                        IdempotencyStore.Entry.of(
                                idempotency,
                                null,
                                new Idempotency.Response(200, Map.of(), new byte[] {1})));
        idempotency.use().end();
        assertThat(call("body", executing())).isEqualTo(200);
        assertThat(executions).hasValue(1);
    }

    @Test
    void repeatOfACallInProgressIsRejected() throws Exception {
        CountDownLatch mayEnd = new CountDownLatch(1);
        Future<Integer> first = callInProgress(mayEnd);

        assertThat(call("body", executing())).isEqualTo(409);
        mayEnd.countDown();
        assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo(200);
        assertThat(executions).hasValue(1);
    }
}

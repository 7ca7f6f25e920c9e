package dev.microgpt.web;

import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Idempotency;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.persistence.IdempotencyStore;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;

import tools.jackson.databind.json.JsonMapper;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/// Executes calls and builds their replies. The reply to a call with an `Idempotency-Key` is also stored,
/// together with the change that the call made, or on its own, if there is room, if the call changed nothing.
@Component
class IdempotentReplies {

    /// Larger replies are sent, but not stored.
    private static final int MAX_STORED_BODY = 1 << 20;

    /// Headers to store with a reply; the container sets the others again.
    private static final List<String> STORED_HEADERS =
            List.of(HttpHeaders.LOCATION, HttpHeaders.ETAG, AsOfReply.STEP_HEADER);

    private final IdempotencyStore store;
    private final JsonMapper json;
    private final Limits limits;

    IdempotentReplies(IdempotencyStore store, JsonMapper json, Limits limits) {
        this.store = store;
        this.json = json;
        this.limits = limits;
    }

    /// Executes a call and returns its reply.
    ///
    /// @param work executes the call
    /// @param reply builds the reply from the result; may run on another thread than the request's
    <R, B> ResponseEntity<B> reply(
            CallContext call, Function<CallContext, R> work, Function<R, ResponseEntity<B>> reply) {
        Idempotency idempotency = call.idempotency();
        if (idempotency == null) {
            return reply.apply(work.apply(call));
        }
        AtomicReference<Idempotency.@Nullable Response> written = new AtomicReference<>();
        @SuppressWarnings("unchecked") // a call has one command, whose result is an R
        Idempotency.ResponseEncoder encoder =
                result -> {
                    Idempotency.Response stored = encode(reply.apply((R) result));
                    written.set(stored);
                    return stored;
                };
        ResponseEntity<B> response = reply.apply(work.apply(call.withEncoder(encoder)));
        if (written.get() == null) {
            IdempotencyStore.Entry entry =
                    IdempotencyStore.Entry.of(idempotency, null, encode(response));
            awaitIfRoom(store.put(entry));
        }
        return response;
    }

    private Idempotency.Response encode(ResponseEntity<?> response) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON_VALUE);
        for (String name : STORED_HEADERS) {
            String value = response.getHeaders().getFirst(name);
            if (value != null) {
                headers.put(name, value);
            }
        }
        byte[] body = json.writeValueAsBytes(response.getBody());
        return new Idempotency.Response(
                response.getStatusCode().value(),
                headers,
                body.length <= MAX_STORED_BODY ? body : null);
    }

    /// Waits for a response to be stored. If the storage is full or
    /// out of reach, the caller gets the response anyway: the call
    /// has changed nothing, so that it may be executed again.
    private void awaitIfRoom(CompletableFuture<Void> stored) {
        try {
            stored.get(limits.callTime().toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SessionException cause) {
                if (cause.code() == ErrorCode.STORAGE_FULL
                        || cause.code() == ErrorCode.STORE_UNAVAILABLE
                        || cause.code() == ErrorCode.MOVING) {
                    return;
                }
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException _) {
            throw new SessionException(ErrorCode.BUSY, "the response could not be stored in time");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw SessionException.shuttingDown();
        }
    }
}

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

/// Makes calls and their replies, and has the replies of calls with an `Idempotency-Key` written down: with
/// what the call changed, or alone where it changed nothing.
@Component
class IdempotentReplies {

    /// A larger reply is given, but not kept.
    private static final int LARGEST_BODY = 1 << 20;

    /// What a reply is to have again; the container sets the others.
    private static final List<String> KEPT_HEADERS =
            List.of(HttpHeaders.LOCATION, HttpHeaders.ETAG, AsOfReply.STEP_HEADER);

    private final IdempotencyStore answers;
    private final JsonMapper json;
    private final Limits limits;

    IdempotentReplies(IdempotencyStore answers, JsonMapper json, Limits limits) {
        this.answers = answers;
        this.json = json;
        this.limits = limits;
    }

    /// @param work makes the call
    /// @param reply of what it has done; may be asked on another thread than that of the request
    <R, B> ResponseEntity<B> reply(
            CallContext call, Function<CallContext, R> work, Function<R, ResponseEntity<B>> reply) {
        Idempotency idempotency = call.idempotency();
        if (idempotency == null) {
            return reply.apply(work.apply(call));
        }
        AtomicReference<Idempotency.@Nullable Response> written = new AtomicReference<>();
        @SuppressWarnings(
                "unchecked") // the only command of the call has the reply that it waits for
        Idempotency.ResponseEncoder encoder =
                result -> {
                    Idempotency.Response answer = encode(reply.apply((R) result));
                    written.set(answer);
                    return answer;
                };
        ResponseEntity<B> response = reply.apply(work.apply(call.withEncoder(encoder)));
        if (written.get() == null) {
            IdempotencyStore.Entry entry =
                    IdempotencyStore.Entry.of(idempotency, null, encode(response));
            await(answers.put(entry));
        }
        return response;
    }

    private Idempotency.Response encode(ResponseEntity<?> response) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON_VALUE);
        for (String name : KEPT_HEADERS) {
            String value = response.getHeaders().getFirst(name);
            if (value != null) {
                headers.put(name, value);
            }
        }
        byte[] body = json.writeValueAsBytes(response.getBody());
        return new Idempotency.Response(
                response.getStatusCode().value(),
                headers,
                body.length <= LARGEST_BODY ? body : null);
    }

    private void await(CompletableFuture<Void> kept) {
        try {
            kept.get(limits.callTime().toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SessionException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException _) {
            throw new SessionException(ErrorCode.BUSY, "the answer could not be kept in time");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new SessionException(ErrorCode.BUSY, "the service is shutting down");
        }
    }
}

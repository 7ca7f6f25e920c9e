package dev.microgpt.web;

import dev.microgpt.checkpoint.Sha256;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Idempotency;
import dev.microgpt.session.admission.KeyUse;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.persistence.IdempotencyStore;
import dev.microgpt.wire.Problem;
import dev.microgpt.wire.ProblemWriter;
import dev.microgpt.wire.RequestPath;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.ContentCachingResponseWrapper;

import java.io.IOException;
import java.security.MessageDigest;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongPredicate;

/// Executes a POST with an `Idempotency-Key` only once: repeated requests get the first response again.
///
/// Successful responses are kept for a day, in the same transaction as the change that they report: see
/// [IdempotentReplies]. A call that failed may be repeated, and one that was interrupted continues where it
/// was. The body is read to its end first, so that a slow sender blocks no one else.
@Component
@Order(FilterOrder.IDEMPOTENCY)
final class IdempotencyFilter extends OncePerRequestFilter {

    static final String HEADER = "Idempotency-Key";

    private static final int MAX_KEY_LENGTH = 255;

    private final IdempotencyStore store;
    private final LongPredicate isCurrentEpoch;
    private final ProblemWriter problems;

    /// The keys that are [in use][KeyUse].
    private final Set<String> inUse = ConcurrentHashMap.newKeySet();

    @Autowired
    IdempotencyFilter(IdempotencyStore store, SessionService sessions, ProblemWriter problems) {
        this(store, sessions::isCurrentEpoch, problems);
    }

    /// @param isCurrentEpoch tests whether some session is in an epoch
    IdempotencyFilter(
            IdempotencyStore store, LongPredicate isCurrentEpoch, ProblemWriter problems) {
        this.store = store;
        this.isCurrentEpoch = isCurrentEpoch;
        this.problems = problems;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return request.getHeader(HEADER) == null
                // a share changes nothing, so its calls may be repeated; and the responses are the
                // owner's
                || Caller.of(request.getUserPrincipal()).share() != null
                || !HttpMethod.POST.matches(request.getMethod())
                || !RequestPath.of(request).startsWith("/api/");
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String header = request.getHeader(HEADER);
        // two callers may choose the same key
        String key = Caller.of(request.getUserPrincipal()).owner() + " " + header;
        Response reply;
        try {
            requireValid(header, request);
            byte[] body = request.getInputStream().readAllBytes();
            // before the look-up, so that no two calls that find nothing are both executed
            boolean mayExecute = inUse.add(key);
            KeyUse use = new KeyUse(() -> inUse.remove(key));
            Call call = new Call(key, use, request, response, body);
            try {
                reply = call.execute(mayExecute ? chain : null);
            } finally {
                // before responding, as the client may repeat the call after that
                if (mayExecute) {
                    use.end();
                }
            }
        } catch (SessionException e) {
            reply = () -> problems.write(response, Problem.of(e));
        }
        reply.send();
    }

    /// A response that is ready to be sent.
    private interface Response {
        void send() throws IOException;
    }

    private static void requireValid(String key, HttpServletRequest request) {
        if (key.isEmpty()
                || key.length() > MAX_KEY_LENGTH
                || !key.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw new SessionException(
                    ErrorCode.OUT_OF_RANGE,
                    "Idempotency-Key must have 1 to %d visible ASCII characters, but %s"
                            .formatted(
                                    MAX_KEY_LENGTH,
                                    key.length() > MAX_KEY_LENGTH
                                            ? "has " + key.length()
                                            : "is '" + key + "'"),
                    HEADER,
                    key); // shortened by Problem
        }
        String accept = request.getHeader("Accept");
        if (accept != null && accept.contains(MediaType.TEXT_EVENT_STREAM_VALUE)) {
            throw notForStreams(key);
        }
    }

    /// Returns the refusal of a key for a response that is sent while it is computed.
    static SessionException notForStreams(String key) {
        return new SessionException(
                ErrorCode.OUT_OF_RANGE,
                "a stream cannot be replayed: accept JSON, or omit the Idempotency-Key",
                HEADER,
                key);
    }

    /// One call with a key.
    private final class Call {

        private final String key;
        private final KeyUse use;
        private final String call;
        private final String digest;
        private final HttpServletRequest request;
        private final HttpServletResponse response;

        Call(
                String key,
                KeyUse use,
                HttpServletRequest request,
                HttpServletResponse response,
                byte[] body) {
            this.key = key;
            this.use = use;
            this.request = new BufferedRequest(request, body);
            this.response = response;
            String query = request.getQueryString();
            call =
                    request.getMethod()
                            + " "
                            + RequestPath.of(request)
                            + (query == null ? "" : "?" + query);
            MessageDigest sha256 = Sha256.create();
            sha256.update(body);
            digest = Sha256.digits(sha256);
        }

        /// Executes the call, or replays its response.
        ///
        /// @param chain null if another call with the key may be in progress, so that only a stored response can
        ///     be replayed
        Response execute(@Nullable FilterChain chain) throws ServletException, IOException {
            IdempotencyStore.Entry known = store.find(key);
            if (chain == null && (known == null || known.response() == null)) {
                throw new SessionException(
                        ErrorCode.BUSY,
                        "the call with this Idempotency-Key is still in progress",
                        HEADER,
                        request.getHeader(HEADER));
            }
            if (known == null) {
                return execute(chain, null);
            }
            if (!known.call().equals(call)) {
                throw conflict("the key has already been used for " + known.call());
            }
            String request = known.request(); // null for a call that an earlier version has started
            if (request != null && !request.equals(digest)) {
                throw conflict("the key has already been used with another body");
            }
            Idempotency.Response answer = known.response();
            return answer == null ? execute(chain, known.start()) : replay(known, answer);
        }

        private Response replay(IdempotencyStore.Entry known, Idempotency.Response answer) {
            Long epoch = known.epoch();
            if (epoch != null && !isCurrentEpoch.test(epoch)) {
                throw conflict(
                        "the call changed a session that has been restarted or deleted since; to"
                                + " repeat it on the current session, use another key");
            }
            byte[] body = answer.body();
            if (body == null) {
                throw conflict(
                        "the call has already been executed, but its response was too large to store");
            }
            return () -> {
                response.setStatus(answer.code());
                answer.attributes().forEach(response::setHeader);
                response.setHeader("Idempotency-Replayed", "true");
                response.setContentLength(body.length);
                response.getOutputStream().write(body);
            };
        }

        private SessionException conflict(String message) {
            return new SessionException(
                    ErrorCode.IDEMPOTENCY_CONFLICT, message, HEADER, request.getHeader(HEADER));
        }

        private Response execute(
                @Nullable FilterChain chain, Idempotency.@Nullable Start interrupted)
                throws ServletException, IOException {
            Objects.requireNonNull(chain);
            request.setAttribute(
                    CallContextResolver.IDEMPOTENCY,
                    new Idempotency(key, call, digest, interrupted, null, use));
            ContentCachingResponseWrapper caching = new ContentCachingResponseWrapper(response);
            chain.doFilter(request, caching);
            return caching::copyBodyToResponse;
        }
    }
}

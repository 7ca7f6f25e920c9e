package dev.microgpt.web;

import dev.microgpt.checkpoint.Sha256;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Idempotency;
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
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.ContentCachingResponseWrapper;

import java.io.IOException;
import java.security.MessageDigest;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A POST with an `Idempotency-Key` is made once: whoever repeats it gets the first answer again.
///
/// Answers of success are kept, with what they tell of, for a day: see [IdempotentReplies]. A call that was
/// refused may be repeated; one that was cut off in the middle continues where it was. The body is read to
/// its end before anything is done, so that a slow one holds up nobody else.
@Component
@Order(FilterOrder.IDEMPOTENCY)
final class IdempotencyFilter extends OncePerRequestFilter {

    static final String HEADER = "Idempotency-Key";

    private static final int LONGEST_KEY = 255;

    private final IdempotencyStore answers;
    private final SessionService sessions;
    private final ProblemWriter problems;
    private final Set<String> running = ConcurrentHashMap.newKeySet();

    IdempotencyFilter(IdempotencyStore answers, SessionService sessions, ProblemWriter problems) {
        this.answers = answers;
        this.sessions = sessions;
        this.problems = problems;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return request.getHeader(HEADER) == null
                || !HttpMethod.POST.matches(request.getMethod())
                || !RequestPath.of(request).startsWith("/api/");
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String given = request.getHeader(HEADER);
        // no two callers share one
        String key = Caller.of(request.getUserPrincipal()).owner() + " " + given;
        Answer answer;
        try {
            requireUsable(given, request);
            byte[] body = request.getInputStream().readAllBytes();
            if (!running.add(key)) {
                throw new SessionException(
                        ErrorCode.BUSY,
                        "the call with this Idempotency-Key is still going on",
                        HEADER,
                        given);
            }
            try {
                answer = new Call(key, request, response, body).make(chain);
            } finally {
                running.remove(key); // before the answer: with it, the call may be repeated
            }
        } catch (SessionException e) {
            answer = () -> problems.write(response, Problem.of(e));
        }
        answer.send();
    }

    /// An answer that is ready.
    private interface Answer {
        void send() throws IOException;
    }

    private static void requireUsable(String key, HttpServletRequest request) {
        if (key.isEmpty()
                || key.length() > LONGEST_KEY
                || !key.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw new SessionException(
                    ErrorCode.OUT_OF_RANGE,
                    "an Idempotency-Key has 1 to " + LONGEST_KEY + " visible ASCII characters",
                    HEADER,
                    null);
        }
        String accept = request.getHeader("Accept");
        if (accept != null && accept.contains(MediaType.TEXT_EVENT_STREAM_VALUE)) {
            throw new SessionException(
                    ErrorCode.OUT_OF_RANGE,
                    "a stream cannot be given again: ask for JSON, or leave the Idempotency-Key out",
                    HEADER,
                    key);
        }
    }

    /// One call with a key.
    private final class Call {

        private final String key;
        private final String call;
        private final String digest;
        private final HttpServletRequest request;
        private final HttpServletResponse response;

        Call(String key, HttpServletRequest request, HttpServletResponse response, byte[] body) {
            this.key = key;
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

        Answer make(FilterChain chain) throws ServletException, IOException {
            IdempotencyStore.Entry known = answers.find(key);
            if (known == null) {
                return make(chain, null);
            }
            if (!known.call().equals(call)) {
                throw conflict("the key was used for " + known.call());
            }
            Idempotency.Response answer = known.response();
            return answer == null ? make(chain, known.start()) : repeat(known, answer);
        }

        private Answer repeat(IdempotencyStore.Entry known, Idempotency.Response answer) {
            if (!digest.equals(known.request())) {
                throw conflict("the key was used with another body");
            }
            Long epoch = known.epoch();
            if (epoch != null && !sessions.isCurrentEpoch(epoch)) {
                throw conflict(
                        "the call was made on a session that has been started again or deleted since:"
                                + " to make it on the present one, use another key");
            }
            byte[] body = answer.body();
            if (body == null) {
                throw conflict("the call has been made, but its answer was too large to be kept");
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

        private Answer make(FilterChain chain, Idempotency.@Nullable Start interrupted)
                throws ServletException, IOException {
            request.setAttribute(
                    CallContextResolver.IDEMPOTENCY,
                    new Idempotency(key, call, digest, interrupted, null));
            ContentCachingResponseWrapper caching = new ContentCachingResponseWrapper(response);
            chain.doFilter(request, caching);
            return caching::copyBodyToResponse;
        }
    }
}

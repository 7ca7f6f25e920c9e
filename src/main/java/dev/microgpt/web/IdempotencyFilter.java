package dev.microgpt.web;

import dev.microgpt.checkpoint.Sha256;
import dev.microgpt.session.AnswerStore;
import dev.microgpt.session.CallTerms;
import dev.microgpt.session.Caller;
import dev.microgpt.session.ErrorCode;
import dev.microgpt.session.Limits;
import dev.microgpt.session.Once;
import dev.microgpt.session.SessionException;
import dev.microgpt.wire.Problem;
import dev.microgpt.wire.ProblemWriter;
import dev.microgpt.wire.RequestPath;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.ContentCachingResponseWrapper;

import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A POST with an `Idempotency-Key` is made once: whoever repeats it gets the first answer again.
///
/// Answers of success are kept, with what they tell of, for a day. A call that was refused may be
/// repeated; one that was cut off in the middle goes on where it was.
@Component
@Order(FilterOrder.IDEMPOTENCY)
final class IdempotencyFilter extends OncePerRequestFilter {

    static final String HEADER = "Idempotency-Key";

    private static final int LONGEST_KEY = 255;

    /// A larger answer is given, but not kept.
    private static final int LARGEST_ANSWER = 1 << 20;

    /// What an answer is to have again; the container sets the others.
    private static final Set<String> KEPT_HEADERS =
            Set.of("Content-Type", "Location", "ETag", AsOfReply.STEP_HEADER);

    private final AnswerStore answers;
    private final Limits limits;
    private final ProblemWriter problems;
    private final Set<String> running = ConcurrentHashMap.newKeySet();

    IdempotencyFilter(ObjectProvider<AnswerStore> answers, Limits limits, ProblemWriter problems) {
        this.answers = answers.getIfAvailable(RecentAnswers::new);
        this.limits = limits;
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
        String key = Caller.current().owner() + " " + given; // no two callers share one
        try {
            requireUsable(given, request);
            if (!running.add(key)) {
                throw new SessionException(
                        ErrorCode.BUSY,
                        "the call with this Idempotency-Key is still going on",
                        HEADER,
                        given);
            }
        } catch (SessionException e) {
            problems.write(response, Problem.of(e));
            return;
        }
        Answer answer;
        try {
            answer = new Call(key, request, response).make(chain);
        } catch (SessionException e) {
            answer = () -> problems.write(response, Problem.of(e));
        } finally {
            running.remove(key); // before the answer: with it, the call may be repeated
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
                    "an Idempotency-Key has 1 to %d visible ASCII characters"
                            .formatted(LONGEST_KEY),
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
        private final ObservedRequest request;
        private final HttpServletResponse response;
        private final MessageDigest body = Sha256.create();

        Call(String key, HttpServletRequest request, HttpServletResponse response) {
            this.key = key;
            String query = request.getQueryString();
            call =
                    request.getMethod()
                            + " "
                            + RequestPath.of(request)
                            + (query == null ? "" : "?" + query);
            this.request = new ObservedRequest(request, body::update);
            this.response = response;
        }

        Answer make(FilterChain chain) throws ServletException, IOException {
            AnswerStore.Entry known = answers.find(key);
            if (known == null) {
                return make(chain, null);
            }
            if (!known.call().equals(call)) {
                throw conflict("the key was used for %s".formatted(known.call()));
            }
            return known.status() == 0 ? make(chain, known.start()) : repeat(known);
        }

        private Answer repeat(AnswerStore.Entry known) throws IOException {
            if (!digest().equals(known.request())) {
                throw conflict("the key was used with another body");
            }
            byte[] answer = known.body();
            if (answer == null) {
                throw conflict("the call has been made, but its answer was too large to be kept");
            }
            return () -> {
                response.setStatus(known.status());
                known.headers().forEach(response::setHeader);
                response.setHeader("Idempotency-Replayed", "true");
                response.setContentLength(answer.length);
                response.getOutputStream().write(answer);
            };
        }

        private SessionException conflict(String message) {
            return new SessionException(
                    ErrorCode.IDEMPOTENCY_CONFLICT, message, HEADER, request.getHeader(HEADER));
        }

        private Answer make(FilterChain chain, Once.@Nullable Start interrupted)
                throws ServletException, IOException {
            Once once = new Once(answers, key, call, interrupted);
            ContentCachingResponseWrapper caching = new ContentCachingResponseWrapper(response);
            CallTerms terms =
                    CallTerms.CURRENT.isBound()
                            ? new CallTerms(CallTerms.CURRENT.get().versions(), once)
                            : new CallTerms(null, once);
            try {
                Scope.run(CallTerms.CURRENT, terms, () -> chain.doFilter(request, caching));
                if (HttpStatus.valueOf(caching.getStatus()).is2xxSuccessful()) {
                    keep(once, caching);
                }
            } finally {
                once.unanswered(); // unless it was
            }
            return caching::copyBodyToResponse;
        }

        private void keep(Once once, ContentCachingResponseWrapper answer) throws IOException {
            AnswerStore.Entry entry = entry(answer);
            once.answered(() -> answers.keep(entry));
            CompletableFuture<Void> kept = once.kept();
            await(kept == null ? answers.keepAlone(entry) : kept);
        }

        private AnswerStore.Entry entry(ContentCachingResponseWrapper answer) throws IOException {
            Map<String, String> headers = new LinkedHashMap<>();
            for (String name : KEPT_HEADERS) {
                String value =
                        name.equals("Content-Type")
                                ? answer.getContentType()
                                : answer.getHeader(name);
                if (value != null) {
                    headers.put(name, value);
                }
            }
            boolean fits = answer.getContentSize() <= LARGEST_ANSWER;
            return new AnswerStore.Entry(
                    key,
                    call,
                    digest(),
                    null,
                    answer.getStatus(),
                    headers,
                    fits ? answer.getContentAsByteArray() : null);
        }

        /// Of the whole body, also what nobody has read.
        private String digest() throws IOException {
            request.getInputStream().transferTo(OutputStream.nullOutputStream());
            return Sha256.digits(body);
        }

        private void await(CompletableFuture<Void> kept) {
            try {
                kept.get(limits.callTime().toNanos(), TimeUnit.NANOSECONDS);
            } catch (ExecutionException e) {
                response.reset();
                if (e.getCause() instanceof SessionException cause) {
                    throw cause;
                }
                throw new IllegalStateException(e.getCause());
            } catch (TimeoutException _) {
                response.reset();
                throw new SessionException(ErrorCode.BUSY, "the call could not be kept in time");
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                throw new SessionException(ErrorCode.BUSY, "the service is shutting down");
            }
        }
    }
}

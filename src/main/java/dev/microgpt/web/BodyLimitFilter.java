package dev.microgpt.web;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.session.admission.Memory;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.wire.Problem;
import dev.microgpt.wire.ProblemWriter;
import dev.microgpt.wire.Problems;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

import java.io.IOException;

/// Refuses bodies that are larger than any call may need, by their declared length or while they come;
/// and those that are compressed.
@Component
@Order(FilterOrder.BODY)
final class BodyLimitFilter extends OncePerRequestFilter {

    /// As JSON, a line end takes two bytes, and there is something around the text.
    private static final int FACTOR = 2;

    private static final long ALLOWANCE = 1 << 16;

    /// A checkpoint has a parameter three times, as numbers of eight bytes at most.
    private static final int BYTES_PER_PARAMETER = 24;

    private static final String IDENTITY = "identity";

    private static final String CHECKPOINT = "/checkpoint";

    /// How many bytes of memory a byte of a body takes until it is what it stands for: buffers that grow
    /// are there twice, and JSON is a text of its own before.
    private static final int OF_CHECKPOINT = 3;

    private static final int OF_JSON = 10;
    private static final int OF_TEXT = 6;

    private final long textLimit;
    private final long checkpointLimit;
    private final Memory memory;
    private final ProblemWriter problems;

    BodyLimitFilter(Limits limits, Memory memory, ProblemWriter problems) {
        this.memory = memory;
        textLimit = FACTOR * limits.textBytes() + ALLOWANCE;
        checkpointLimit = textLimit + BYTES_PER_PARAMETER * limits.parameters();
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String encoding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
        if (encoding != null && !encoding.strip().equalsIgnoreCase(IDENTITY)) {
            response.setHeader(HttpHeaders.ACCEPT_ENCODING, IDENTITY); // as RFC 9110 advises
            problems.write(response, Problem.of(encoded(encoding)));
            return;
        }
        boolean isCheckpoint = request.getRequestURI().endsWith(CHECKPOINT);
        long limit = isCheckpoint ? checkpointLimit : textLimit;
        if (request.getContentLengthLong() > limit) {
            problems.write(response, Problem.of(tooLarge(limit)));
        } else {
            try (Memory.Share share = memory.share()) {
                int factor = isCheckpoint ? OF_CHECKPOINT : isJson(request) ? OF_JSON : OF_TEXT;
                Body body = new Body(limit, factor, share);
                body.expect(request.getContentLengthLong());
                request.setAttribute(CallContextResolver.MEMORY, share);
                chain.doFilter(new ObservedRequest(request, body), response);
            } catch (SessionException | InvalidInputException e) {
                problems.write(response, Problems.of(e));
            }
        }
    }

    /// What is compressed may be larger than it looks.
    private static SessionException encoded(String encoding) {
        return new SessionException(
                ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                "bodies are taken as they are: send it without Content-Encoding, not with '%s'"
                        .formatted(encoding),
                HttpHeaders.CONTENT_ENCODING,
                encoding);
    }

    private static SessionException tooLarge(long limit) {
        return new SessionException(
                ErrorCode.TOO_LARGE, "the body is larger than %d bytes".formatted(limit));
    }

    private static boolean isJson(HttpServletRequest request) {
        String type = request.getContentType();
        return type != null && type.contains("json");
    }

    /// Counts what is read, until it is too much.
    private static final class Body implements ObservedRequest.Observer {

        private final long limit;
        private final int factor;
        private final Memory.Share memory;
        private long count;
        private long taken;

        /// @param factor bytes of memory for each byte
        Body(long limit, int factor, Memory.Share memory) {
            this.limit = limit;
            this.factor = factor;
            this.memory = memory;
        }

        /// Takes the memory for so many bytes.
        void expect(long bytes) {
            if (bytes > Math.max(taken, Memory.SMALL)) {
                memory.require((bytes - taken) * factor, "the body");
                taken = bytes;
            }
        }

        @Override
        public void read(byte[] bytes, int offset, int length) {
            count += length;
            if (count > limit) {
                throw tooLarge(limit);
            }
            if (count > taken) {
                expect(count + Memory.SMALL); // a body of unknown length
            }
        }
    }
}

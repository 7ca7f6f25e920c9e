package dev.microgpt.web;

import dev.microgpt.bundle.Bundles;
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

/// Rejects bodies that are compressed, and bodies that are larger than any call may need: by their declared
/// length, or while they are read.
@Component
@Order(FilterOrder.BODY)
final class BodyLimitFilter extends OncePerRequestFilter {

    /// A line break takes two bytes in JSON.
    private static final int MAX_BYTES_PER_TEXT_BYTE = 2;

    /// Room for the other fields of a JSON body.
    private static final long ALLOWANCE = 1 << 16;

    /// A checkpoint contains each parameter three times, as a number of at most eight bytes.
    private static final int BYTES_PER_PARAMETER = 24;

    private static final String IDENTITY = "identity";

    private static final String CHECKPOINT = "/checkpoint";
    private static final String BUNDLE = "/bundle";

    /// Bytes of memory that a byte of a body takes while it is parsed: growing buffers exist twice for a
    /// moment, and JSON is also held as text.
    private static final int MEMORY_PER_CHECKPOINT_BYTE = 3;

    /// The files of a bundle reserve the memory that they take.
    private static final int MEMORY_PER_BUNDLE_BYTE = 0;

    private static final int MEMORY_PER_JSON_BYTE = 10;
    private static final int MEMORY_PER_TEXT_BYTE = 6;

    private final long textLimit;
    private final long checkpointLimit;
    private final long bundleLimit;
    private final Memory memory;
    private final ProblemWriter problems;

    BodyLimitFilter(Limits limits, Memory memory, ProblemWriter problems) {
        this.memory = memory;
        textLimit = MAX_BYTES_PER_TEXT_BYTE * limits.textBytes() + ALLOWANCE;
        checkpointLimit = textLimit + BYTES_PER_PARAMETER * limits.parameters();
        bundleLimit = Bundles.maxBytes(limits);
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String encoding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
        if (encoding != null && !encoding.strip().equalsIgnoreCase(IDENTITY)) {
            response.setHeader(HttpHeaders.ACCEPT_ENCODING, IDENTITY); // as RFC 9110 advises
            problems.write(response, Problem.of(unsupportedEncoding(encoding)));
            return;
        }
        long limit = limit(request);
        if (request.getContentLengthLong() > limit) {
            problems.write(response, Problem.of(tooLarge(limit)));
        } else {
            try (Memory.Share share = memory.share()) {
                Body body = new Body(limit, memoryPerByte(request), share);
                body.expect(request.getContentLengthLong());
                request.setAttribute(CallContextResolver.MEMORY, share);
                chain.doFilter(new ObservedRequest(request, body), response);
            } catch (SessionException | InvalidInputException e) {
                problems.write(response, Problems.of(e));
            }
        }
    }

    private long limit(HttpServletRequest request) {
        String path = request.getRequestURI();
        return path.endsWith(CHECKPOINT)
                ? checkpointLimit
                : path.endsWith(BUNDLE) ? bundleLimit : textLimit;
    }

    private static int memoryPerByte(HttpServletRequest request) {
        String path = request.getRequestURI();
        if (path.endsWith(CHECKPOINT)) {
            return MEMORY_PER_CHECKPOINT_BYTE;
        }
        if (path.endsWith(BUNDLE)) {
            return MEMORY_PER_BUNDLE_BYTE;
        }
        return isJson(request) ? MEMORY_PER_JSON_BYTE : MEMORY_PER_TEXT_BYTE;
    }

    /// Compressed bodies are rejected, as they may be much larger than their length.
    private static SessionException unsupportedEncoding(String encoding) {
        return new SessionException(
                ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                "the body must be sent without Content-Encoding, but it has '%s'"
                        .formatted(encoding),
                HttpHeaders.CONTENT_ENCODING,
                encoding);
    }

    private static SessionException tooLarge(long limit) {
        return new SessionException(
                ErrorCode.TOO_LARGE, "the body must not be larger than %d bytes".formatted(limit));
    }

    private static boolean isJson(HttpServletRequest request) {
        String type = request.getContentType();
        return type != null && type.contains("json");
    }

    /// Counts the bytes read so far, reserves memory for them, and fails beyond the limit.
    private static final class Body implements ObservedRequest.Observer {

        private final long limit;
        private final int factor;
        private final Memory.Share memory;
        private long count;
        private long reserved;

        /// @param factor bytes of memory to reserve for each byte of the body
        Body(long limit, int factor, Memory.Share memory) {
            this.limit = limit;
            this.factor = factor;
            this.memory = memory;
        }

        /// Reserves the memory for a body of this length.
        void expect(long bytes) {
            if (bytes > Math.max(reserved, Memory.SMALL)) {
                memory.require((bytes - reserved) * factor, "the body");
                reserved = bytes;
            }
        }

        @Override
        public void read(byte[] bytes, int offset, int length) {
            count += length;
            if (count > limit) {
                throw tooLarge(limit);
            }
            if (count > Math.max(reserved, Memory.SMALL)) {
                expect(count + Memory.SMALL); // the length was not declared
            }
        }
    }
}

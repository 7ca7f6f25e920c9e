package dev.microgpt.web;

import dev.microgpt.session.ErrorCode;
import dev.microgpt.session.Limits;
import dev.microgpt.session.SessionException;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

import java.io.IOException;

/// Refuses bodies that are larger than any call may need, by their declared length or while they come.
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 101)
final class BodyLimitFilter extends OncePerRequestFilter {

    /// As JSON, a line end takes two bytes, and there is something around the text.
    private static final int FACTOR = 2;

    private static final long ALLOWANCE = 1 << 16;

    /// A checkpoint has a parameter three times, as numbers of eight bytes at most.
    private static final int BYTES_PER_PARAMETER = 24;

    private static final String CHECKPOINT = "/checkpoint";

    private final long textLimit;
    private final long checkpointLimit;
    private final ProblemWriter problems;

    BodyLimitFilter(Limits limits, ProblemWriter problems) {
        textLimit = FACTOR * limits.textBytes() + ALLOWANCE;
        checkpointLimit = textLimit + BYTES_PER_PARAMETER * limits.parameters();
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        boolean isCheckpoint = request.getRequestURI().endsWith(CHECKPOINT);
        long limit = isCheckpoint ? checkpointLimit : textLimit;
        if (request.getContentLengthLong() > limit) {
            problems.write(response, Problem.of(tooLarge(limit)));
        } else {
            chain.doFilter(new ObservedRequest(request, counter(limit)), response);
        }
    }

    private static SessionException tooLarge(long limit) {
        return new SessionException(
                ErrorCode.TOO_LARGE, "the body is larger than %d bytes".formatted(limit));
    }

    /// Counts what is read, until it is too much.
    private static ObservedRequest.Observer counter(long limit) {
        return new ObservedRequest.Observer() {
            private long count;

            @Override
            public void read(byte[] bytes, int offset, int length) {
                count += length;
                if (count > limit) {
                    throw tooLarge(limit);
                }
            }
        };
    }
}

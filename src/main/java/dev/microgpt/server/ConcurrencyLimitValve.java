package dev.microgpt.server;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.wire.Problem;
import dev.microgpt.wire.ProblemWriter;

import jakarta.servlet.ServletException;

import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;

import java.io.IOException;
import java.util.concurrent.Semaphore;

/// Limits the number of concurrent API calls so that threads are left for health, metrics and pages. Any
/// request with a body that is not read yet counts as a call, because a slow body also occupies a thread for
/// long.
///
/// Tomcat's `SemaphoreValve` counts all requests alike, and its rejections neither contain a problem document
/// nor keep Tomcat from reading the rest of the body.
final class ConcurrencyLimitValve extends ValveBase {

    private static final String API = "/api/";

    /// Threads that calls may not use, unless that is more than half of all.
    private static final int RESERVED_THREADS = 32;

    private final int maxCalls;
    private final Semaphore permits;
    private final ProblemWriter problems;

    /// @param threads the number of threads that handle requests
    ConcurrencyLimitValve(int threads, ProblemWriter problems) {
        super(true);
        this.problems = problems;
        maxCalls = Math.max(1, threads - Math.min(RESERVED_THREADS, threads / 2));
        permits = new Semaphore(maxCalls);
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        if (!mayTakeLong(request)) {
            getNext().invoke(request, response);
        } else if (permits.tryAcquire()) {
            try {
                getNext().invoke(request, response);
            } finally {
                permits.release();
            }
        } else {
            reject(request, response);
        }
    }

    /// Returns true for API calls and for requests whose body has not been read completely.
    private static boolean mayTakeLong(Request request) {
        String path = request.getDecodedRequestURI();
        return path == null
                || path.startsWith(request.getContextPath() + API)
                || !UnreadBodyValve.isFullyRead(request.getCoyoteRequest());
    }

    /// Responds with 503 and closes the connection, without reading the body.
    private void reject(Request request, Response response) throws IOException {
        response.setHeader(HttpHeaders.CONNECTION, "close");
        problems.write(
                response,
                Problem.of(
                        ErrorCode.BUSY,
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "%d calls are in progress, which is the maximum; try again later"
                                .formatted(maxCalls)));
        response.finishResponse();
        request.getCoyoteRequest().action(ActionCode.DISABLE_SWALLOW_INPUT, null);
    }
}

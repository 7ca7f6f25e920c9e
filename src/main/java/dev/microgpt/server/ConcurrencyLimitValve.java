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

/// Lets in only so many calls at a time that threads are left for health, metrics and pages. Whoever
/// takes a thread for long, by a long call or by a body that comes slowly, takes one of the calls'.
final class ConcurrencyLimitValve extends ValveBase {

    private static final String API = "/api/";

    /// Threads that are not for calls, where there are enough.
    private static final int RESERVE = 32;

    private final int calls;
    private final Semaphore room;
    private final ProblemWriter problems;

    /// @param threads how many threads handle requests
    ConcurrencyLimitValve(int threads, ProblemWriter problems) {
        super(true);
        this.problems = problems;
        calls = Math.max(1, threads - Math.min(RESERVE, threads / 2));
        room = new Semaphore(calls);
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        if (!mayTakeLong(request)) {
            getNext().invoke(request, response);
        } else if (room.tryAcquire()) {
            try {
                getNext().invoke(request, response);
            } finally {
                room.release();
            }
        } else {
            refuse(request, response);
        }
    }

    /// Calls, and whatever has a body that has to be read.
    private static boolean mayTakeLong(Request request) {
        String path = request.getDecodedRequestURI();
        return path == null
                || path.startsWith(request.getContextPath() + API)
                || !UnreadBodyValve.isFullyRead(request.getCoyoteRequest());
    }

    /// At once: a body is not even read to be thrown away.
    private void refuse(Request request, Response response) throws IOException {
        response.setHeader(HttpHeaders.CONNECTION, "close");
        problems.write(
                response,
                Problem.of(
                                ErrorCode.BUSY,
                                "%d calls are in progress, as many as may be; try again"
                                        .formatted(calls))
                        .withStatus(HttpStatus.SERVICE_UNAVAILABLE));
        response.finishResponse();
        request.getCoyoteRequest().action(ActionCode.DISABLE_SWALLOW_INPUT, null);
    }
}

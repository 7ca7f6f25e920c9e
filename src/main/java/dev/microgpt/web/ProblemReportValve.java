package dev.microgpt.web;

import dev.microgpt.wire.Problem;
import dev.microgpt.wire.Problems;

import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.coyote.http11.Http11InputBuffer;
import org.apache.tomcat.util.http.MimeHeaders;
import org.apache.tomcat.util.res.StringManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// Responds with a [Problem] to requests that the servlet container itself rejects, before any filter or
/// controller.
public final class ProblemReportValve extends ErrorReportValve {

    private static final Logger log = LoggerFactory.getLogger(ProblemReportValve.class);

    private static final StringManager PARSER_MESSAGES =
            StringManager.getManager(Http11InputBuffer.class);
    private static final StringManager HEADER_MESSAGES =
            StringManager.getManager(MimeHeaders.class);

    private final JsonMapper json;

    ProblemReportValve(JsonMapper json) {
        this.json = json;
    }

    @Override
    protected void report(Request request, Response response, @Nullable Throwable throwable) {
        if (response.getStatus() < 400 || !response.setErrorReported()) {
            return;
        }
        String tooLarge = tooLarge(request, throwable);
        if (tooLarge != null) {
            response.setStatus(HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE.value());
        }
        Problem problem = Problems.ofStatus(HttpStatusCode.valueOf(response.getStatus()), tooLarge);
        try {
            response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
            response.getReporter(); // marks the body as written by an error report
            byte[] body = json.writeValueAsString(problem).getBytes(StandardCharsets.UTF_8);
            response.getOutputStream().write(body);
            response.finishResponse();
        } catch (IOException | IllegalStateException e) {
            log.debug("The error report could not be sent to the client", e);
        }
    }

    /// Returns the limit that the headers of a request exceed; null if they are malformed. Tomcat reports both
    /// in the same way, as 400, and only its messages tell them apart.
    private static @Nullable String tooLarge(Request request, @Nullable Throwable failure) {
        if (failure == null
                || !(request.getConnector().getProtocolHandler()
                        instanceof AbstractHttp11Protocol<?> http)) {
            return null;
        }
        int bytes = http.getMaxHttpRequestHeaderSize();
        int count = http.getMaxHeaderCount();
        String message = failure.getMessage();
        if (PARSER_MESSAGES.getString("iib.requestheadertoolarge.error").equals(message)) {
            return "the request line and the headers must not be larger than %d bytes together"
                    .formatted(bytes);
        }
        return HEADER_MESSAGES.getString("headers.maxCountFail", count).equals(message)
                ? "a request must not have more than %d headers".formatted(count)
                : null;
    }
}

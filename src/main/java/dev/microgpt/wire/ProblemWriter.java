package dev.microgpt.wire;

import jakarta.servlet.http.HttpServletResponse;

import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.http.server.ServletServerHttpResponse;
import org.springframework.stereotype.Component;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;

/// Writes a [Problem] as the response, outside of controllers.
@Component
public final class ProblemWriter {

    private final JsonMapper json;

    public ProblemWriter(JsonMapper json) {
        this.json = json;
    }

    public void write(ServerHttpResponse response, Problem problem) throws IOException {
        response.setStatusCode(HttpStatusCode.valueOf(problem.getStatus()));
        problem.addTo(response.getHeaders());
        response.getBody().write(json.writeValueAsBytes(problem));
        response.flush();
    }

    public void write(HttpServletResponse response, Problem problem) throws IOException {
        write(new ServletServerHttpResponse(response), problem);
    }
}

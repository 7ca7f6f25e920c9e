package dev.microgpt.support;

import static org.assertj.core.api.Assertions.assertThat;

import tools.jackson.databind.JsonNode;

import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;

/// A response of the service.
public record Reply(int status, HttpHeaders headers, String body) {

    /// Copies the response that an HTTP client has received.
    public static Reply of(HttpResponse<String> response) {
        return new Reply(response.statusCode(), response.headers(), response.body());
    }

    public JsonNode json() {
        return Json.parse(body);
    }

    /// Returns the body of a response that must be successful.
    public JsonNode ok() {
        assertThat(status).as(body).isBetween(200, 299);
        return json();
    }

    public String header(String name) {
        return headers.firstValue(name).orElse("");
    }

    @Override
    public String toString() {
        return status + " " + body;
    }
}

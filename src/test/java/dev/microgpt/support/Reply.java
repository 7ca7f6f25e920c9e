package dev.microgpt.support;

import static org.assertj.core.api.Assertions.assertThat;

import tools.jackson.databind.JsonNode;

import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;

/// What the service answered.
public record Reply(int status, HttpHeaders headers, String body) {

    /// What a client got.
    public static Reply of(HttpResponse<String> response) {
        return new Reply(response.statusCode(), response.headers(), response.body());
    }

    public JsonNode json() {
        return Json.parse(body);
    }

    /// The body of a call that must have succeeded.
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

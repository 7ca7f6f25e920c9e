package dev.microgpt.web;

import static dev.microgpt.support.ProblemAssert.assertProblem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.OwnNode;
import dev.microgpt.support.RawHttp;
import dev.microgpt.support.Reply;
import dev.microgpt.support.ServiceTest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

import java.net.http.HttpRequest.BodyPublishers;

/// Tests that malformed HTTP requests are reported as client errors and change nothing.
@ServiceTest
final class MalformedRequestTest extends UnchangedSession {

    private static final String NAME = "malformed-request";
    private static final String PATH = "/sessions/malformed-request/";

    MalformedRequestTest(@LocalServerPort int port) {
        super(port, NAME);
    }

    private static void assertClientError(Reply reply) {
        assertThat(reply.status()).as(reply.body()).isBetween(400, 499);
        assertProblem(reply, reply.status(), reply.json().path("code").stringValue());
    }

    @ParameterizedTest
    @CsvSource({
        "init?overwrite=true, application/json, {}",
        "load, text/plain, bob",
        "step, application/json, {}",
        "generate, application/json, {}"
    })
    void executesNothingIfTheResponseIsNotAcceptable(String call, String type, String body) {
        Reply reply =
                api.send(
                        api.body(PATH + call, type, BodyPublishers.ofString(body))
                                .header("Accept", "text/html"));

        assertProblem(reply, 406, "not_acceptable");
    }

    @Test
    void drawsNothingIfTheResponseIsNotAcceptable() {
        String generate = PATH + "generate";
        String request = "{\"temperature\": 1, \"count\": 3}";
        String next = api.postJson(generate, request).ok().toString();
        api.initSixNames(NAME);
        before = api.view(NAME);
        Reply refused =
                api.send(
                        api.body(generate, "application/json", BodyPublishers.ofString(request))
                                .header("Accept", "image/png"));

        assertProblem(refused, 406, "not_acceptable");
        assertThat(api.postJson(generate, request).ok().toString()).isEqualTo(next);
    }

    @ParameterizedTest
    @ValueSource(strings = {"from=%zz", "maxPoints=%", "to=%C3"})
    void rejectsMalformedQuery(String query) {
        String request = "GET /api/v1/sessions/%s/losses?%s HTTP/1.1".formatted(NAME, query);

        assertClientError(RawHttp.send(api.port(), request, "Host: localhost"));
    }

    /// The servlet container itself rejects these.
    @ParameterizedTest
    @CsvSource({
        "CONNECT localhost:80 HTTP/1.1, X-A: b, 501, not_implemented",
        "POST /api/v1/sessions/x/step HTTP/1.1, Transfer-Encoding: foo, 501, not_implemented",
        "GET /api/v1/limits HTTP/2.0, X-A: b, 505, not_implemented",
        "GET /api/v1/limits HTTP/1.1, Expect: foo, 417, expectation_failed",
        "GET /api/v1/limits HTTP/1.1, Content-Length: -1, 400, invalid_name"
    })
    void explainsWhatTheContainerRejects(
            String requestLine, String header, int status, String code) {
        assertProblem(
                RawHttp.send(api.port(), requestLine, "Host: localhost", header), status, code);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json;charset=foo",
                "application/json;charset=",
                "json",
                "text/plain;charset=foo"
            })
    void showsContentTypesThatAreNotKnown(String type) {
        Reply reply = api.send(api.body(PATH + "step", type, BodyPublishers.ofString("{}")));

        assertProblem(reply, 415, "unsupported_media_type")
                .hasField("Content-Type")
                .hasValue(type)
                .hasDetail("'" + type + "'");
        if (type.endsWith("foo")) {
            assertProblem(reply, 415, "unsupported_media_type")
                    .hasDetail("unsupported charset 'foo'");
        }
    }

    /// As `curl -d` and `curl --data-binary` send them to calls that take JSON.
    @ParameterizedTest
    @ValueSource(strings = {"overwrite=%zz", "overwrite=true", "a=b&a=%C3"})
    void rejectsForms(String form) {
        for (String call : new String[] {"init", "step", "generate"}) {
            var body = BodyPublishers.ofString(form);
            Reply reply =
                    api.send(api.body(PATH + call, "application/x-www-form-urlencoded", body));
            assertThat(reply.status()).as(call + " " + reply).isIn(400, 409, 415);
            assertClientError(reply);
        }
    }

    @Test
    void rejectsLargeForms() {
        var body = BodyPublishers.ofString("a=b&".repeat(1_000_000));
        for (String call : new String[] {"init?overwrite=true", "step", "generate"}) {
            Reply reply =
                    api.send(api.body(PATH + call, "application/x-www-form-urlencoded", body));
            assertClientError(reply);
        }
    }

    /// As `curl -F` sends it.
    @ParameterizedTest
    @ValueSource(strings = {"multipart/form-data", "multipart/form-data; boundary=x"})
    void rejectsMultipart(String type) {
        String part =
                """
                --x
                Content-Disposition: form-data; name="file"; filename="names.txt"

                %s
                --x--
                """
                        .replace("\n", "\r\n")
                        .formatted("alice\n".repeat(500_000));
        for (String body : new String[] {part, "--x", ""}) {
            for (String call : new String[] {"init?overwrite=true", "load", "step", "generate"}) {
                Reply reply = api.send(api.body(PATH + call, type, BodyPublishers.ofString(body)));
                assertThat(reply.status()).as(call + " " + reply).isIn(413, 415);
                assertClientError(reply);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Transfer-Encoding: chunked\r\n\r\n3\r\nbob\r\n",
                "Transfer-Encoding: chunked\r\n\r\nzz\r\nbob\r\n0\r\n\r\n"
            })
    void anInterruptedUploadIsNotLoaded(String lengthAndBody) {
        assertNotLoaded(lengthAndBody);
    }

    @Test
    @OwnNode(
            "Tomcat closes the connection without a response if a body that is read asynchronously breaks off")
    void anInterruptedUploadOfKnownLengthIsNotLoaded() {
        assertNotLoaded("Content-Length: 100\r\n\r\nbob");
    }

    private void assertNotLoaded(String lengthAndBody) {
        for (String type : new String[] {"text/plain", "application/json"}) {
            Reply reply =
                    RawHttp.sendText(
                            api.port(),
                            "POST /api/v1/sessions/malformed-request/load HTTP/1.1\r\n"
                                    + "Host: localhost\r\nContent-Type: "
                                    + type
                                    + "\r\n"
                                    + lengthAndBody);
            assertClientError(reply);
        }
    }

    /// Ignoring it could do harm: with a misspelt `overwrite`, the caller would not get what it asked for.
    @ParameterizedTest
    @CsvSource({
        "POST, /sessions/malformed-request/step?count=2, count",
        "POST, /sessions/malformed-request/init?overwritee=true, overwritee",
        "GET, /sessions/malformed-request/losses?form=1, form",
        "GET, /sessions?Limit=1, Limit",
        "DELETE, /sessions/malformed-request?force=true, force"
    })
    void rejectsUnknownQueryParameters(String method, String path, String name) {
        Reply reply = api.send(api.request(path).method(method, BodyPublishers.noBody()));

        assertProblem(reply, 400, "unknown_field").hasField(name).hasDetail("'" + name + "'");
    }

    @Test
    void rejectsAQueryParameterThatIsGivenTwice() {
        assertProblem(
                        api.get("/sessions/malformed-request/losses?from=1&from=2"),
                        400,
                        "invalid_name")
                .hasField("from")
                .hasValue("1, 2");
    }
}

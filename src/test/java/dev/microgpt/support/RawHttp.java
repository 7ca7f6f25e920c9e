package dev.microgpt.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Sends requests that a well-behaved client would not send.
public final class RawHttp {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private RawHttp() {}

    /// Sends a request without a body, and reads the whole response.
    public static Reply send(int port, String requestLine, String... headers) {
        String request =
                requestLine
                        + "\r\n"
                        + String.join("\r\n", headers)
                        + "\r\nConnection: close\r\n\r\n";
        return sendText(port, request);
    }

    /// Sends exactly the given text, and reads the whole response.
    public static Reply sendText(int port, String request) {
        try (RawClient client = RawClient.connect(port)) {
            client.send(request);
            client.endSending();
            if (!client.endsWithin(TIMEOUT)) {
                throw new IllegalStateException("the response did not end within " + TIMEOUT);
            }
            return client.answer();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Parses everything that was received until the end of the connection.
    public static Reply parse(String response) {
        String[] parts = response.split("\r\n\r\n", 2);
        String[] lines = parts[0].split("\r\n", -1);
        Map<String, List<String>> headers = new HashMap<>();
        for (int i = 1; i < lines.length; i++) {
            String[] header = lines[i].split(": *", 2);
            headers.computeIfAbsent(header[0], _ -> new ArrayList<>()).add(header[1]);
        }
        int status = Integer.parseInt(lines[0].split(" ", -1)[1]);
        HttpHeaders allHeaders = HttpHeaders.of(headers, (_, _) -> true);
        return new Reply(status, allHeaders, withoutChunks(allHeaders, parts[1]));
    }

    private static String withoutChunks(HttpHeaders headers, String body) {
        if (headers.firstValue("Transfer-Encoding").isEmpty()) {
            return body;
        }
        StringBuilder result = new StringBuilder();
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        int position = 0;
        while (position < bytes.length) {
            int lineEnd = position;
            while (bytes[lineEnd] != '\r') {
                lineEnd++;
            }
            String length =
                    new String(bytes, position, lineEnd - position, StandardCharsets.US_ASCII);
            int size = Integer.parseInt(length, 16);
            result.append(new String(bytes, lineEnd + 2, size, StandardCharsets.UTF_8));
            position = lineEnd + 2 + size + 2;
        }
        return result.toString();
    }
}

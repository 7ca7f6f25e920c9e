package dev.microgpt.support;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Sends requests that a well-behaved client would not.
public final class RawHttp {

    private RawHttp() {}

    /// Sends a request without a body and reads to the end of the answer.
    public static Reply send(int port, String requestLine, String... headers) {
        String request =
                requestLine
                        + "\r\n"
                        + String.join("\r\n", headers)
                        + "\r\nConnection: close\r\n\r\n";
        return sendText(port, request);
    }

    /// Sends just this, and nothing after it, and reads to the end of the answer.
    public static Reply sendText(int port, String request) {
        try (Socket socket = new Socket("localhost", port)) {
            socket.setSoTimeout(10_000);
            write(socket, request);
            return parse(read(socket));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Socket socket, String request) throws IOException {
        try {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.shutdownOutput();
        } catch (SocketException _) {
            // refused before all of it was there: the answer is to be read all the same
        }
    }

    private static String read(Socket socket) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        byte[] bytes = new byte[8192];
        try {
            InputStream input = socket.getInputStream();
            for (int count = input.read(bytes); count >= 0; count = input.read(bytes)) {
                answer.write(bytes, 0, count);
            }
        } catch (SocketException _) {
            // closed with some of the request unread: what has come counts
        }
        return answer.toString(StandardCharsets.UTF_8);
    }

    /// Of all that has come until the end of the connection.
    public static Reply parse(String answer) {
        String[] parts = answer.split("\r\n\r\n", 2);
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

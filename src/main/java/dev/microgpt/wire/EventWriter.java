package dev.microgpt.wire;

import jakarta.servlet.http.HttpServletResponse;

import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/// Writes Server-Sent Events, and flushes each of them.
public final class EventWriter {

    private final OutputStream out;

    private EventWriter(OutputStream out) {
        this.out = out;
    }

    /// Begins a response that consists of events.
    public static EventWriter open(HttpServletResponse response) throws IOException {
        setHeaders(response);
        return new EventWriter(response.getOutputStream());
    }

    /// Sets the headers of a response that consists of events.
    public static void setHeaders(HttpServletResponse response) {
        StreamHeaders.set(response, MediaType.TEXT_EVENT_STREAM_VALUE);
    }

    /// Writes an event.
    ///
    /// @param id from which a client may resume the stream; null for none
    /// @param data without line breaks
    public void event(String type, @Nullable Long id, String data) throws IOException {
        out.write(eventBytes(type, id, data));
        out.flush();
    }

    /// Returns the bytes of an event.
    ///
    /// @param id from which a client may resume the stream; null for none
    /// @param data without line breaks
    public static byte[] eventBytes(String type, @Nullable Long id, String data) {
        String first = id == null ? "" : "id: " + id + "\n";
        return (first + "event: " + type + "\ndata: " + data + "\n\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    /// Returns the bytes of a comment, which clients ignore. It keeps the connection alive.
    public static byte[] commentBytes(String text) {
        return (": " + text + "\n\n").getBytes(StandardCharsets.UTF_8);
    }
}

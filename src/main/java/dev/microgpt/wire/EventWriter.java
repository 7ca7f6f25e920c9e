package dev.microgpt.wire;

import jakarta.servlet.http.HttpServletResponse;

import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/// Writes Server-Sent Events, each at once.
public final class EventWriter {

    private final OutputStream out;

    private EventWriter(OutputStream out) {
        this.out = out;
    }

    /// Begins an answer that consists of events.
    public static EventWriter open(HttpServletResponse response) throws IOException {
        setHeaders(response);
        return new EventWriter(response.getOutputStream());
    }

    /// What an answer that consists of events has in its head.
    public static void setHeaders(HttpServletResponse response) {
        response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Accel-Buffering", "no"); // or nginx waits until there is more
    }

    /// @param id where a reader may go on later; null for none
    /// @param data without line breaks
    public void event(String type, @Nullable Long id, String data) throws IOException {
        out.write(eventBytes(type, id, data));
        out.flush();
    }

    /// An event as it is written.
    ///
    /// @param id where a reader may go on later; null for none
    /// @param data without line breaks
    public static byte[] eventBytes(String type, @Nullable Long id, String data) {
        String first = id == null ? "" : "id: " + id + "\n";
        return (first + "event: " + type + "\ndata: " + data + "\n\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    /// What readers ignore: it tells both sides that the other is still there.
    public static byte[] commentBytes(String text) {
        return (": " + text + "\n\n").getBytes(StandardCharsets.UTF_8);
    }
}

package dev.microgpt.cluster;

import dev.microgpt.wire.StreamHeaders;

import jakarta.servlet.http.HttpServletRequest;

import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/// A response of another node that is kept until its end, so that the call can be made again if it is cut off.
final class SmallResponse {

    private static final int MAX_BYTES = 1 << 16;

    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    /// Returns whether a response may be small; not for one without a body, or of which each part matters at once.
    static boolean mayBe(HttpServletRequest request, Response answer) {
        long length = answer.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH);
        return length <= MAX_BYTES
                && !answer.getHeaders().contains(StreamHeaders.BUFFERING, StreamHeaders.UNBUFFERED)
                && !HttpMethod.HEAD.matches(request.getMethod())
                && answer.getStatus() != HttpStatus.NO_CONTENT.value()
                && answer.getStatus() != HttpStatus.NOT_MODIFIED.value();
    }

    /// Adds a part of the body, unless the response is not small.
    ///
    /// @return whether it was added
    boolean add(Content.Chunk chunk) {
        if (body.size() + chunk.remaining() > MAX_BYTES) {
            return false;
        }
        append(chunk);
        return true;
    }

    private void append(Content.Chunk chunk) {
        byte[] part = new byte[chunk.remaining()];
        chunk.getByteBuffer().get(part);
        body.writeBytes(part);
    }

    byte[] bytes() {
        return body.toByteArray();
    }

    /// Returns what has been added, and a part that is too large for it, in one piece.
    Content.Chunk followedBy(Content.Chunk chunk) {
        append(chunk);
        return Content.Chunk.from(ByteBuffer.wrap(bytes()), false);
    }
}

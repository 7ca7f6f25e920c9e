package dev.microgpt.web;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/// A JSON body, where white space alone means the same as nothing: `null` is added to it.
final class JsonBody extends InputStream {

    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

    private final InputStream body;
    private boolean isBlank = true;
    private int added; // bytes of NULL

    JsonBody(InputStream body) {
        this.body = body;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int read = body.read(bytes, offset, length);
        if (read >= 0) {
            isBlank = isBlank && isWhiteSpace(bytes, offset, offset + read);
            return read;
        }
        if (!isBlank || added == NULL.length) {
            return -1;
        }
        int count = Math.min(length, NULL.length - added);
        System.arraycopy(NULL, added, bytes, offset, count);
        added += count;
        return count;
    }

    private static boolean isWhiteSpace(byte[] bytes, int start, int end) {
        for (int i = start; i < end; i++) {
            byte b = bytes[i];
            if (b != ' ' && b != '\t' && b != '\r' && b != '\n') {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}

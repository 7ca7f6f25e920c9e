package dev.microgpt.web;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/// A JSON body, where nothing but white space means the same as nothing: it ends with `null` then.
final class JsonBody extends FilterInputStream {

    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

    private boolean isBlank = true;
    private int position; // in NULL

    JsonBody(InputStream body) {
        super(body);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int read = super.read(bytes, offset, length);
        if (read >= 0) {
            isBlank = isBlank && isWhiteSpace(bytes, offset, offset + read);
            return read;
        }
        if (!isBlank || position == NULL.length) {
            return -1;
        }
        int count = Math.min(length, NULL.length - position);
        System.arraycopy(NULL, position, bytes, offset, count);
        position += count;
        return count;
    }

    private static boolean isWhiteSpace(byte[] bytes, int start, int end) {
        for (int i = start; i < end; i++) {
            switch (bytes[i]) {
                case ' ', '\t', '\r', '\n' -> {}
                default -> {
                    return false;
                }
            }
        }
        return true;
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}

package dev.microgpt.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;

/// Reads the elements of tensors in little-endian order, and updates a digest with all bytes read.
final class TensorInput {

    private static final int BUFFER_SIZE = 1 << 16;

    private final InputStream in;
    private final MessageDigest digest;
    private final byte[] bytes = new byte[BUFFER_SIZE];
    private final ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);

    TensorInput(InputStream in, MessageDigest digest) {
        this.in = in;
        this.digest = digest;
    }

    /// Completes the digest and returns it.
    byte[] digest() {
        return digest.digest();
    }

    /// Reads numbers into a part of an array.
    ///
    /// @throws InvalidCheckpointException if a number is not finite, or the file ends early
    void numbers(Dtype type, double[] into, int offset, int count) throws IOException {
        int perBuffer = BUFFER_SIZE / type.bytes;
        for (int done = 0; done < count; ) {
            int part = Math.min(perBuffer, count - done);
            fill(part * type.bytes);
            for (int i = 0; i < part; i++) {
                double number = next(type);
                if (!Double.isFinite(number)) {
                    throw new InvalidCheckpointException("a number is not finite: " + number);
                }
                into[offset + done + i] = number;
            }
            done += part;
        }
    }

    private double next(Dtype type) {
        return switch (type) {
            case F64 -> buffer.getDouble();
            case F32 -> buffer.getFloat();
            case F16 -> Float.float16ToFloat(buffer.getShort());
            case BF16 -> Float.intBitsToFloat(buffer.getShort() << Short.SIZE);
            case I32 -> buffer.getInt();
            case U8 -> Byte.toUnsignedInt(buffer.get());
        };
    }

    /// Reads 32-bit integers.
    ///
    /// @throws InvalidCheckpointException if the file ends early
    int[] integers(int count) throws IOException {
        int[] integers = new int[count];
        int perBuffer = BUFFER_SIZE / Integer.BYTES;
        for (int done = 0; done < count; ) {
            int part = Math.min(perBuffer, count - done);
            fill(part * Integer.BYTES);
            for (int i = 0; i < part; i++) {
                integers[done + i] = buffer.getInt();
            }
            done += part;
        }
        return integers;
    }

    private void fill(int length) throws IOException {
        if (in.readNBytes(bytes, 0, length) < length) {
            throw new InvalidCheckpointException("the file ends early");
        }
        digest.update(bytes, 0, length);
        buffer.clear();
    }

    /// Returns a stream of the next bytes. The caller must read it to its end.
    InputStream bytes(long count) {
        return new InputStream() {

            private long remaining = count;

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                if (remaining == 0) {
                    return -1;
                }
                int read = in.read(into, offset, (int) Math.min(length, remaining));
                if (read < 0) {
                    throw new InvalidCheckpointException("the file ends early");
                }
                digest.update(into, offset, read);
                remaining -= read;
                return read;
            }
        };
    }

    /// Checks that the file ends here.
    ///
    /// @throws InvalidCheckpointException if there are more bytes
    void requireEnd() throws IOException {
        if (in.read() >= 0) {
            throw new InvalidCheckpointException("the file has more bytes after its last tensor");
        }
    }
}

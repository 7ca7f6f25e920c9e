package dev.microgpt.checkpoint;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Writes the elements of tensors in little-endian order. Call [#flush] at the end.
final class TensorOutput {

    private static final int BUFFER_SIZE = 1 << 16;

    private final OutputStream out;
    private final ByteBuffer buffer =
            ByteBuffer.allocate(BUFFER_SIZE).order(ByteOrder.LITTLE_ENDIAN);

    TensorOutput(OutputStream out) {
        this.out = out;
    }

    /// Writes numbers.
    ///
    /// @param type F32 or F64
    void write(Dtype type, double[] numbers) throws IOException {
        for (double number : numbers) {
            makeRoom();
            if (type == Dtype.F32) {
                buffer.putFloat((float) number);
            } else {
                buffer.putDouble(number);
            }
        }
    }

    void write(int[] numbers) throws IOException {
        for (int number : numbers) {
            makeRoom();
            buffer.putInt(number);
        }
    }

    void write(byte[] bytes) throws IOException {
        flush();
        out.write(bytes);
    }

    private void makeRoom() throws IOException {
        if (buffer.remaining() < Double.BYTES) {
            flush();
        }
    }

    void flush() throws IOException {
        out.write(buffer.array(), 0, buffer.position());
        buffer.clear();
    }
}

package dev.microgpt.store;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/// Encodes numbers as little-endian bytes that follow a CRC-32C checksum, and decodes them.
final class PackedNumbers {

    private static final int CHECKSUM_BYTES = Integer.BYTES;

    private PackedNumbers() {}

    static byte[] ofInts(int[] numbers) {
        ByteBuffer out = buffer(numbers.length * (long) Integer.BYTES);
        for (int number : numbers) {
            out.putInt(number);
        }
        return withChecksum(out);
    }

    static byte[] ofDoubles(double[]... rows) {
        ByteBuffer out = buffer(size(rows) * Double.BYTES);
        for (double[] row : rows) {
            for (double number : row) {
                out.putDouble(number);
            }
        }
        return withChecksum(out);
    }

    /// Encodes numbers that single precision represents exactly.
    static byte[] ofFloats(double[]... rows) {
        ByteBuffer out = buffer(size(rows) * Float.BYTES);
        for (double[] row : rows) {
            for (double number : row) {
                out.putFloat((float) number);
            }
        }
        return withChecksum(out);
    }

    static byte[] ofBytes(byte[] bytes) {
        return withChecksum(buffer(bytes.length).put(bytes));
    }

    /// @throws DamagedException if the checksum does not match
    static int[] ints(byte[] packed) {
        ByteBuffer in = verify(packed);
        int[] numbers = new int[in.remaining() / Integer.BYTES];
        in.asIntBuffer().get(numbers);
        return numbers;
    }

    /// @throws DamagedException if the checksum does not match
    static double[] doubles(byte[] packed) {
        ByteBuffer in = verify(packed);
        double[] numbers = new double[in.remaining() / Double.BYTES];
        in.asDoubleBuffer().get(numbers);
        return numbers;
    }

    /// @throws DamagedException if the checksum does not match
    static double[] floats(byte[] packed) {
        ByteBuffer in = verify(packed);
        double[] numbers = new double[in.remaining() / Float.BYTES];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = in.getFloat();
        }
        return numbers;
    }

    /// @throws DamagedException if the checksum does not match
    static byte[] bytes(byte[] packed) {
        ByteBuffer in = verify(packed);
        byte[] bytes = new byte[in.remaining()];
        in.get(bytes);
        return bytes;
    }

    private static long size(double[][] rows) {
        long size = 0;
        for (double[] row : rows) {
            size += row.length;
        }
        return size;
    }

    private static ByteBuffer buffer(long bytes) {
        return ByteBuffer.allocate(Math.toIntExact(CHECKSUM_BYTES + bytes))
                .order(ByteOrder.LITTLE_ENDIAN)
                .position(CHECKSUM_BYTES);
    }

    @SuppressWarnings("ByteBufferBackingArray") // allocated by buffer(), so it has an array
    private static byte[] withChecksum(ByteBuffer out) {
        byte[] bytes = out.array();
        out.putInt(0, checksum(bytes));
        return bytes;
    }

    /// Returns the numbers that follow the checksum.
    private static ByteBuffer verify(byte[] packed) {
        ByteBuffer in = ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN);
        if (packed.length < CHECKSUM_BYTES || in.getInt() != checksum(packed)) {
            throw new DamagedException("the checksum does not match");
        }
        return in;
    }

    private static int checksum(byte[] packed) {
        CRC32C checksum = new CRC32C();
        checksum.update(packed, CHECKSUM_BYTES, packed.length - CHECKSUM_BYTES);
        return (int) checksum.getValue();
    }
}

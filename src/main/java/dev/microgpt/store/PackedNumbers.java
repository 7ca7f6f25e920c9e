package dev.microgpt.store;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/// Numbers as bytes, least significant first, behind a checksum.
final class PackedNumbers {

    private static final int CHECKSUM_BYTES = Integer.BYTES;

    private PackedNumbers() {}

    static byte[] ofInts(int[] numbers) {
        ByteBuffer out = buffer(numbers.length * (long) Integer.BYTES);
        for (int number : numbers) {
            out.putInt(number);
        }
        return sealed(out);
    }

    static byte[] ofDoubles(double[]... rows) {
        ByteBuffer out = buffer(size(rows) * Double.BYTES);
        for (double[] row : rows) {
            for (double number : row) {
                out.putDouble(number);
            }
        }
        return sealed(out);
    }

    /// Of numbers that single precision holds exactly.
    static byte[] ofFloats(double[]... rows) {
        ByteBuffer out = buffer(size(rows) * Float.BYTES);
        for (double[] row : rows) {
            for (double number : row) {
                out.putFloat((float) number);
            }
        }
        return sealed(out);
    }

    static byte[] ofBytes(byte[] bytes) {
        return sealed(buffer(bytes.length).put(bytes));
    }

    /// @throws DamagedException if these are not the bytes that were packed
    static int[] ints(byte[] packed) {
        ByteBuffer in = opened(packed);
        int[] numbers = new int[in.remaining() / Integer.BYTES];
        in.asIntBuffer().get(numbers);
        return numbers;
    }

    /// @throws DamagedException if these are not the bytes that were packed
    static double[] doubles(byte[] packed) {
        ByteBuffer in = opened(packed);
        double[] numbers = new double[in.remaining() / Double.BYTES];
        in.asDoubleBuffer().get(numbers);
        return numbers;
    }

    /// @throws DamagedException if these are not the bytes that were packed
    static double[] floats(byte[] packed) {
        ByteBuffer in = opened(packed);
        double[] numbers = new double[in.remaining() / Float.BYTES];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = in.getFloat();
        }
        return numbers;
    }

    /// @throws DamagedException if these are not the bytes that were packed
    static byte[] bytes(byte[] packed) {
        ByteBuffer in = opened(packed);
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

    @SuppressWarnings("ByteBufferBackingArray") // it is from above
    private static byte[] sealed(ByteBuffer out) {
        byte[] bytes = out.array();
        out.putInt(0, checksum(bytes));
        return bytes;
    }

    private static ByteBuffer opened(byte[] packed) {
        ByteBuffer in = ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN);
        if (packed.length < CHECKSUM_BYTES || in.getInt() != checksum(packed)) {
            throw new DamagedException("a checksum is wrong");
        }
        return in;
    }

    private static int checksum(byte[] packed) {
        CRC32C checksum = new CRC32C();
        checksum.update(packed, CHECKSUM_BYTES, packed.length - CHECKSUM_BYTES);
        return (int) checksum.getValue();
    }
}

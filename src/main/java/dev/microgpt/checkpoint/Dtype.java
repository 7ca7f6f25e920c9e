package dev.microgpt.checkpoint;

/// The types of numbers in tensors that are known here, of those that safetensors has.
enum Dtype {
    F64(8),
    F32(4),
    F16(2),
    BF16(2),
    I32(4),
    U8(1);

    final int bytes;

    Dtype(int bytes) {
        this.bytes = bytes;
    }
}

package dev.microgpt.checkpoint;

/// The element types of safetensors that are supported here. The names are those in the file.
enum Dtype {
    F64(8),
    F32(4),
    F16(2),
    BF16(2),
    I32(4),
    U8(1);

    final int bytes; // per element

    Dtype(int bytes) {
        this.bytes = bytes;
    }
}

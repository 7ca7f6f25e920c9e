package dev.microgpt.checkpoint;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The header of a safetensors file. The whole header is checked before any tensor is read.
final class Safetensors {

    /// Enough for the metadata and the names of several thousand tensors.
    private static final int MAX_HEADER_BYTES = 4 << 20;

    private static final int MAX_DIMENSIONS = 8;
    private static final String METADATA = "__metadata__";

    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    /// The header entry of a tensor.
    ///
    /// @param size number of elements
    /// @param begin offset of the first byte, counted from the first byte of the first tensor
    record Tensor(String name, Dtype type, List<Long> shape, long size, long begin) {

        long end() {
            return begin + size * type.bytes;
        }
    }

    private final byte[] headerBytes;
    private final Map<String, String> metadata;
    private final Map<String, Tensor> tensors; // in the order of their bytes

    private Safetensors(
            byte[] headerBytes, Map<String, String> metadata, Map<String, Tensor> tensors) {
        this.headerBytes = headerBytes;
        this.metadata = metadata;
        this.tensors = tensors;
    }

    /// Returns the bytes of the header as they are in the file.
    byte[] headerBytes() {
        return headerBytes;
    }

    Map<String, String> metadata() {
        return metadata;
    }

    /// Returns the tensors by name, in the order of their bytes.
    Map<String, Tensor> tensors() {
        return tensors;
    }

    // ---- writing

    /// Builds the header of a file to be written.
    static final class Builder {

        private final Map<String, String> metadata;
        private final Map<String, Tensor> tensors = new LinkedHashMap<>();
        private long end;

        Builder(Map<String, String> metadata) {
            this.metadata = metadata;
        }

        void add(String name, Dtype type, long... shape) {
            List<Long> dimensions = new ArrayList<>();
            long size = 1;
            for (long dimension : shape) {
                dimensions.add(dimension);
                size *= dimension;
            }
            Tensor tensor = new Tensor(name, type, dimensions, size, end);
            tensors.put(name, tensor);
            end = tensor.end();
        }

        Safetensors build() {
            ObjectNode header = JSON.createObjectNode();
            ObjectNode strings = header.putObject(METADATA);
            metadata.forEach(strings::put);
            for (Tensor tensor : tensors.values()) {
                ObjectNode entry = header.putObject(tensor.name);
                entry.put("dtype", tensor.type.name());
                tensor.shape.forEach(entry.withArray("shape")::add);
                entry.putArray("data_offsets").add(tensor.begin).add(tensor.end());
            }
            String json = JSON.writeValueAsString(header);
            // Padded so that the tensors begin at a multiple of 8, as the format recommends.
            int length = json.getBytes(StandardCharsets.UTF_8).length;
            String padded = json + " ".repeat((8 - length % 8) % 8);
            return new Safetensors(padded.getBytes(StandardCharsets.UTF_8), metadata, tensors);
        }
    }

    /// Returns the length of the whole file in bytes: the length field, the header and the tensors.
    long fileBytes() {
        return Long.BYTES + headerBytes.length + dataBytes();
    }

    /// Returns the length of all tensors in bytes.
    long dataBytes() {
        return tensors.values().stream().mapToLong(Tensor::end).max().orElse(0);
    }

    /// Returns the length field, the first eight bytes of the file.
    byte[] lengthBytes() {
        return ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(headerBytes.length)
                .array();
    }

    // ---- reading

    /// Reads the beginning of a file, up to its tensors.
    ///
    /// @throws InvalidCheckpointException if it is not a valid safetensors header
    static Safetensors readHeader(InputStream in) throws IOException {
        byte[] header;
        try {
            long length =
                    ByteBuffer.wrap(exactly(in, Long.BYTES))
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getLong();
            if (length < 2 || length > MAX_HEADER_BYTES) {
                throw new InvalidCheckpointException(
                        "the header must have 2 to %d bytes, but has %s"
                                .formatted(MAX_HEADER_BYTES, Long.toUnsignedString(length)));
            }
            header = exactly(in, (int) length);
        } catch (EOFException e) {
            throw new InvalidCheckpointException("the file ends within its header", e);
        }
        if (header[0] != '{') {
            throw new InvalidCheckpointException("the header does not begin with '{'");
        }
        return parse(header);
    }

    private static byte[] exactly(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        return bytes;
    }

    private static Safetensors parse(byte[] header) {
        JsonNode tree;
        try {
            tree = JSON.readTree(new ByteArrayInputStream(header));
        } catch (JacksonException e) {
            throw new InvalidCheckpointException(
                    "the header is not JSON: " + e.getOriginalMessage(), e);
        }
        if (!tree.isObject()) {
            throw new InvalidCheckpointException("the header is not a JSON object");
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        List<Tensor> tensors = new ArrayList<>();
        tree.forEachEntry(
                (name, entry) -> {
                    if (name.equals(METADATA)) {
                        readMetadata(entry, metadata);
                    } else {
                        tensors.add(tensor(name, entry));
                    }
                });
        return new Safetensors(header, metadata, ordered(tensors));
    }

    private static void readMetadata(JsonNode entry, Map<String, String> metadata) {
        if (!entry.isObject()) {
            throw new InvalidCheckpointException("the metadata is not a JSON object");
        }
        entry.forEachEntry(
                (key, value) -> {
                    if (!value.isString()) {
                        throw new InvalidCheckpointException(
                                "the metadata '%s' is not a string".formatted(key));
                    }
                    metadata.put(key, value.stringValue());
                });
    }

    private static Tensor tensor(String name, JsonNode entry) {
        Dtype type = type(name, entry.path("dtype"));
        JsonNode shape = entry.path("shape");
        JsonNode offsets = entry.path("data_offsets");
        if (!shape.isArray() || shape.size() > MAX_DIMENSIONS) {
            throw new InvalidCheckpointException(
                    "the shape of '%s' is not a list of at most %d dimensions"
                            .formatted(name, MAX_DIMENSIONS));
        }
        if (!offsets.isArray() || offsets.size() != 2 || entry.size() != 3) {
            throw new InvalidCheckpointException(
                    "'%s' must have dtype, shape and two data_offsets".formatted(name));
        }
        List<Long> dimensions = new ArrayList<>();
        long size = 1;
        try {
            for (JsonNode dimension : shape) {
                long length = number(name, dimension);
                dimensions.add(length);
                size = Math.multiplyExact(size, length);
            }
            long bytes = Math.multiplyExact(size, (long) type.bytes);
            long begin = number(name, offsets.get(0));
            long end = number(name, offsets.get(1));
            if (end - begin != bytes) {
                throw new InvalidCheckpointException(
                        "'%s' has %d bytes, but its shape requires %d"
                                .formatted(name, end - begin, bytes));
            }
            return new Tensor(name, type, dimensions, size, begin);
        } catch (ArithmeticException e) {
            throw new InvalidCheckpointException(
                    "the shape of '%s' is too large".formatted(name), e);
        }
    }

    private static Dtype type(String name, JsonNode node) {
        for (Dtype type : Dtype.values()) {
            if (node.isString() && node.stringValue().equals(type.name())) {
                return type;
            }
        }
        throw new InvalidCheckpointException(
                "the dtype of '%s' is %s, but must be one of F64, F32, F16, BF16, I32, U8"
                        .formatted(name, node));
    }

    private static long number(String name, @Nullable JsonNode node) {
        if (node == null || !node.isIntegralNumber() || !node.canConvertToLong()) {
            throw new InvalidCheckpointException(
                    "'%s' must have integers in shape and data_offsets, but has %s"
                            .formatted(name, node));
        }
        long number = node.longValue();
        if (number < 0) {
            throw new InvalidCheckpointException(
                    "'%s' must not have negative numbers, but has %d".formatted(name, number));
        }
        return number;
    }

    /// Returns the tensors by name in the order of their bytes, after checking that there are neither gaps
    /// nor overlaps.
    private static Map<String, Tensor> ordered(List<Tensor> tensors) {
        tensors.sort(Comparator.comparingLong(Tensor::begin).thenComparingLong(Tensor::end));
        Map<String, Tensor> byName = new LinkedHashMap<>();
        long end = 0;
        for (Tensor tensor : tensors) {
            if (tensor.begin != end) {
                throw new InvalidCheckpointException(
                        "'%s' begins at byte %d, but the tensor before it ends at %d"
                                .formatted(tensor.name, tensor.begin, end));
            }
            end = tensor.end();
            byName.put(tensor.name, tensor);
        }
        return byName;
    }
}

package dev.microgpt.store;

import dev.microgpt.engine.MicroGpt;
import dev.microgpt.engine.ModelOptions;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// The training order of documents, as stored in a column `training_order`: null if the seed of the session determines
/// it.
final class StoredOrder {

    private StoredOrder() {}

    static byte @Nullable [] write(int[] order, ModelOptions options) {
        return Arrays.equals(order, MicroGpt.order(options, order.length))
                ? null
                : PackedNumbers.ofInts(order);
    }

    /// @throws DamagedException if the bytes are damaged
    static int[] read(byte @Nullable [] stored, ModelOptions options, int numDocs) {
        return stored == null ? MicroGpt.order(options, numDocs) : PackedNumbers.ints(stored);
    }
}

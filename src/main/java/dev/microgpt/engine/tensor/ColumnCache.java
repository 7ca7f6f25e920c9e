package dev.microgpt.engine.tensor;

/// The keys and values of many sequences that begin alike, in slots. The first slots have the common tokens; the others are
/// a ring: all sequences put the token that they read into the same slot, whatever its position, so that a sequence's own
/// tokens are in the newest slots.
final class ColumnCache {

    private static final int S = ColumnKernels.COLUMNS;

    private final Layout layout;
    private final int slots; // T
    private final int slotSize; // A S
    final float[] keys; // (L, T, A, S)
    final float[] values; // (L, T, A, S)

    /// The offsets of the slots to attend to, the common tokens first, then the oldest, (T).
    final int[] attended;

    int common; // number of tokens
    private int newest; // slot

    ColumnCache(Layout layout) {
        this.layout = layout;
        slots = layout.blockSize;
        slotSize = layout.a * S;
        keys = new float[Math.multiplyExact(layout.layers * slots, slotSize)];
        values = new float[keys.length];
        attended = new int[slots];
    }

    /// Starts all sequences with common tokens, of which there are fewer than T.
    void begin(KvDecoder decoder) {
        common = decoder.length();
        newest = common;
        for (int layer = 0; layer < layout.layers; layer++) {
            for (int slot = 0; slot < common; slot++) {
                attended[slot] = slot * slotSize;
                decoder.copyCached(layer, slot, keys, values, offset(layer, slot), S);
            }
        }
    }

    /// Advances to the slot of the next tokens.
    void advance() {
        newest = next(newest);
    }

    private int next(int slot) {
        return slot + 1 == slots ? common : slot + 1;
    }

    /// Returns the offset of a layer in `keys` and `values`.
    int offset(int layer) {
        return offset(layer, 0);
    }

    /// Returns the offset of the newest slot in `keys` and `values`.
    int newestOffset(int layer) {
        return offset(layer, newest);
    }

    private int offset(int layer, int slot) {
        return (layer * slots + slot) * slotSize;
    }

    /// Sets which slots are attended to.
    ///
    /// @param own number of the newest slots
    /// @return number of all slots
    int attend(int own) {
        int slot = newest - own + 1;
        slot += slot < common ? slots - common : 0;
        for (int i = common; i < common + own; i++) {
            attended[i] = slot * slotSize;
            slot = next(slot);
        }
        return common + own;
    }
}

package dev.microgpt.engine.tensor;

import dev.microgpt.engine.architecture.Architecture;
import dev.microgpt.engine.architecture.PositionKind;

/// The offset of each matrix in the flat arrays of parameters, gradients and moments, and the padded widths.
///
/// The embeddings are row-major. The weight of a linear layer from `in` to `out` elements is stored in
/// panels: its transpose, (in, out), is cut into vertical strips of 16, 32 or 48 columns, each of them
/// row-major. So the inner loop of a product reads memory sequentially. See [#panelWidth].
final class Layout {

    /// Widths are padded to multiples of this: the float lanes of a 512-bit vector.
    static final int PAD = 16;

    /// The widest panel.
    static final int MAX_PANEL = 3 * PAD;

    final int vocab; // V
    final int width; // C
    final int heads; // H
    final int headDim; // D
    final int layers; // L
    final int blockSize; // T
    final Architecture architecture;
    final int kvHeads; // heads with keys and values of their own
    final int hidden; // F

    final int c; // C'
    final int d; // D'
    final int a; // A, all heads side by side
    final int kv; // heads with keys of their own side by side; A by default
    final int p; // A + 2 kv, the queries, keys and values of a position; 3 A by default
    final int f; // F'
    final int v; // V'

    final int wte; // (V, C'), row-major
    final int wpe; // (T, C'), row-major; nothing unless positions are learned
    final int lmHead; // (C', V') in panels; nothing if it is tied to wte
    private final int firstLayer;
    private final int layerSize;

    // Offsets within a layer.
    private final int wo;
    private final int gate;
    private final int fc1;
    private final int fc2;

    /// Gains and biases, which come last.
    final VectorLayout vectors;

    /// The length of the arrays.
    final int size;

    private final ReferenceOrder order;

    /// A layout of a model with the architecture of microgpt.
    ///
    /// @throws ArithmeticException if the arrays would be too long
    Layout(int vocab, int width, int heads, int layers, int blockSize) {
        this(vocab, width, heads, layers, blockSize, Architecture.MICROGPT);
    }

    /// @throws ArithmeticException if the arrays would be too long
    Layout(int vocab, int width, int heads, int layers, int blockSize, Architecture architecture) {
        this.vocab = vocab;
        this.width = width;
        this.heads = heads;
        this.layers = layers;
        this.blockSize = blockSize;
        this.architecture = architecture;
        headDim = width / heads;
        kvHeads = architecture.kvHeads(heads);
        hidden = architecture.hidden(width);
        c = padded(width);
        d = paddedHead(headDim + extraElements(architecture));
        a = padded(heads * d);
        kv = padded(kvHeads * d);
        p = a + 2 * kv;
        f = padded(hidden);
        v = padded(vocab);

        int positions = architecture.position() == PositionKind.LEARNED ? blockSize : 0;
        int head = architecture.tied() ? 0 : v;
        int gates = architecture.isGated() ? 1 : 0;
        long wideC = c; // so that the size is checked before any int overflows
        long matrices =
                wideC * ((long) vocab + positions + head)
                        + layers * wideC * ((long) p + a + (2L + gates) * f);
        Math.toIntExact(matrices);
        wte = 0;
        wpe = wte + vocab * c;
        lmHead = wpe + positions * c;
        firstLayer = lmHead + c * head;
        wo = c * p;
        gate = wo + a * c;
        fc1 = gate + gates * c * f;
        fc2 = fc1 + c * f;
        layerSize = fc2 + f * c;
        vectors = new VectorLayout(this, firstLayer + layers * layerSize);
        size = vectors.end();
        order = new ReferenceOrder(this);
    }

    /// Returns how many elements heads have besides those of queries and keys: with ALiBi, one for the position.
    static int extraElements(Architecture architecture) {
        return architecture.position() == PositionKind.ALIBI ? 1 : 0;
    }

    /// Returns the offset of the first weight of a layer.
    int layer(int layer) {
        return firstLayer + layer * layerSize;
    }

    /// Returns the offset of the weight for queries, keys and values: (C', P) in panels.
    int qkv(int layer) {
        return layer(layer);
    }

    /// Returns the offset of the output weight of the attention: (A, C') in panels.
    int wo(int layer) {
        return qkv(layer) + wo;
    }

    /// Returns the offset of the weight for the gate of the MLP, if it has one: (C', F') in panels.
    int gate(int layer) {
        return qkv(layer) + gate;
    }

    /// Returns the offset of the first weight of the MLP: (C', F') in panels.
    int fc1(int layer) {
        return qkv(layer) + fc1;
    }

    /// Returns the offset of the second weight of the MLP: (F', C') in panels.
    int fc2(int layer) {
        return qkv(layer) + fc2;
    }

    /// Returns the offset of the first gain or bias.
    int firstVector() {
        return layer(layers);
    }

    /// Receives the place of an embedding in wte and in a tied lm_head.
    interface TiedRows {

        /// @param row offset of the embedding in the arrays
        /// @param column offset of its first number in lm_head, (C', V') in panels
        /// @param stride distance of its numbers there
        void visit(int row, int column, int stride);
    }

    /// Visits the embeddings of all tokens.
    void forEachTiedRow(TiedRows visitor) {
        for (int token = 0; token < vocab; token++) {
            int panel = panelWidth(v, panelStart(v, token));
            visitor.visit(wte + token * c, panelOffset(c, v, 0, token), panel);
        }
    }

    /// Returns where the matrices of the reference are.
    ReferenceOrder order() {
        return order;
    }

    /// Returns a width rounded up to a multiple of [#PAD].
    static int padded(int n) {
        return (n + PAD - 1) / PAD * PAD;
    }

    /// Returns the padded width of a head. Small heads are padded to a power of two, so that a vector holds a
    /// whole number of them.
    static int paddedHead(int headDim) {
        if (headDim >= PAD) {
            long padded = ((long) headDim + PAD - 1) / PAD * PAD;
            return (int) Math.min(Integer.MAX_VALUE / PAD * PAD, padded);
        }
        int d = 1;
        while (d < headDim) {
            d *= 2;
        }
        return d;
    }

    /// Returns the distance between the rows of an activation matrix. It avoids whole pages, which would map
    /// the same column of all rows to the same few cache lines.
    static int stride(int width) {
        return width % 1024 == 0 ? width + PAD : width;
    }

    /// Returns the width of the panel that begins at a column: three times 16, as a tile of 8 rows by three
    /// vectors has the best ratio of arithmetic to loads, or two times 16 if only one 16 would be left over.
    ///
    /// @param columns columns of the whole matrix, a multiple of 16
    /// @param start first column of the panel
    static int panelWidth(int columns, int start) {
        int rest = columns - start;
        return rest == 4 * PAD ? 2 * PAD : Math.min(rest, MAX_PANEL);
    }

    /// Returns the offset of an element within a matrix in panels.
    ///
    /// @param rows `in`, padded
    /// @param columns `out`, padded
    static int panelOffset(int rows, int columns, int row, int column) {
        int start = panelStart(columns, column);
        return rows * start + row * panelWidth(columns, start) + (column - start);
    }

    /// Returns the first column of the panel that contains a column.
    static int panelStart(int columns, int column) {
        int start = 0;
        int panel = panelWidth(columns, start);
        while (start + panel <= column) {
            start += panel;
            panel = panelWidth(columns, start);
        }
        return start;
    }

    /// Returns the number of parameters, without padding.
    int numParams() {
        return order.numParams();
    }

    /// Converts an array of this layout to the order of the reference.
    ///
    /// @param array (size)
    /// @return (numParams)
    double[] exported(float[] array) {
        double[] numbers = new double[numParams()];
        order.forEachParam((index, offset) -> numbers[index] = array[offset]);
        return numbers;
    }

    /// Converts numbers in the order of the reference to an array of this layout, rounded to float32.
    ///
    /// @param numbers (numParams)
    /// @return (size), with zeros in the padding
    float[] imported(double[] numbers) {
        float[] array = new float[size];
        order.forEachParam((index, offset) -> array[offset] = (float) numbers[index]);
        return array;
    }
}

package dev.microgpt.engine.tensor;

/// The offset of each matrix in the flat arrays of parameters, gradients and moments, and the padded widths.
///
/// The embeddings are row-major. The weight of a linear layer from `in` to `out` elements is stored in
/// panels: its transpose, (in, out), is cut into vertical strips of 16, 32 or 48 columns, each of them
/// row-major. So the inner loop of a product reads memory sequentially. See [#panelWidth].
final class Layout {

    /// Widths are padded to multiples of this: the float lanes of a 512-bit vector.
    static final int PAD = 16;

    private static final int MAX_PANEL = 3 * PAD;

    final int vocab; // V
    final int width; // C
    final int heads; // H
    final int headDim; // D
    final int layers; // L
    final int blockSize; // T

    final int c; // C'
    final int d; // D'
    final int a; // A, all heads side by side
    final int f; // F'
    final int v; // V'

    final int wte; // (V, C'), row-major
    final int wpe; // (T, C'), row-major
    final int lmHead; // (C', V') in panels
    private final int firstLayer;
    private final int layerSize;

    // Offsets within a layer.
    private final int wo;
    private final int fc1;
    private final int fc2;

    /// The length of the arrays.
    final int size;

    /// @throws ArithmeticException if the arrays would be too long
    Layout(int vocab, int width, int heads, int layers, int blockSize) {
        this.vocab = vocab;
        this.width = width;
        this.heads = heads;
        this.layers = layers;
        this.blockSize = blockSize;
        headDim = width / heads;
        c = padded(width);
        d = paddedHead(headDim);
        a = padded(heads * d);
        f = padded(4 * width);
        v = padded(vocab);

        wte = 0;
        wpe = wte + vocab * c;
        long wideC = c; // so that the size is checked before any int overflows
        long all = wideC * (vocab + blockSize + v) + layers * wideC * (4L * a + 2L * f);
        size = Math.toIntExact(all);
        lmHead = wpe + blockSize * c;
        firstLayer = lmHead + c * v;
        wo = c * 3 * a;
        fc1 = wo + a * c;
        fc2 = fc1 + c * f;
        layerSize = fc2 + f * c;
    }

    /// Returns the offset of the first weight of a layer.
    int layer(int layer) {
        return firstLayer + layer * layerSize;
    }

    /// Returns the index of the first parameter of the first layer in the order of the reference.
    int firstLayerIndex() {
        return (2 * vocab + blockSize) * width;
    }

    /// Returns the offset of the weight for queries, keys and values: (C', 3 A) in panels.
    int qkv(int layer) {
        return layer(layer);
    }

    /// Returns the offset of the output weight of the attention: (A, C') in panels.
    int wo(int layer) {
        return qkv(layer) + wo;
    }

    /// Returns the offset of the first weight of the MLP: (C', F') in panels.
    int fc1(int layer) {
        return qkv(layer) + fc1;
    }

    /// Returns the offset of the second weight of the MLP: (F', C') in panels.
    int fc2(int layer) {
        return qkv(layer) + fc2;
    }

    /// Returns a width rounded up to a multiple of [#PAD].
    static int padded(int n) {
        return (n + PAD - 1) / PAD * PAD;
    }

    /// Returns the padded width of a head. Small heads are padded to a power of two, so that a vector holds a
    /// whole number of them.
    static int paddedHead(int headDim) {
        if (headDim >= PAD) {
            return (int) Math.min(Integer.MAX_VALUE / PAD * PAD, (headDim + PAD - 1L) / PAD * PAD);
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
    private static int panelStart(int columns, int column) {
        int start = 0;
        int panel = panelWidth(columns, start);
        while (start + panel <= column) {
            start += panel;
            panel = panelWidth(columns, start);
        }
        return start;
    }

    /// Receives the index and the offset of each parameter.
    interface Visitor {

        /// @param index index of the parameter in the order of the reference, see `Matrix.of`
        /// @param offset of the parameter in the arrays
        void visit(int index, int offset);
    }

    /// Visits all parameters in the order of the reference: wte, wpe, lm_head, then for each layer
    /// attn_wq, attn_wk, attn_wv, attn_wo, mlp_fc1, mlp_fc2, each (out, in) row by row.
    void forEachParam(Visitor visitor) {
        int index = 0;
        index = visitRows(visitor, index, wte, vocab);
        index = visitRows(visitor, index, wpe, blockSize);
        index = visitLinear(visitor, index, lmHead, c, v, width, vocab, IDENTITY, IDENTITY);
        IndexMap head = i -> i / headDim * d + i % headDim;
        for (int layer = 0; layer < layers; layer++) {
            for (int part = 0; part < 3; part++) { // queries, keys, values
                int firstColumn = part * a;
                index =
                        visitLinear(
                                visitor,
                                index,
                                qkv(layer),
                                c,
                                3 * a,
                                width,
                                width,
                                IDENTITY,
                                i -> firstColumn + head.map(i));
            }
            index = visitLinear(visitor, index, wo(layer), a, c, width, width, head, IDENTITY);
            index =
                    visitLinear(
                            visitor, index, fc1(layer), c, f, width, 4 * width, IDENTITY, IDENTITY);
            index =
                    visitLinear(
                            visitor, index, fc2(layer), f, c, 4 * width, width, IDENTITY, IDENTITY);
        }
    }

    /// Returns the number of parameters, without padding.
    int numParams() {
        return 2 * vocab * width + blockSize * width + layers * 12 * width * width;
    }

    /// Converts an array of this layout to the order of the reference.
    ///
    /// @param array (size)
    /// @return (numParams)
    double[] exported(float[] array) {
        double[] numbers = new double[numParams()];
        forEachParam((index, offset) -> numbers[index] = array[offset]);
        return numbers;
    }

    /// Converts numbers in the order of the reference to an array of this layout, rounded to float32.
    ///
    /// @param numbers (numParams)
    /// @return (size), with zeros in the padding
    float[] imported(double[] numbers) {
        float[] array = new float[size];
        forEachParam((index, offset) -> array[offset] = (float) numbers[index]);
        return array;
    }

    private interface IndexMap {
        int map(int index);
    }

    private static final IndexMap IDENTITY = i -> i;

    private int visitRows(Visitor visitor, int firstIndex, int offset, int rows) {
        int index = firstIndex;
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < width; column++) {
                visitor.visit(index++, offset + row * c + column);
            }
        }
        return index;
    }

    private static int visitLinear(
            Visitor visitor,
            int firstIndex,
            int offset,
            int paddedIn,
            int paddedOut,
            int in,
            int out,
            IndexMap rowOfIn,
            IndexMap columnOfOut) {
        int index = firstIndex;
        for (int o = 0; o < out; o++) {
            int column = columnOfOut.map(o);
            int first = offset + panelOffset(paddedIn, paddedOut, 0, column);
            int panel = panelWidth(paddedOut, panelStart(paddedOut, column));
            for (int i = 0; i < in; i++) {
                visitor.visit(index++, first + rowOfIn.map(i) * panel);
            }
        }
        return index;
    }
}

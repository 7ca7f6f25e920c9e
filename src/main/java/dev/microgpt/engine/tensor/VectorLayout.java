package dev.microgpt.engine.tensor;

/// The offsets of gains and biases in the arrays of a [Layout], each padded to whole vectors. None of them exist in the
/// architecture of microgpt.
final class VectorLayout {

    /// The offset of what an architecture lacks.
    static final int NONE = -1;

    /// The offsets of the parameters of a normalisation, (C') each.
    record Norm(int gain, int bias) {}

    /// The offsets of the gains and biases of a layer.
    ///
    /// @param qkv (P)
    /// @param wo (C')
    /// @param gate (F')
    /// @param fc1 (F')
    /// @param fc2 (C')
    record Layer(Norm attnNorm, Norm mlpNorm, int qkv, int wo, int gate, int fc1, int fc2) {}

    final Norm embeddingNorm;
    final Norm finalNorm;
    final Layer[] layers;
    private long next;

    /// @param first offset of the first gain or bias
    /// @throws ArithmeticException if the arrays would be too long
    VectorLayout(Layout layout, int first) {
        next = first;
        embeddingNorm = norm(layout, layout.architecture.embeddingNorm());
        finalNorm = norm(layout, layout.architecture.finalNorm());
        boolean biases = layout.architecture.biases();
        layers = new Layer[layout.layers];
        for (int i = 0; i < layers.length; i++) {
            layers[i] =
                    new Layer(
                            norm(layout, true),
                            norm(layout, true),
                            place(biases, layout.p),
                            place(biases, layout.c),
                            place(biases && layout.architecture.isGated(), layout.f),
                            place(biases, layout.f),
                            place(biases, layout.c));
        }
    }

    private Norm norm(Layout layout, boolean exists) {
        return new Norm(
                place(exists && layout.architecture.normGain(), layout.c),
                place(exists && layout.architecture.normBias(), layout.c));
    }

    private int place(boolean exists, int length) {
        if (!exists) {
            return NONE;
        }
        int offset = Math.toIntExact(next);
        next += length;
        return offset;
    }

    /// Returns the offset after the last gain or bias.
    int end() {
        return Math.toIntExact(next);
    }
}

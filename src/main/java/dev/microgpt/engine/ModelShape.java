package dev.microgpt.engine;

/// The shape of a model: the sizes that determine its parameters and the arithmetic on them.
///
/// @param nEmbd embedding width C, at least 1
/// @param nHead attention heads H, at least 1; divides nEmbd
/// @param nLayer layers L, at least 1
/// @param blockSize longest context in tokens, at least 1
/// @param vocabSize vocabulary V, including BOS
record ModelShape(int nEmbd, int nHead, int nLayer, int blockSize, int vocabSize) {

    /// @throws InvalidInputException if a value is out of its range
    ModelShape {
        ModelOption.N_EMBD.require(nEmbd);
        ModelOption.N_HEAD.require(nHead);
        ModelOption.N_LAYER.require(nLayer);
        ModelOption.BLOCK_SIZE.require(blockSize);
        if (nEmbd % nHead != 0) {
            throw InvalidInputException.outOfRange(
                    "nHead",
                    nHead,
                    1,
                    nEmbd,
                    "nHead must divide nEmbd (" + nEmbd + "), but is " + nHead);
        }
    }

    /// Returns the width D of one head.
    int headDim() {
        return nEmbd / nHead;
    }

    /// Returns the number of parameters.
    ///
    /// @return 2 V C + T C + 12 L C^2, or `Long.MAX_VALUE` if that overflows
    long numParams() {
        long c = nEmbd;
        try {
            long embeddings = Math.multiplyExact(2L * vocabSize + blockSize, c);
            long layer = Math.multiplyExact(12, Math.multiplyExact(c, c));
            return Math.addExact(embeddings, Math.multiplyExact(nLayer, layer));
        } catch (ArithmeticException _) {
            return Long.MAX_VALUE;
        }
    }

    /// Returns the number of parameters.
    ///
    /// @throws InvalidInputException if there are more parameters than an array can hold
    int requireNumParams() {
        long numParams = numParams();
        InvalidInputException.requireRange("numParams", numParams, 1, Integer.MAX_VALUE - 8);
        return (int) numParams;
    }
}

package dev.microgpt.engine;

import dev.microgpt.engine.architecture.Architecture;
import dev.microgpt.engine.architecture.PositionKind;

/// The shape of a model: the sizes and the architecture, which determine its parameters and the arithmetic on them.
///
/// @param nEmbd embedding width C, at least 1
/// @param nHead attention heads H, at least 1; divides nEmbd
/// @param nLayer layers L, at least 1
/// @param blockSize longest context in tokens, at least 1
/// @param vocabSize vocabulary V, including BOS
record ModelShape(
        int nEmbd, int nHead, int nLayer, int blockSize, int vocabSize, Architecture architecture) {

    /// @throws InvalidInputException if a value is out of its range
    ModelShape {
        ModelOption.N_EMBD.require(nEmbd);
        ModelOption.N_HEAD.require(nHead);
        ModelOption.N_LAYER.require(nLayer);
        ModelOption.BLOCK_SIZE.require(blockSize);
        requireDivisor(ModelOption.N_HEAD, nHead, ModelOption.N_EMBD, nEmbd);
        ModelOption.MLP_RATIO.require(architecture.mlpRatio());
        int kvHeads = architecture.kvHeads();
        ModelOption.KV_HEADS.require(kvHeads);
        if (kvHeads > 0) {
            requireDivisor(ModelOption.KV_HEADS, kvHeads, ModelOption.N_HEAD, nHead);
        }
        if (architecture.position() == PositionKind.ROPE && nEmbd / nHead % 2 != 0) {
            throw InvalidInputException.outOfRange(
                    ModelOption.POSITION.name(),
                    "rope",
                    null,
                    null,
                    "rope rotates pairs, so that the width of a head must be even, but it is "
                            + nEmbd / nHead);
        }
    }

    /// A shape with the architecture of microgpt.
    ///
    /// @throws InvalidInputException if a value is out of its range
    ModelShape(int nEmbd, int nHead, int nLayer, int blockSize, int vocabSize) {
        this(nEmbd, nHead, nLayer, blockSize, vocabSize, Architecture.MICROGPT);
    }

    private static void requireDivisor(
            ModelOption.IntegerOption option,
            int value,
            ModelOption.IntegerOption whole,
            int wholeValue) {
        if (wholeValue % value != 0) {
            throw InvalidInputException.outOfRange(
                    option.name(),
                    value,
                    option.min(),
                    wholeValue,
                    option.name()
                            + " must divide "
                            + whole.name()
                            + " ("
                            + wholeValue
                            + "), but is "
                            + value);
        }
    }

    /// Returns the width D of one head.
    int headDim() {
        return nEmbd / nHead;
    }

    /// Returns the width of all keys of a position, and of all values: that of as many heads as have their own.
    int kvWidth() {
        return architecture.kvHeads(nHead) * headDim();
    }

    /// Returns F, the width of the hidden layer of an MLP.
    int hidden() {
        return architecture.hidden(nEmbd);
    }

    /// Returns the number of parameters.
    ///
    /// @return by default 2 V C + T C + 12 L C^2; `Long.MAX_VALUE` if it is larger than that
    long numParams() {
        double c = nEmbd;
        double f = hidden();
        double kv = kvWidth();
        double vectors = (architecture.normGain() ? c : 0) + (architecture.normBias() ? c : 0);
        double tables =
                (architecture.tied() ? 1.0 : 2.0) * vocabSize
                        + (architecture.position() == PositionKind.LEARNED ? blockSize : 0);
        int intoHidden = architecture.isGated() ? 2 : 1;
        double biases = architecture.biases() ? 3 * c + 2 * kv + intoHidden * f : 0;
        double layer = 2 * c * c + 2 * kv * c + (intoHidden + 1) * f * c + biases + 2 * vectors;
        double norms = (architecture.embeddingNorm() ? 1 : 0) + (architecture.finalNorm() ? 1 : 0);
        return (long) (tables * c + norms * vectors + nLayer * layer);
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

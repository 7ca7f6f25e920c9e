package dev.microgpt.engine;

/// The shape of a model and of its data, as `getConfig` of microgptjs returns it.
///
/// @param nEmbd embedding width C
/// @param nHead attention heads H
/// @param nLayer layers L
/// @param blockSize longest context in tokens
/// @param headDim width D of one head
/// @param vocabSize V, including BOS; 0 before data is loaded
/// @param numDocs number of documents; 0 before data is loaded
public record ModelConfig(
        int nEmbd, int nHead, int nLayer, int blockSize, int headDim, int vocabSize, int numDocs) {}

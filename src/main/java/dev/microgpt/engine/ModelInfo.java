package dev.microgpt.engine;

/// The size of a model and of its data, as returned by [MicroGpt#initParams()].
///
/// @param numParams number of parameters
/// @param vocabSize V, including BOS
/// @param numDocs number of documents
public record ModelInfo(int numParams, int vocabSize, int numDocs) {}

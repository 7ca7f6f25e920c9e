package dev.microgpt.engine;

/// What [MicroGpt#initParams()] made.
///
/// @param numParams number of parameters
/// @param vocabSize V, with BOS
/// @param numDocs documents in the training text
public record ModelInfo(int numParams, int vocabSize, int numDocs) {}

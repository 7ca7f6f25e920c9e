/// The GPT engine: a plain library that needs nothing but the JDK.
///
/// [MicroGpt] is the way in. It is a port of the class of the same name in microgptjs, itself a
/// translation of Andrej Karpathy's microgpt.py: load documents, initialise parameters, train step
/// by step, generate. The building blocks lie beside it: `scalar` holds the automatic
/// differentiation, `tensor` the fast model, `random` the two random generators.
///
/// Dependencies point one way: `engine` uses `engine.scalar`, `engine.tensor` and `engine.random`;
/// these know nothing of it, nor of each other.
///
/// Array shapes are written next to their declarations, with these letters: T tokens (positions),
/// C embedding width (`nEmbd`), H heads (`nHead`), D head width (C / H), V vocabulary, L layers
/// (`nLayer`), B documents in a batch. All arrays are row-major.
@NullMarked
package dev.microgpt.engine;

import org.jspecify.annotations.NullMarked;

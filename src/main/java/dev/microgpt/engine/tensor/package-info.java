/// The fast model: explicit forward and backward passes over flat float32 arrays.
///
/// Three things make up a model that trains: its [Weights], the [AdamState] of the optimiser, and a
/// [Workspace] of buffers. [TensorTrainer] has all of them. Whoever only reads needs weights, and some of
/// the buffers: [ForwardPass] takes a whole sequence at once, [KvDecoder] token by token. [TensorMemoryEstimate] tells
/// beforehand how much each takes.
///
/// All leave the arithmetic to [Kernels], of which there are two implementations: portable loops, and SIMD
/// with the JDK's Vector API. [KernelProvider] chooses. What a lane is, only the classes know
/// whose names begin with `Simd`.
///
/// All widths are padded to multiples of 16 (see [Layout]), so that kernels have no remainders: the
/// padding of activations, weights and gradients is zero and stays zero.
///
/// Shapes use the letters of `dev.microgpt.engine`, with a prime for padded widths: C' for the
/// embedding, D' for a head, A = H D' padded for all heads, F' for the hidden layer, V' for the
/// vocabulary; N is the number of positions in a batch.
@NullMarked
package dev.microgpt.engine.tensor;

import org.jspecify.annotations.NullMarked;

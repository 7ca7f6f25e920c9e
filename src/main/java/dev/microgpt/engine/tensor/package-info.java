/// The fast model: explicit forward and backward passes over flat float32 arrays.
///
/// ## Types
///
/// Training takes three things: the [Weights], the [AdamState] of the optimiser, and a [Workspace] of
/// buffers. [TensorTrainer] holds all of them, and runs a [ForwardPass], a [BackwardPass] and an Adam update
/// in each step. Inference takes the weights and some of the buffers: [ForwardPass] reads a whole sequence at
/// once, [KvDecoder] reads it token by token, and [BatchDecoder] so reads many sequences at a time.
/// [TensorMemoryEstimate] estimates the memory of each beforehand.
///
/// All of them use [Kernels] for arithmetic. There are two implementations: [PortableKernels] in plain loops,
/// and [SimdKernels] with the JDK's Vector API. [KernelProvider] chooses one at startup. Only classes whose
/// names begin with `Simd` use the Vector API.
///
/// ## Conventions
///
/// All widths are padded to multiples of 16 (see [Layout]), so that kernels have no remainders. The padding
/// of activations, weights and gradients is zero and stays zero.
///
/// Shapes use the letters of `dev.microgpt.engine`, with a prime for padded widths: C' for the embedding, D'
/// for a head, A = H D' (padded) for all heads, F' for the hidden layer of the MLP, V' for the vocabulary. N
/// is the number of positions in a batch, S that of sequences that are read at a time. The order of the reference is the order of `Matrix.of`.
@NullMarked
package dev.microgpt.engine.tensor;

import org.jspecify.annotations.NullMarked;

package dev.microgpt.engine.training;

/// The rules by which a step changes the parameters.
public enum OptimizerKind {
    /// Adam: D. P. Kingma, J. Ba, "Adam: A Method for Stochastic Optimization" (2014).
    ADAM,
    /// Adam with decoupled weight decay: I. Loshchilov, F. Hutter, "Decoupled Weight Decay Regularization" (2017).
    ADAMW,
    /// Stochastic gradient descent with momentum: m = momentum m + g, after = before - learningRate m.
    SGD,
    /// Momentum whose matrices are orthogonalised, for the weights of attention and MLP; AdamW without decay for the
    /// embeddings, and AdamW for the rest. K. Jordan et al., "Muon: An optimizer for hidden layers in neural networks"
    /// (2024).
    MUON
}

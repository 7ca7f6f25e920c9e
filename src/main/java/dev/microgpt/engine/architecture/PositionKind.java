package dev.microgpt.engine.architecture;

/// How a model knows the position of a token.
public enum PositionKind {
    /// A learned embedding of each position is added to that of the token.
    LEARNED,
    /// Sines and cosines of the position are added to the token's embedding: A. Vaswani et al., "Attention Is All You
    /// Need" (2017).
    SINUSOIDAL,
    /// Queries and keys are rotated by angles that grow with the position: J. Su et al., "RoFormer: Enhanced Transformer
    /// with Rotary Position Embedding" (2021).
    ROPE,
    /// Attention logits fall with the distance, in each head at another slope: O. Press et al., "Train Short, Test Long:
    /// Attention with Linear Biases Enables Input Length Extrapolation" (2021).
    ALIBI,
    /// Nothing but the causal mask tells positions apart.
    NONE
}

package dev.microgpt.engine.architecture;

/// How rows of the residual stream are normalised.
public enum NormKind {
    /// Divided by their root mean square: B. Zhang, R. Sennrich, "Root Mean Square Layer Normalization" (2019).
    RMSNORM,
    /// Shifted to a mean of 0, then divided by their standard deviation: J. L. Ba et al., "Layer Normalization" (2016).
    LAYERNORM
}

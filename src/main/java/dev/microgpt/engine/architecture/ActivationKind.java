package dev.microgpt.engine.architecture;

/// The nonlinearity of the hidden layer of an MLP.
public enum ActivationKind {
    /// max(0, x)
    RELU,
    /// x times the normal distribution function of x, in GPT-2's approximation, which is
    /// x sigmoid(2 sqrt(2 / pi) (x + 0.044715 x^3)): D. Hendrycks, K. Gimpel, "Gaussian Error Linear Units" (2016).
    GELU,
    /// x sigmoid(x)
    SILU,
    /// silu(gate) x, where the gate is the product with a third weight: N. Shazeer, "GLU Variants Improve
    /// Transformer" (2020).
    SWIGLU,
    /// max(0, x)^2: D. So et al., "Primer: Searching for Efficient Transformers for Language Modeling" (2021).
    RELU2
}

package dev.microgpt.engine;

import dev.microgpt.engine.architecture.Architecture;
import dev.microgpt.engine.architecture.PositionKind;

import java.util.Locale;

/// The intermediate results of a forward pass, in the order in which they are computed. Each has one row per
/// position. Some exist in some architectures only.
enum Activation {
    EMBEDDED(Scope.MODEL, "embedded"),
    EMBEDDING(Scope.MODEL, "embedding"),
    ATTN_NORM(Scope.LAYER, "attn_norm"),
    ATTN_Q(Scope.LAYER, "attn_q"),
    ATTN_K(Scope.LAYER, "attn_k"),
    ATTN_V(Scope.LAYER, "attn_v"),
    /// The queries as the heads read them; only if they are normalised or rotated.
    ATTN_Q_READ(Scope.LAYER, "attn_q_read"),
    /// The keys as the heads read them; only if they are normalised or rotated.
    ATTN_K_READ(Scope.LAYER, "attn_k_read"),
    ATTN_LOGITS(Scope.HEAD, "logits"),
    ATTN_WEIGHTS(Scope.HEAD, "weights"),
    ATTN_OUT(Scope.LAYER, "attn_out"),
    ATTN_PROJ(Scope.LAYER, "attn_proj"),
    ATTN_RESIDUAL(Scope.LAYER, "attn_residual"),
    MLP_NORM(Scope.LAYER, "mlp_norm"),
    MLP_HIDDEN(Scope.LAYER, "mlp_hidden"),
    /// Only if the hidden layer has a gate.
    MLP_GATE(Scope.LAYER, "mlp_gates"),
    /// After the ReLU, or another activation, after which the tensor is then named.
    MLP_ACTIVE(Scope.LAYER, "mlp_relu"),
    MLP_PROJ(Scope.LAYER, "mlp_proj"),
    MLP_RESIDUAL(Scope.LAYER, "mlp_residual"),
    FINAL_NORM(Scope.MODEL, "final_norm"),
    LOGITS(Scope.MODEL, "logits"),
    PROBS(Scope.MODEL, "probs"),
    LOSSES(Scope.MODEL, "losses"),
    LOSS(Scope.MODEL, "loss"),
    SHARE(Scope.MODEL, "share");

    /// Whether an activation exists once in the model, once per layer, or once per head.
    private enum Scope {
        MODEL,
        LAYER,
        HEAD
    }

    private final Scope scope;
    private final String label;

    Activation(Scope scope, String label) {
        this.scope = scope;
        this.label = label;
    }

    /// Returns the name of this activation's tensor, with layer and head where its scope needs them: `loss`,
    /// `layer0.attn_q`, `layer0.head1.weights`.
    String tensor(Architecture architecture, int layer, int head) {
        String name = this == MLP_ACTIVE ? "mlp_" + lowerCase(architecture.activation()) : label;
        return switch (scope) {
            case MODEL -> name;
            case LAYER -> String.format(Locale.ROOT, "layer%d.%s", layer, name);
            case HEAD -> String.format(Locale.ROOT, "layer%d.head%d.%s", layer, head, name);
        };
    }

    private static String lowerCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /// Returns how this activation is computed, in terms of tensors of the same layer and head.
    String formula(Architecture architecture) {
        Formulas formulas = new Formulas(architecture);
        return switch (this) {
            case EMBEDDED -> formulas.embedded();
            case EMBEDDING ->
                    architecture.embeddingNorm()
                            ? formulas.norm("embedded", "embedding_norm")
                            : "embedded";
            case ATTN_NORM -> formulas.norm("x", label);
            case ATTN_Q -> formulas.linear("attn_wq", "attn_norm");
            case ATTN_K -> formulas.linear("attn_wk", "attn_norm");
            case ATTN_V -> formulas.linear("attn_wv", "attn_norm");
            case ATTN_Q_READ -> formulas.readByHeads("attn_q");
            case ATTN_K_READ -> formulas.readByHeads("attn_k");
            case ATTN_LOGITS -> formulas.attentionLogits();
            case ATTN_WEIGHTS, PROBS -> "softmax(logits)";
            case ATTN_OUT -> "sum of weight × v over the positions so far, head by head";
            case ATTN_PROJ -> formulas.linear("attn_wo", "attn_out");
            case ATTN_RESIDUAL -> "attn_proj + x";
            case MLP_NORM -> formulas.norm("attn_residual", label);
            case MLP_HIDDEN -> formulas.linear("mlp_fc1", "mlp_norm");
            case MLP_GATE -> formulas.linear("mlp_gate", "mlp_norm");
            case MLP_ACTIVE -> formulas.activation();
            case MLP_PROJ ->
                    formulas.linear("mlp_fc2", "mlp_" + lowerCase(architecture.activation()));
            case MLP_RESIDUAL -> "mlp_proj + attn_residual";
            case FINAL_NORM -> formulas.norm("x", "final_norm");
            case LOGITS ->
                    (architecture.tied() ? "wte" : "lm_head")
                            + " · "
                            + (architecture.finalNorm() ? "final_norm" : "x");
            case LOSSES -> "-ln(probs[next token])";
            case LOSS -> "mean of losses";
            case SHARE -> "loss / batchSize";
        };
    }

    /// The formulas of an architecture.
    private record Formulas(Architecture architecture) {

        String embedded() {
            return switch (architecture.position()) {
                case LEARNED -> "wte[token] + wpe[position]";
                case SINUSOIDAL -> "wte[token] + sines and cosines of the position";
                case ROPE, ALIBI, NONE -> "wte[token]";
            };
        }

        /// @param name that of the normalisation, without `_gain` and `_bias`
        String norm(String x, String name) {
            return lowerCase(architecture.norm())
                    + "("
                    + x
                    + ")"
                    + (architecture.normGain() ? " × " + name + "_gain" : "")
                    + (architecture.normBias() ? " + " + name + "_bias" : "");
        }

        String linear(String weight, String x) {
            return weight + " · " + x + (architecture.biases() ? " + " + weight + "_bias" : "");
        }

        String readByHeads(String x) {
            String normed = architecture.qkNorm() ? "rmsnorm(" + x + " of each head)" : x;
            return architecture.position() == PositionKind.ROPE
                    ? normed + ", pairs rotated by the position"
                    : normed;
        }

        String attentionLogits() {
            return "q · k of each position so far / √headDim"
                    + (architecture.position() == PositionKind.ALIBI ? " - slope × distance" : "");
        }

        String activation() {
            return switch (architecture.activation()) {
                case RELU -> "max(0, mlp_hidden)";
                case GELU -> "gelu(mlp_hidden)";
                case SILU -> "mlp_hidden × sigmoid(mlp_hidden)";
                case SWIGLU -> "mlp_gates × sigmoid(mlp_gates) × mlp_hidden";
                case RELU2 -> "max(0, mlp_hidden)²";
            };
        }
    }
}

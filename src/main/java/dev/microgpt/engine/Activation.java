package dev.microgpt.engine;

import java.util.Locale;

/// The intermediate results of a forward pass, in the order in which they are computed. Each has one row per
/// position.
enum Activation {
    EMBEDDED(Scope.MODEL, "embedded", "wte[token] + wpe[position]"),
    EMBEDDING(Scope.MODEL, "embedding", "rmsnorm(embedded)"),
    ATTN_NORM(Scope.LAYER, "attn_norm", "rmsnorm(x)"),
    ATTN_Q(Scope.LAYER, "attn_q", "attn_wq · attn_norm"),
    ATTN_K(Scope.LAYER, "attn_k", "attn_wk · attn_norm"),
    ATTN_V(Scope.LAYER, "attn_v", "attn_wv · attn_norm"),
    ATTN_LOGITS(Scope.HEAD, "logits", "q · k of each position so far / √headDim"),
    ATTN_WEIGHTS(Scope.HEAD, "weights", "softmax(logits)"),
    ATTN_OUT(Scope.LAYER, "attn_out", "sum of weight × v over the positions so far, head by head"),
    ATTN_PROJ(Scope.LAYER, "attn_proj", "attn_wo · attn_out"),
    ATTN_RESIDUAL(Scope.LAYER, "attn_residual", "attn_proj + x"),
    MLP_NORM(Scope.LAYER, "mlp_norm", "rmsnorm(attn_residual)"),
    MLP_HIDDEN(Scope.LAYER, "mlp_hidden", "mlp_fc1 · mlp_norm"),
    MLP_RELU(Scope.LAYER, "mlp_relu", "max(0, mlp_hidden)"),
    MLP_PROJ(Scope.LAYER, "mlp_proj", "mlp_fc2 · mlp_relu"),
    MLP_RESIDUAL(Scope.LAYER, "mlp_residual", "mlp_proj + attn_residual"),
    LOGITS(Scope.MODEL, "logits", "lm_head · x"),
    PROBS(Scope.MODEL, "probs", "softmax(logits)"),
    LOSSES(Scope.MODEL, "losses", "-ln(probs[next token])"),
    LOSS(Scope.MODEL, "loss", "mean of losses"),
    SHARE(Scope.MODEL, "share", "loss / batchSize");

    /// Whether an activation exists once in the model, once per layer, or once per head.
    private enum Scope {
        MODEL,
        LAYER,
        HEAD
    }

    private final Scope scope;
    private final String label;
    private final String formula;

    Activation(Scope scope, String label, String formula) {
        this.scope = scope;
        this.label = label;
        this.formula = formula;
    }

    /// Returns the name of this activation's tensor, with layer and head where its scope needs them: `loss`,
    /// `layer0.attn_q`, `layer0.head1.weights`.
    String tensor(int layer, int head) {
        return switch (scope) {
            case MODEL -> label;
            case LAYER -> String.format(Locale.ROOT, "layer%d.%s", layer, label);
            case HEAD -> String.format(Locale.ROOT, "layer%d.head%d.%s", layer, head, label);
        };
    }

    /// Returns how this activation is computed, in terms of tensors of the same layer and head.
    String formula() {
        return formula;
    }
}

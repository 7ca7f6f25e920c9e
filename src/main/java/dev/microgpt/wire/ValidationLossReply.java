package dev.microgpt.wire;

import dev.microgpt.session.history.ValidationLoss;

import io.swagger.v3.oas.annotations.media.Schema;

import java.util.List;

/// The mean loss of the documents that are held out from training.
@Schema(name = "ValidationLoss")
public record ValidationLossReply(
        @Schema(description = "Steps trained") long step,
        @Schema(description = "In nats") double loss) {

    public static List<ValidationLossReply> of(List<ValidationLoss> losses) {
        return losses.stream().map(ValidationLossReply::of).toList();
    }

    static ValidationLossReply of(ValidationLoss loss) {
        return new ValidationLossReply(loss.step(), loss.loss());
    }
}

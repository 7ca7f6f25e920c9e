package dev.microgpt.wire;

import dev.microgpt.session.query.Validation;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.stream.Stream;

/// How the loss of the documents that are held out from training has changed.
@Schema(name = "Validation")
public record ValidationReply(
        @Schema(description = "Documents that are held out") int documents,
        @Schema(description = "Documents that are measured: all of them, or 1,000") int measured,
        @Schema(description = "Mean losses in nats, oldest first") List<ValidationLossReply> losses,
        @Schema(description = "The lowest; absent before the first measurement")
                @Nullable ValidationLossReply best,
        @Schema(
                        description =
                                "The step of the lowest loss, if it has risen since while the training loss fell")
                @Nullable Long overfitSince)
        implements CsvTable {

    public static ValidationReply of(Validation validation) {
        return new ValidationReply(
                validation.documents(),
                validation.measured(),
                ValidationLossReply.of(validation.losses()),
                validation.best() == null ? null : ValidationLossReply.of(validation.best()),
                validation.overfitSince());
    }

    @Override
    public List<String> csvColumns() {
        return List.of("step", "loss");
    }

    @Override
    public Stream<List<@Nullable Object>> csvRows() {
        return losses.stream().map(measured -> List.of(measured.step(), measured.loss()));
    }
}

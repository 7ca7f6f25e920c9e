package dev.microgpt.wire;

import com.fasterxml.jackson.annotation.JsonProperty;

import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.ModelOption.BooleanOption;
import dev.microgpt.engine.ModelOption.ChoiceOption;
import dev.microgpt.engine.ModelOption.DecimalOption;
import dev.microgpt.engine.ModelOption.IntegerOption;
import dev.microgpt.engine.RandomKind;
import dev.microgpt.session.admission.Limits;

import io.swagger.v3.oas.annotations.media.Schema;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The description of an option of a model.
@Schema(name = "OptionDescription")
public record OptionReply(
        @Schema(description = "Its name in init", example = "nEmbd") String name,
        @Schema(
                        description = "Its type in JSON",
                        allowableValues = {"integer", "number", "boolean", "string"},
                        example = "integer")
                String type,
        @JsonProperty("default")
                @Schema(description = "Its value if it is not given", example = "16")
                Object defaultValue,
        @Schema(description = "Smallest allowed value of a number", example = "1")
                @Nullable Number min,
        @Schema(description = "Largest allowed value of a number on this server", example = "1024")
                @Nullable Number max,
        @Schema(description = "Allowed values of a string") @Nullable List<String> choices,
        @Schema(description = "Only for seed: its range for each value of random")
                @Nullable Map<String, Range> ranges,
        @Schema(description = "Whether it can be changed during training", example = "false")
                boolean steerable) {

    /// A range of numbers, both ends included.
    @Schema(name = "Range")
    public record Range(long min, long max) {}

    public static OptionReply of(ModelOption option, Limits limits) {
        return switch (option) {
            case IntegerOption integer ->
                    new OptionReply(
                            integer.name(),
                            "integer",
                            integer.defaultValue(),
                            integer.min(),
                            limits.max(integer),
                            null,
                            integer.equals(ModelOption.SEED) ? seedRanges() : null,
                            integer.isSteerable());
            case DecimalOption decimal ->
                    new OptionReply(
                            decimal.name(),
                            "number",
                            decimal.defaultValue(),
                            decimal.min(),
                            decimal.max(),
                            null,
                            null,
                            decimal.isSteerable());
            case BooleanOption bool ->
                    new OptionReply(
                            bool.name(),
                            "boolean",
                            bool.defaultValue(),
                            null,
                            null,
                            null,
                            null,
                            bool.isSteerable());
            case ChoiceOption<?> choice ->
                    new OptionReply(
                            choice.name(),
                            "string",
                            EnumNames.lowerCase(choice.defaultValue()),
                            null,
                            null,
                            choice.choices().stream().map(EnumNames::lowerCase).toList(),
                            null,
                            choice.isSteerable());
        };
    }

    private static Map<String, Range> seedRanges() {
        Map<String, Range> ranges = new TreeMap<>();
        for (RandomKind kind : RandomKind.values()) {
            ranges.put(EnumNames.lowerCase(kind), new Range(kind.minSeed(), kind.maxSeed()));
        }
        return ranges;
    }
}

package dev.microgpt.wire;

import com.fasterxml.jackson.annotation.JsonAnyGetter;

import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.OptionValues;

import io.swagger.v3.oas.annotations.media.Schema;

import java.util.LinkedHashMap;
import java.util.Map;

/// The options of a model by name. Those that are not [basic][ModelOption#BASIC] are left out where they have their
/// defaults. The OpenAPI document gets the properties from [ModelOption].
@Schema(name = "ModelOptions")
public record OptionsReply(@JsonAnyGetter Map<String, Object> values) {

    static OptionsReply of(ModelOptions options) {
        return new OptionsReply(byName(OptionValues.of(options, _ -> true).written()));
    }

    /// Returns all options, also those that have their defaults.
    public static OptionsReply withDefaults(ModelOptions options) {
        return new OptionsReply(byName(OptionValues.of(options, _ -> true)));
    }

    /// Returns values by the names of their options.
    static Map<String, Object> byName(OptionValues options) {
        Map<String, Object> values = new LinkedHashMap<>();
        options.values().forEach((option, value) -> values.put(option.name(), value));
        return values;
    }
}

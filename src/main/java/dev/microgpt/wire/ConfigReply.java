package dev.microgpt.wire;

import com.fasterxml.jackson.annotation.JsonAnyGetter;

import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.OptionValues;
import dev.microgpt.session.persistence.SessionView;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/// The shape of a model and all its options; `vocabSize` and `numDocs` are 0 until documents are loaded. The OpenAPI
/// document gets the properties from [dev.microgpt.engine.ModelOption].
public record ConfigReply(@JsonAnyGetter Map<String, Object> values) {

    public static ConfigReply of(SessionView view) {
        ModelOptions options = view.options();
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("nEmbd", options.nEmbd());
        values.put("nHead", options.nHead());
        values.put("nLayer", options.nLayer());
        values.put("blockSize", options.blockSize());
        values.put("headDim", options.headDim());
        values.put("vocabSize", Objects.requireNonNullElse(view.vocabSize(), 0));
        values.put("numDocs", Objects.requireNonNullElse(view.numDocs(), 0));
        OptionsReply.byName(OptionValues.of(options, _ -> true)).forEach(values::putIfAbsent);
        return new ConfigReply(values);
    }
}

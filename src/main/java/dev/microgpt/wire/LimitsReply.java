package dev.microgpt.wire;

import dev.microgpt.engine.ModelOption;
import dev.microgpt.engine.ModelOptions;
import dev.microgpt.engine.OptionValues;
import dev.microgpt.engine.architecture.Preset;
import dev.microgpt.session.admission.Limits;
import dev.microgpt.share.ShareLimits;
import dev.microgpt.sweep.SweepLimits;

import io.swagger.v3.oas.annotations.media.Schema;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The limits of the service, configured under `microgpt.limits`, and the options of a model.
@Schema(name = "Limits")
public record LimitsReply(
        @Schema(description = "Sessions at a time") int sessions,
        @Schema(description = "Parameters of a model") long parameters,
        @Schema(description = "Approximate memory of a model and one training step, in bytes")
                long modelBytes,
        @Schema(description = "Memory for the keyframes of all sessions, in bytes")
                long keyframeBytes,
        @Schema(
                        description =
                                "Memory for sessions, in bytes; beyond it, those idle longest are evicted")
                long sessionBytes,
        @Schema(description = "Memory for sessions and calls together, in bytes") long memoryBytes,
        int nEmbd,
        int nLayer,
        int blockSize,
        int batchSize,
        @Schema(description = "UTF-8 bytes of a training text") long textBytes,
        @Schema(description = "Documents of a training text") int documents,
        @Schema(description = "Distinct characters of a training text, plus one") int vocabulary,
        int stepsPerCall,
        long stepsPerRun,
        int samplesPerCall,
        @Schema(
                        description =
                                "Texts that the probes of one call generate, at all keyframes together")
                int probeSamples,
        @Schema(description = "Texts to score in one call") int textsPerCall,
        @Schema(
                        description =
                                "Texts to generate or to score in one call that sends a line for each")
                int textsPerStream,
        @Schema(description = "Numbers in the traces of one response") long traceValues,
        @Schema(description = "Numbers in the graphs of a dissected step") long graphNodes,
        @Schema(description = "Losses or buckets in one response") int lossesPerCall,
        @Schema(description = "Calls that may wait for one session") int queuedCalls,
        @Schema(description = "Live connections at a time") int connections,
        @Schema(description = "Sweeps of one caller") int sweeps,
        @Schema(description = "Sessions of a sweep") int sweepSessions,
        @Schema(description = "Shares of a session") int shares,
        @Schema(description = "Days for which a share may be valid") int shareDays,
        @Schema(description = "Maximum duration of a call", example = "PT1H") Duration callTime,
        @Schema(description = "The options of a model, with defaults and ranges")
                List<OptionReply> options,
        @Schema(description = "The options that each preset sets")
                Map<String, OptionsReply> presets) {

    public static LimitsReply of(Limits limits, SweepLimits ofSweeps, ShareLimits ofShares) {
        return new LimitsReply(
                limits.sessions(),
                limits.parameters(),
                limits.modelBytes(),
                limits.keyframeBytes(),
                limits.sessionBytes(),
                limits.memoryBytes(),
                limits.nEmbd(),
                limits.nLayer(),
                limits.blockSize(),
                limits.batchSize(),
                limits.textBytes(),
                limits.documents(),
                limits.vocabulary(),
                limits.stepsPerCall(),
                limits.stepsPerRun(),
                limits.samplesPerCall(),
                limits.probeSamples(),
                limits.textsPerCall(),
                limits.textsPerStream(),
                limits.traceValues(),
                limits.graphNodes(),
                limits.lossesPerCall(),
                limits.queuedCalls(),
                limits.connections(),
                ofSweeps.sweeps(),
                ofSweeps.sweepSessions(),
                ofShares.shares(),
                ofShares.shareDays(),
                limits.callTime(),
                ModelOption.ALL.stream().map(option -> OptionReply.of(option, limits)).toList(),
                optionsByPreset());
    }

    private static Map<String, OptionsReply> optionsByPreset() {
        Map<String, OptionsReply> presets = new LinkedHashMap<>();
        for (Preset preset : Preset.values()) {
            ModelOptions options = ModelOptions.builder().preset(preset).build();
            presets.put(
                    EnumNames.lowerCase(preset),
                    new OptionsReply(
                            OptionsReply.byName(
                                    OptionValues.of(options, ModelOption.ARCHITECTURE::contains))));
        }
        return presets;
    }
}

package dev.microgpt.wire;

import dev.microgpt.session.admission.Limits;

import io.swagger.v3.oas.annotations.media.Schema;

import java.time.Duration;

/// What is allowed, as set under `microgpt.limits`.
@Schema(name = "Limits")
public record LimitsReply(
        @Schema(description = "at a time") int sessions,
        @Schema(description = "of a model") long parameters,
        @Schema(description = "of memory for a model and one of its steps, about") long modelBytes,
        @Schema(description = "of memory for the keyframes of all sessions") long keyframeBytes,
        @Schema(
                        description =
                                "of memory for sessions, beyond which the longest unused are put away")
                long sessionBytes,
        @Schema(description = "of memory for sessions and calls together") long memoryBytes,
        int nEmbd,
        int nLayer,
        int blockSize,
        int batchSize,
        @Schema(description = "of a training text as UTF-8") long textBytes,
        @Schema(description = "of a training text") int documents,
        @Schema(description = "different characters of a training text, plus one") int vocabulary,
        int stepsPerCall,
        long stepsPerRun,
        int samplesPerCall,
        @Schema(description = "to score in one call") int textsPerCall,
        @Schema(description = "numbers in the traces that one reply carries") long traceValues,
        @Schema(description = "numbers in the graphs of a step that is taken apart")
                long graphNodes,
        @Schema(description = "raw losses or buckets in one reply") int lossesPerCall,
        @Schema(description = "that may wait for one session") int queuedCalls,
        @Schema(description = "live ones at a time") int connections,
        @Schema(description = "how long a call may take", example = "PT1H") Duration callTime) {

    public static LimitsReply of(Limits limits) {
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
                limits.textsPerCall(),
                limits.traceValues(),
                limits.graphNodes(),
                limits.lossesPerCall(),
                limits.queuedCalls(),
                limits.connections(),
                limits.callTime());
    }
}

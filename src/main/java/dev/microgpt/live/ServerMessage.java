package dev.microgpt.live;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonRawValue;

import dev.microgpt.session.persistence.SessionState;
import dev.microgpt.wire.ConfigReply;
import dev.microgpt.wire.EmbeddingReply;
import dev.microgpt.wire.GenerateReply;
import dev.microgpt.wire.Problem;
import dev.microgpt.wire.Problems;
import dev.microgpt.wire.StepReply;
import dev.microgpt.wire.ValidationLossReply;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.util.List;

/// A message from the server: a flat JSON object that starts with its `type`. Answers repeat the `id` of the
/// message that they answer.
@JsonPropertyOrder({"type", "id", "session"})
sealed interface ServerMessage {

    @JsonProperty("type")
    default String type() {
        String name = getClass().getSimpleName();
        return Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }

    record Ready(
            @Nullable JsonNode id,
            String session,
            @Nullable Integer numParams,
            @Nullable Integer vocabSize,
            @Nullable Integer numDocs)
            implements ServerMessage {}

    record Step(@Nullable JsonNode id, String session, StepReply result) implements ServerMessage {}

    record Trained(@Nullable JsonNode id, String session, long step) implements ServerMessage {}

    record Stopped(@Nullable JsonNode id, String session, long step) implements ServerMessage {}

    record Generated(@Nullable JsonNode id, String session, List<GenerateReply.Item> samples)
            implements ServerMessage {}

    record Embeddings(@Nullable JsonNode id, String session, List<EmbeddingReply> embeddings)
            implements ServerMessage {}

    record LossHistory(@Nullable JsonNode id, String session, double[] losses)
            implements ServerMessage {}

    record Config(@Nullable JsonNode id, String session, ConfigReply config)
            implements ServerMessage {}

    record Subscribed(@Nullable JsonNode id, String session, long step) implements ServerMessage {}

    /// @param reason `deleted` if the session was deleted; null if the client has unsubscribed
    record Unsubscribed(@Nullable JsonNode id, String session, @Nullable String reason)
            implements ServerMessage {

        static Unsubscribed requested(@Nullable JsonNode id, String session) {
            return new Unsubscribed(id, session, null);
        }

        static Unsubscribed deleted(String session) {
            return new Unsubscribed(null, session, "deleted");
        }
    }

    @SuppressWarnings("AvoidCommonTypeNames") // its type is "error"
    record Error(@Nullable JsonNode id, @Nullable String session, Problem problem)
            implements ServerMessage {

        /// Returns the answer to a message that has failed.
        static Error of(ClientMessage message, Throwable failure) {
            return new Error(message.id(), message.session(), Problems.of(failure));
        }
    }

    /// Steps that a watcher has not seen yet, with their losses or a summary of them, and the newest trace.
    /// If the state has changed without a step, as when a run is paused, `toStep` is `fromStep` - 1.
    ///
    /// @param losses JSON that is written once for all watchers, like `buckets`, `trace` and `diagnostics`
    /// @param validation the validation losses that were measured since the last frame; null for none
    /// @param lossAverage the mean of the last 100 losses up to `toStep`, or of all if there are fewer
    /// @param diagnostics the training diagnostics at the step of the trace; null without a trace
    /// @param continuations how often the session has continued with other documents; null if it never has
    record Frame(
            String session,
            long fromStep,
            long toStep,
            @JsonRawValue @Nullable String losses,
            @JsonRawValue @Nullable String buckets,
            @Nullable List<ValidationLossReply> validation,
            @Nullable Double lossAverage,
            @JsonRawValue @Nullable String trace,
            @JsonRawValue @Nullable String diagnostics,
            @Nullable Integer continuations,
            SessionState state,
            double stepsPerSecond)
            implements ServerMessage {}

    /// Steps whose losses are no longer in the history, so that they cannot be sent.
    record Gap(String session, long fromStep, long toStep) implements ServerMessage {}
}

package dev.microgpt.live;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

import dev.microgpt.session.query.PastStep;
import dev.microgpt.wire.GenerateRequest;
import dev.microgpt.wire.InitRequest;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

/// A message from a client: a flat JSON object with its `type`, the name of the `session` it concerns, and an
/// optional `id` that all answers to it repeat.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(name = "init", value = ClientMessage.Init.class),
    @JsonSubTypes.Type(name = "train", value = ClientMessage.Train.class),
    @JsonSubTypes.Type(name = "stop", value = ClientMessage.Stop.class),
    @JsonSubTypes.Type(name = "generate", value = ClientMessage.Generate.class),
    @JsonSubTypes.Type(name = "getEmbeddings", value = ClientMessage.GetEmbeddings.class),
    @JsonSubTypes.Type(name = "getLossHistory", value = ClientMessage.GetLossHistory.class),
    @JsonSubTypes.Type(name = "getConfig", value = ClientMessage.GetConfig.class),
    @JsonSubTypes.Type(name = "subscribe", value = ClientMessage.Subscribe.class),
    @JsonSubTypes.Type(name = "unsubscribe", value = ClientMessage.Unsubscribe.class)
})
sealed interface ClientMessage {

    /// Returns a number or a short text; null if the client sent none.
    @Nullable JsonNode id();

    /// Returns the name of the session; null if the client sent none, which is an error.
    @Nullable String session();

    record Init(
            @Nullable JsonNode id,
            @Nullable String session,
            @Nullable InitRequest options,
            @Nullable String text,
            @Nullable String dataset,
            @Nullable Boolean overwrite)
            implements ClientMessage {}

    record Train(@Nullable JsonNode id, @Nullable String session, @Nullable Integer steps)
            implements ClientMessage {}

    record Stop(@Nullable JsonNode id, @Nullable String session) implements ClientMessage {}

    record Generate(
            @Nullable JsonNode id,
            @Nullable String session,
            @Nullable Double temperature,
            @Nullable Integer count,
            @Nullable String prompt,
            @Nullable Integer topK,
            @Nullable Double topP,
            @Nullable Long seed,
            @Nullable Boolean viz,
            @Nullable PastStep step)
            implements ClientMessage {

        GenerateRequest request() {
            return GenerateRequest.wantingAll(
                    temperature, count, prompt, topK, topP, seed, viz, step);
        }
    }

    record GetEmbeddings(@Nullable JsonNode id, @Nullable String session)
            implements ClientMessage {}

    record GetLossHistory(@Nullable JsonNode id, @Nullable String session)
            implements ClientMessage {}

    record GetConfig(@Nullable JsonNode id, @Nullable String session) implements ClientMessage {}

    /// @param fromStep the first step to send; null for the next one
    /// @param viz which traces to send: `last` or `none`
    /// @param maxHz the maximum number of frames per second
    /// @param losses how to send losses: `raw` or `buckets`
    record Subscribe(
            @Nullable JsonNode id,
            @Nullable String session,
            @Nullable Long fromStep,
            @Nullable String viz,
            @Nullable Double maxHz,
            @Nullable String losses)
            implements ClientMessage {}

    record Unsubscribe(@Nullable JsonNode id, @Nullable String session) implements ClientMessage {}
}

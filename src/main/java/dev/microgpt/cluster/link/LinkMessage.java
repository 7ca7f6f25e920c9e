package dev.microgpt.cluster.link;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

import dev.microgpt.live.WatchRequest;
import dev.microgpt.session.actor.PublishedState;
import dev.microgpt.session.admission.Caller;

import org.jspecify.annotations.Nullable;

/// A message between two nodes: one line of JSON and, for some types, a text after it. The client's node chooses the
/// ids of tasks and watches.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(name = "execute", value = LinkMessage.Execute.class),
    @JsonSubTypes.Type(name = "stop", value = LinkMessage.Stop.class),
    @JsonSubTypes.Type(name = "taken", value = LinkMessage.Taken.class),
    @JsonSubTypes.Type(name = "watch", value = LinkMessage.Watch.class),
    @JsonSubTypes.Type(name = "next", value = LinkMessage.Next.class),
    @JsonSubTypes.Type(name = "unwatch", value = LinkMessage.Unwatch.class),
    @JsonSubTypes.Type(name = "answer", value = LinkMessage.Answer.class),
    @JsonSubTypes.Type(name = "done", value = LinkMessage.Done.class),
    @JsonSubTypes.Type(name = "watching", value = LinkMessage.Watching.class),
    @JsonSubTypes.Type(name = "frame", value = LinkMessage.Frame.class),
    @JsonSubTypes.Type(name = "ended", value = LinkMessage.Ended.class)
})
sealed interface LinkMessage {

    /// A message to the node of the sessions.
    sealed interface Request extends LinkMessage {}

    /// A message to the node of the client.
    sealed interface Response extends LinkMessage {}

    /// Asks to carry out a client's message, which is the text.
    ///
    /// @param isStopped whether to make no steps, as the client has sent a stop meanwhile
    record Execute(long task, Caller caller, boolean isStopped) implements Request {}

    /// Asks to make no more steps.
    record Stop(long task) implements Request {}

    /// Confirms one answer, so that another one may follow.
    record Taken(long task) implements Request {}

    /// Asks to watch a session, and for its first frame.
    record Watch(long watch, Caller caller, String session, WatchRequest request)
            implements Request {}

    /// Asks for the next frame.
    record Next(long watch) implements Request {}

    /// Ends a watch.
    record Unwatch(long watch) implements Request {}

    /// Brings an answer to a client's message, which is the text.
    record Answer(long task) implements Response {}

    /// Ends a task after its last answer.
    ///
    /// @param failure why it was not carried out; null if it was, or has been answered with an error
    record Done(long task, @Nullable LinkFailure failure) implements Response {}

    /// Confirms a watch.
    ///
    /// @param step after which it starts
    record Watching(long watch, long epoch, long step) implements Response {}

    /// Brings a frame or a gap, which is the text.
    ///
    /// @param kind `frame` or `gap`
    /// @param step its last step
    record Frame(long watch, String kind, long epoch, long step) implements Response {}

    /// Ends a watch.
    ///
    /// @param end why there are no more frames; null for a failure
    /// @param failure why the watch could not start; null if it was
    record Ended(long watch, PublishedState.@Nullable End end, @Nullable LinkFailure failure)
            implements Response {}
}

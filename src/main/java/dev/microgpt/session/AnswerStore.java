package dev.microgpt.session;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.concurrent.CompletableFuture;

/// Keeps what was answered to calls that are not to be made twice, for a day.
public interface AnswerStore {

    /// An answer, or a call that was cut off before there was one.
    ///
    /// @param key chosen by the caller
    /// @param call method and path
    /// @param request a digest of the call's body; null where the call was cut off
    /// @param epoch of the session that the answer tells of; null where it tells of none
    /// @param start where it began; null where that does not matter
    /// @param status of the answer; 0 where there is none
    /// @param headers of the answer
    /// @param body of the answer; null where it was too large to be kept
    record Entry(
            String key,
            String call,
            @Nullable String request,
            @Nullable Long epoch,
            Once.@Nullable Start start,
            int status,
            Map<String, String> headers,
            byte @Nullable [] body) {}

    @Nullable Entry find(String key);

    /// A call begins that may be cut off in the middle.
    void started(String key, String call, Once.Start start);

    /// Keeps an answer: to be called where [Once#answered] leads, in the transaction of the change.
    void keep(Entry answer);

    /// Keeps the answer of a call that changed nothing.
    CompletableFuture<Void> keepAlone(Entry answer);
}

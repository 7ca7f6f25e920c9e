package dev.microgpt.verification.coldstart;

import java.util.List;

/// The outcome of one start.
///
/// @param calls how many calls were sent
/// @param unanswered calls without a response in time, or whose connection was cut
/// @param failed calls with an unexpected response, and that response
/// @param isHung whether a later call was not answered either
/// @param stopped whether SIGTERM ended the process within 10 seconds
/// @param seconds the time until the last response
public record StormResult(
        int calls,
        List<String> unanswered,
        List<String> failed,
        boolean isHung,
        boolean stopped,
        double seconds) {

    public boolean isGood() {
        return unanswered.isEmpty() && failed.isEmpty() && !isHung && stopped;
    }

    @Override
    public String toString() {
        return "%d calls, %d unanswered, %d failed, %s, %s, %.1f s%s"
                .formatted(
                        calls,
                        unanswered.size(),
                        failed.size(),
                        isHung ? "HUNG" : "not hung",
                        stopped ? "stopped within 10 s" : "KILLED",
                        seconds,
                        isGood() ? "" : " " + unanswered + failed);
    }
}

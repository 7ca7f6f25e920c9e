package dev.microgpt.coldstart;

import java.util.List;

/// What became of the first calls of one start.
///
/// @param calls that were made
/// @param unanswered those that got no answer in time, or whose connection was cut
/// @param failed those with another answer than wanted, with that answer
/// @param isHung whether a later call got no answer either
/// @param stopped whether SIGTERM ended the process within 10 seconds
/// @param seconds until the last answer
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

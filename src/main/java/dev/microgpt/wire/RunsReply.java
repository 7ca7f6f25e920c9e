package dev.microgpt.wire;

import dev.microgpt.session.run.RunView;

import java.util.List;

/// The runs of a session, oldest first.
public record RunsReply(List<RunReply> runs) {

    public static RunsReply of(List<RunView> runs) {
        return new RunsReply(runs.stream().map(RunReply::of).toList());
    }
}

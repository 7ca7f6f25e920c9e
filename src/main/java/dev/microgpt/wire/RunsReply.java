package dev.microgpt.wire;

import dev.microgpt.session.RunView;

import java.util.List;

/// The runs of a session, oldest first.
public record RunsReply(List<RunView> runs) {}

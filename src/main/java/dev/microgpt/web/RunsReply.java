package dev.microgpt.web;

import dev.microgpt.session.RunView;

import java.util.List;

/// The runs of a session, oldest first.
record RunsReply(List<RunView> runs) {}

package dev.microgpt.web;

import dev.microgpt.session.SessionEvent;

import java.util.List;

/// What happened to a session beside its steps, oldest first.
record HistoryReply(List<SessionEvent> events) {}

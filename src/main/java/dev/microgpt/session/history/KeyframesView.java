package dev.microgpt.session.history;

import java.util.List;

/// The steps for which a session has keyframes.
///
/// @param steps the steps in ascending order; the current step can always be queried too
/// @param bytes estimated memory of the keyframes
/// @param maxBytes maximum memory of the keyframes, a share of the budget of all sessions
public record KeyframesView(List<Long> steps, long bytes, long maxBytes) {}

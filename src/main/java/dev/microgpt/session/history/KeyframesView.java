package dev.microgpt.session.history;

import java.util.List;

/// The steps that a session can be asked about.
///
/// @param steps in order; the present one may always be asked about too
/// @param bytes of memory that they take, about
/// @param maxBytes that they may take: a share of what all sessions have together
public record KeyframesView(List<Long> steps, long bytes, long maxBytes) {}

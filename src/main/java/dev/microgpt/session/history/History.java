package dev.microgpt.session.history;

import java.util.List;

/// What a session remembers of its past beside losses and keyframes.
///
/// @param events what happened beside steps: the newest 1000, oldest first
/// @param schedule the options of training, in the order in which they held
/// @param samples texts of the steps that have keyframes at first, oldest first
public record History(
        List<SessionEvent> events, List<ScheduleEntry> schedule, List<TextSample> samples) {}

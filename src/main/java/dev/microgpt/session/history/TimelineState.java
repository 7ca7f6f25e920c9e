package dev.microgpt.session.history;

import java.util.List;

/// What a [Timeline] holds beside keyframes, as it is kept.
///
/// @param events oldest first
/// @param schedule the options of training, in the order in which they held
/// @param draws the generator as it was before something was drawn from it
/// @param samples texts, oldest first
public record TimelineState(
        List<SessionEvent> events,
        List<ScheduleEntry> schedule,
        List<Draw> draws,
        List<TextSample> samples) {

    /// @param step steps trained when something was first drawn after it
    /// @param before the state of the generator before
    public record Draw(long step, int[] before) {}
}

package dev.microgpt.session.history;

import java.util.List;

/// The state of a [Timeline] in a snapshot, without keyframes.
///
/// @param events the events, oldest first
/// @param schedule the training options, in the order in which they were in effect
/// @param draws the states of the generator before something was drawn from it, oldest first
/// @param samples the text samples, oldest first
/// @param validations the validation losses, oldest first
/// @param continuations the changes of the documents, oldest first
public record TimelineState(
        List<SessionEvent> events,
        List<ScheduleEntry> schedule,
        List<Draw> draws,
        List<TextSample> samples,
        List<ValidationLoss> validations,
        List<Continuation> continuations) {

    /// The first draw from the generator after a step.
    ///
    /// @param step number of steps trained at that time
    /// @param before the state of the generator before the draw
    public record Draw(long step, int[] before) {}
}

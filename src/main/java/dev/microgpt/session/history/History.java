package dev.microgpt.session.history;

import java.util.List;

/// The public view of a session's [Timeline], without keyframes.
///
/// @param events the newest 1000 events, oldest first
/// @param schedule the training options, in the order in which they were in effect
/// @param samples a text sample for each step at which a keyframe was added, oldest first
/// @param validations the validation losses, oldest first
public record History(
        List<SessionEvent> events,
        List<ScheduleEntry> schedule,
        List<TextSample> samples,
        List<ValidationLoss> validations) {}

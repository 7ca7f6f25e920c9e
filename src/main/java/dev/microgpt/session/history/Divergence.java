package dev.microgpt.session.history;

/// A state in which the losses are far above those of a model that has learnt nothing.
///
/// @param step the step at which it began
/// @param loss the mean loss of the newest 100 steps, in nats
public record Divergence(long step, double loss) {}

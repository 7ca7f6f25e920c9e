package dev.microgpt.session.history;

/// The mean loss of the documents that are held out from training, in nats.
///
/// @param step number of steps trained
public record ValidationLoss(long step, double loss) {}
